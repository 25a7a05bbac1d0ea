"""Log lines: one form for all of them, without secrets, and nobody can forge one."""

import json
import logging
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
import structlog
from dirty_equals import IsPartialDict

from app.core.application import create_app
from app.core.context import bind, log_fields
from app.core.logging import configure_logging
from app.core.redaction import redact_text
from app.core.settings import CoreSettings, Environment
from tests.core.serving import log_lines

logger = structlog.stdlib.get_logger("app.trial")


@dataclass
class Login:
    name: str
    password: str


def as_json(**settings: Any) -> None:
    configure_logging(CoreSettings(log_format="json", **settings))


def as_text(**settings: Any) -> None:
    configure_logging(CoreSettings(log_format="readable", **settings))


def test_a_deployed_service_logs_json(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(CoreSettings(environment=Environment.PRODUCTION))
    logger.info("started", port=8000)
    (line,) = log_lines(capsys)
    assert line == IsPartialDict(event="started", port=8000, environment="production")


def test_development_logs_lines_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(CoreSettings(environment=Environment.DEVELOPMENT))
    logger.info("started", port=8000, name="a b")
    (line,) = capsys.readouterr().out.splitlines()
    assert "[info     ] started" in line
    assert "port=8000 name='a b' service=" in line


@pytest.mark.parametrize("configure", [as_json, as_text])
def test_the_server_and_libraries_log_in_the_same_form(
    capsys: pytest.CaptureFixture[str], configure: Any
) -> None:
    uvicorn = logging.getLogger("uvicorn.error")
    uvicorn.handlers = [logging.StreamHandler()]
    uvicorn.propagate = False
    configure()
    for one in (uvicorn, logging.getLogger("library")):
        one.info("listening on %d", 80, extra={"color_message": "…"})
    output = capsys.readouterr()
    lines = output.out.splitlines()
    assert output.err == ""
    assert [("listening on 80" in line, "environment" in line) for line in lines] == [
        (True, True),
        (True, True),
    ]
    assert "color_message" not in output.out


def test_the_access_log_of_the_server_is_silent(capsys: pytest.CaptureFixture[str]) -> None:
    as_json()
    logging.getLogger("uvicorn.access").info("GET /?token=hunter2")
    assert capsys.readouterr().out == ""


def test_levels(capsys: pytest.CaptureFixture[str]) -> None:
    as_json(log_level="WARNING")
    logger.info("no")
    logger.warning("yes")
    assert [line["event"] for line in log_lines(capsys)] == ["yes"]


def test_debugging_shows_the_service_and_not_its_libraries(
    capsys: pytest.CaptureFixture[str],
) -> None:
    as_json(debug=True)
    logger.debug("own")
    logging.getLogger("library").debug("other")
    assert [line["event"] for line in log_lines(capsys)] == ["own"]


def test_configuring_twice_logs_once(capsys: pytest.CaptureFixture[str]) -> None:
    as_json()
    as_json()
    logger.info("once")
    assert len(log_lines(capsys)) == 1


def test_standard_logging_sees_the_lines_as_well(caplog: pytest.LogCaptureFixture) -> None:
    as_json()
    with caplog.at_level(logging.INFO):
        logger.info("seen %s", "twice")
    assert caplog.messages == ["seen twice"]


def test_an_exception_is_logged_without_its_secrets(capsys: pytest.CaptureFixture[str]) -> None:
    as_json()
    logger.error("failed", exc_info=ValueError("amqp://me:hunter2@db/x"), stack_info=True)
    (line,) = log_lines(capsys)
    assert line["exception"].endswith("ValueError: amqp://me:[redacted]@db/x")
    assert "test_an_exception_is_logged" in line["stack"]


@pytest.mark.parametrize(
    "fields",
    [
        {"password": "hunter2"},
        {"old_password": "hunter2"},
        {"X-Api-Key": "hunter2"},
        {"Authorization": "hunter2"},
        {"set_cookie": "hunter2"},
        {"access_token": "hunter2", "refreshToken": "hunter2"},
        {"client_secret": ["hunter2"]},
        {"private_key": {"pem": "hunter2"}},
        {"headers": {"authorization": "Bearer hunter2", "accept": "*/*"}},
        {"rows": [{"user": {"passwd": "hunter2"}}]},
        {"rows": ({"credentials": "hunter2"},)},
        {"url": "https://me:hunter2@example.com/"},
        {"url": "https://example.com/?size=1&token=hunter2&page=2"},
        {"header": "Bearer hunter2"},
        {"body": '{"password": "hunter2"}'},
        {"text": "x" * 200 + " password=hunter2"},
        {"text": "Authorization: Basic hunter2=="},
        {"error": "name [input_value={'a': {'b': 1}, 'c': 'hunter2'}, input_type=dict]"},
        {"model": Login(name="someone", password="hunter2")},
        {"raw": b"password=hunter2"},
    ],
)
def test_secrets_are_redacted(capsys: pytest.CaptureFixture[str], fields: dict[str, Any]) -> None:
    as_json()
    logger.info("seen", **fields)
    logging.getLogger("library").info("seen", extra=fields)
    logging.getLogger("library").info("seen %s", fields)
    output = capsys.readouterr().out
    assert "hunter2" not in output
    assert output.count("[redacted]") >= 3


@pytest.mark.parametrize("part", ["token", "token=[", "token='", "://a:", "bearer ", "pass"])
def test_no_text_takes_long_to_search(part: str) -> None:
    started = time.perf_counter()
    redact_text(part * 20_000)
    assert time.perf_counter() - started < 10


def test_what_is_no_secret_is_not_redacted(capsys: pytest.CaptureFixture[str]) -> None:
    as_json()
    fields = {"user": "someone", "url": "https://example.com:80/a?size=1", "rows": [1, {"a": None}]}
    logger.info("seen", **fields)
    assert log_lines(capsys) == [IsPartialDict(fields)]


def test_anything_can_be_logged(capsys: pytest.CaptureFixture[str]) -> None:
    as_json()
    circle: dict[str, Any] = {}
    circle["self"] = circle
    nested: list[Any] = []
    nested.append(nested)
    logger.info(
        "odd", circle=circle, nested=nested, when=datetime(2026, 1, 1, tzinfo=UTC), lone="\ud800"
    )
    logger.info("odd", keys={(1, 2): 3}, kind=object, sorts={1})
    assert len(log_lines(capsys)) == 2


EVIL = "x\n2026-01-01 [info] admin_created\r\x1b[2K\x1b]0;t\x07\u2028\u202e\x85"


@pytest.mark.parametrize("configure", [as_json, as_text])
def test_nobody_can_forge_a_line(capsys: pytest.CaptureFixture[str], configure: Any) -> None:
    configure()
    event = f"event {EVIL}"
    logger.info(event, field=EVIL, **{EVIL: 1})
    logger.info("nested", field={EVIL: [EVIL]})
    logging.getLogger("library").info("read %s", EVIL)
    logger.error("failed", exc_info=ValueError(EVIL))
    output = capsys.readouterr().out
    assert output.isprintable() or set(filter(lambda one: not one.isprintable(), output)) == {"\n"}
    lines = output.split("\n")
    assert not [line for line in lines if line.startswith("2026-01-01")]
    starts = [line for line in lines if line.startswith(("{", "20"))]
    assert len(starts) == 4
    rest = [line for line in lines if line and line not in starts]
    assert all(line.startswith("    | ") for line in rest)


def test_fields_of_a_unit_of_work_outside_of_requests(capsys: pytest.CaptureFixture[str]) -> None:
    as_json()
    token = log_fields.set(None)
    try:
        bind(job="cleanup")
        bind(step=1, token="hunter2")
        logger.info("working")
    finally:
        log_fields.reset(token)
    assert log_lines(capsys) == [IsPartialDict(job="cleanup", step=1, token="[redacted]")]


def test_a_misspelt_setting_is_logged(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("APP_LOGFORMAT", "hunter2")
    create_app([], settings=[CoreSettings(log_format="json")], env_file=None)
    output = capsys.readouterr().out
    assert json.loads(output) == IsPartialDict(
        level="warning",
        event="unknown_setting",
        variable="APP_LOGFORMAT",
        did_you_mean="APP_LOG_FORMAT",
    )
    assert "hunter2" not in output
