"""Who may read the metrics, and in which form."""

from typing import Any

import pytest
from httpx2 import AsyncClient
from pydantic import SecretStr

from app.core.configuration import ConfigurationError, load_settings
from app.core.feature import Feature
from app.core.registry import Registry
from app.core.settings import CoreSettings, Environment
from app.metrics.settings import MetricsSettings
from tests.core.serving import log_lines, serving
from tests.core.test_health import ByName
from tests.metrics.measured import MEASURED

TOKEN = "a-token-for-prometheus-of-32-chars"
DEPLOYED = {"allowed_hosts": ("api.example.com",), "log_format": "json"}
BY_NAME = Feature(name="people", authenticators=(ByName(),))


async def status_of(client: AsyncClient, authorization: str | None = None) -> int:
    headers = {"Authorization": authorization} if authorization else {}
    return (await client.get("/metrics", headers=headers)).status_code


@pytest.mark.parametrize("environment", [Environment.DEVELOPMENT, Environment.TEST])
async def test_everybody_may_where_nobody_else_comes(environment: Environment) -> None:
    async with serving(*MEASURED, environment=environment) as client:
        assert await status_of(client) == 200


@pytest.mark.parametrize("environment", [Environment.STAGING, Environment.PRODUCTION])
async def test_where_other_people_come_nobody_may_without_a_choice(
    environment: Environment,
) -> None:
    async with serving(*MEASURED, environment=environment, **DEPLOYED) as client:
        assert await status_of(client) == 401
        assert await status_of(client, "Bearer ") == 401


async def test_there_prometheus_may_with_the_token(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METRICS_TOKEN", TOKEN)
    async with serving(*MEASURED, environment=Environment.PRODUCTION, **DEPLOYED) as client:
        assert await status_of(client, f"Bearer {TOKEN}") == 200
        assert await status_of(client, f"Bearer {TOKEN}x") == 401
        assert await status_of(client) == 401


async def test_there_operators_may() -> None:
    features = (*MEASURED, BY_NAME)
    async with serving(*features, environment=Environment.PRODUCTION, **DEPLOYED) as client:
        assert await status_of(client, "ada metrics:read") == 200
        assert await status_of(client, "ada health:read") == 403
        assert await status_of(client, "anonymous metrics:read") == 401


@pytest.mark.parametrize(
    ("token", "wrong"),
    [("too-short", "shorter than 32"), ("change-me" * 5, "placeholder"), (TOKEN, None)],
)
def test_a_token_that_can_be_guessed_is_refused(token: str, wrong: str | None) -> None:
    core = CoreSettings(environment=Environment.PRODUCTION, allowed_hosts=("api.example.com",))
    settings = MetricsSettings(token=SecretStr(token))
    if wrong is None:
        load_settings([MetricsSettings], [core, settings], Registry(), None)
    else:
        with pytest.raises(ConfigurationError, match=f"METRICS_TOKEN.*{wrong}"):
            load_settings([MetricsSettings], [core, settings], Registry(), None)


async def test_with_a_port_of_their_own_they_are_not_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("METRICS_PORT", "9100")
    async with serving(*MEASURED) as client:
        assert await status_of(client) == 404


@pytest.mark.parametrize(
    ("accept", "content_type", "end"),
    [
        (None, "text/plain; version=0.0.4; charset=utf-8", ""),
        ("application/openmetrics-text; version=1.0.0", "application/openmetrics-text", "# EOF\n"),
    ],
)
async def test_the_format_is_the_one_that_is_accepted(
    accept: str | None, content_type: str, end: str
) -> None:
    async with serving(*MEASURED) as client:
        answer = await client.get("/metrics", headers={"Accept": accept} if accept else {})
    assert answer.headers["Content-Type"].startswith(content_type)
    assert answer.text.endswith(end)
    assert "_created" not in answer.text


async def test_they_are_a_probe(capsys: pytest.CaptureFixture[str]) -> None:
    options: dict[str, Any] = {"allowed_hosts": ("api.example.com",), "log_format": "json"}
    async with serving(*MEASURED, **options) as client:
        answer = await client.get("/metrics", headers={"Host": "10.0.0.7:8000"})
        document = (await client.get("/openapi.json", headers={"Host": "api.example.com"})).json()
    assert answer.status_code == 200
    assert "/metrics" not in document["paths"]
    assert not [line for line in log_lines(capsys) if line.get("route") == "/metrics"]
