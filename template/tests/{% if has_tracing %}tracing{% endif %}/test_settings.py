"""The settings of tracing, and what is said when they are wrong."""

from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from app.core.settings import CoreSettings
from app.tracing.settings import TracingSettings


@pytest.mark.parametrize(
    ("endpoint", "url"),
    [
        ("http://collector:4318", "http://collector:4318/v1/traces"),
        ("http://collector:4318/", "http://collector:4318/v1/traces"),
        ("https://example.com/otlp/v1/traces", "https://example.com/otlp/v1/traces"),
        ("", None),
    ],
)
def test_an_endpoint_without_a_path_gets_the_usual_one(endpoint: str, url: str | None) -> None:
    assert TracingSettings(endpoint=endpoint).endpoint == url


def test_the_own_variable_wins_over_the_standard_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://one:4318")
    assert TracingSettings().endpoint == "http://one:4318/v1/traces"
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "http://two:4318/take")
    assert TracingSettings().endpoint == "http://two:4318/take"
    monkeypatch.setenv("TRACING_ENDPOINT", "http://three:4318")
    assert TracingSettings().endpoint == "http://three:4318/v1/traces"


@pytest.mark.parametrize(
    "wrong",
    [
        {"endpoint": "collector:4318"},
        {"endpoint": "grpc://collector:4317"},
        {"headers": "hunter2"},
        {"headers": "=hunter2"},
        {"sample_ratio": 1.1},
        {"sample_ratio": -0.1},
        {"queue_size": 0},
        {"interval": 0},
    ],
)
def test_what_cannot_be_is_refused_without_telling_it(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValidationError) as refusal:
        TracingSettings(**wrong)
    assert "hunter2" not in str(refusal.value)


@pytest.mark.parametrize(
    ("endpoint", "dangerous"),
    [
        ("http://collector.example.com:4318", True),
        ("https://collector.example.com", False),
        ("http://127.0.0.1:4318", False),
        ("http://localhost:4318", False),
    ],
)
def test_secret_headers_are_not_sent_unencrypted(endpoint: str, *, dangerous: bool) -> None:
    settings = TracingSettings(
        endpoint=endpoint, headers=SecretStr("authorization=Bearer%20hunter2")
    )
    told = list(settings.dangers(CoreSettings()))
    assert bool(told) is dangerous
    assert "hunter2" not in str(told)
    assert not list(settings.model_copy(update={"headers": None}).dangers(CoreSettings()))
