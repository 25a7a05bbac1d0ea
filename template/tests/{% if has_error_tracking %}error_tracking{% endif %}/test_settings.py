"""Where errors are reported, and what is told when they are not."""

import pytest
import sentry_sdk
from dirty_equals import IsPartialDict
from httpx2 import ASGITransport, AsyncClient

from app.core.application import create_app
from app.core.configuration import ConfigurationError
from app.core.settings import CoreSettings, Environment
from app.error_tracking.feature import feature as error_tracking
from app.error_tracking.settings import SentrySettings
from tests.core.serving import log_lines
from tests.error_tracking.sentry import Sentry
from tests.error_tracking.shop import SHOP, reporting


@pytest.mark.parametrize(
    ("environment", "told"), [(Environment.TEST, 0), (Environment.PRODUCTION, 1)]
)
async def test_without_a_dsn_nothing_is_reported_and_that_is_said_once(
    environment: Environment, told: int, capsys: pytest.CaptureFixture[str]
) -> None:
    core = CoreSettings(
        environment=environment, log_format="json", allowed_hosts=("testserver",), shutdown_delay=0
    )
    app = create_app((error_tracking, SHOP), settings=[core, SentrySettings()], env_file=None)
    transport = ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=transport, base_url="http://testserver") as client,
    ):
        assert (await client.get("/orders/7")).status_code == 500
        assert (await client.get("/own/7")).status_code == 200
        assert not sentry_sdk.is_initialized()
    events = [line["event"] for line in log_lines(capsys)]
    assert events.count("errors_are_not_reported") == told


@pytest.mark.parametrize("dsn", ["hunter2", "https://hunter2@example.com", "ftp://hunter2@e/1"])
def test_a_dsn_that_cannot_be_read_stops_the_start_and_is_not_told(
    dsn: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SENTRY_DSN", dsn)
    with pytest.raises(ConfigurationError, match="SENTRY_DSN: a DSN is https") as refused:
        create_app((error_tracking,), env_file=None)
    assert "hunter2" not in str(refused.value)


async def test_the_version_can_have_another_name(sentry: Sentry) -> None:
    async with reporting(sentry, core={"name": "A/B shop", "version": "1"}) as client:
        await client.get("/orders/7")
        await sentry.wait_for(1)
    async with reporting(sentry, release="f3a9c1d") as client:
        await client.get("/orders/7")
        await sentry.wait_for(2)
    assert [event["release"] for event in sentry.events] == ["A-B-shop@1", "f3a9c1d"]


async def test_the_state_is_told(sentry: Sentry) -> None:
    async with reporting(sentry) as client:
        detailed = (await client.get("/health/detailed")).json()
    assert detailed["features"] == IsPartialDict(error_tracking={"reporting": True, "lost": 0})
