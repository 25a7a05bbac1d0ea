"""Alive, ready, and how everything behind the service is."""

import asyncio
import time

import pytest
from dirty_equals import IsFloat, IsPartialDict
from httpx2 import ASGITransport, AsyncClient
from starlette.requests import HTTPConnection

from app.core.access import Principal
from app.core.application import create_app
from app.core.errors import Unauthorized
from app.core.feature import Feature, ReadinessCheck
from app.core.health import Checks
from app.core.lifecycle import Lifecycle
from app.core.registry import Registry
from app.core.settings import CoreSettings, Environment
from tests.core.serving import serving

TOKEN = "a-token-for-the-monitor-of-32-chars"
DEPLOYED = {"environment": Environment.PRODUCTION, "allowed_hosts": ("testserver",)}


async def fine(registry: Registry) -> None:
    registry.get(CoreSettings)


async def away(registry: Registry) -> None:
    raise ConnectionError("amqp://me:hunter2@db.internal:5432")


async def hanging(registry: Registry) -> None:
    await asyncio.sleep(60)


def checking(*checks: ReadinessCheck) -> Feature:
    return Feature(name="checks", checks=checks)


class ByName:
    """Signs in as whoever the header `Authorization` names, with the scopes it names."""

    name = "by name"
    scheme = None
    challenge = "Name"

    async def __call__(self, connection: HTTPConnection, registry: Registry) -> Principal | None:
        name, _, scopes = connection.headers.get("Authorization", "").partition(" ")
        if name == "nobody":
            raise Unauthorized("No such name.")
        if not name:
            return None
        return Principal(name, self.name, frozenset(scopes.split()), name == "anonymous")


async def test_alive_touches_nothing() -> None:
    async with serving(checking(ReadinessCheck("away", away))) as client:
        response = await client.get("/health")
    assert (response.status_code, response.json()) == (200, {"status": "alive"})


async def test_ready_without_anything_to_check() -> None:
    async with serving() as client:
        response = await client.get("/ready")
    assert (response.status_code, response.json()) == (200, {"status": "ready", "checks": []})


async def test_ready_while_everything_critical_is_there() -> None:
    feature = checking(
        ReadinessCheck("archive", fine), ReadinessCheck("search", away, critical=False)
    )
    async with serving(feature) as client:
        response = await client.get("/ready")
    assert response.status_code == 200
    assert response.json()["checks"] == [
        {"name": "archive", "status": "ok", "critical": True, "latency_ms": IsFloat(ge=0)}
    ]


async def test_not_ready_while_something_critical_is_away() -> None:
    feature = checking(
        ReadinessCheck("archive", away),
        ReadinessCheck("queue", hanging, timeout=0.05),
        ReadinessCheck("storage", fine),
    )
    async with serving(feature) as client:
        response = await client.get("/ready")
    assert response.status_code == 503
    assert response.headers["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert problem == IsPartialDict(code="not_ready", detail="Not available: archive, queue.")
    assert [(check["name"], check["status"]) for check in problem["checks"]] == [
        ("archive", "failed"),
        ("queue", "timed out"),
        ("storage", "ok"),
    ]
    assert "hunter2" not in response.text
    assert "internal" not in response.text


async def test_checks_run_side_by_side_each_with_its_own_timeout() -> None:
    feature = checking(*(ReadinessCheck(f"c{n}", hanging, timeout=0.5) for n in range(10)))
    async with serving(feature) as client:
        started = time.perf_counter()
        response = await client.get("/ready")
    assert response.status_code == 503
    assert 0.4 < time.perf_counter() - started < 4


async def test_not_ready_while_stopping() -> None:
    app = create_app([], settings=[CoreSettings(environment=Environment.TEST)], env_file=None)
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://test") as client:
        app.state.registry.get(Lifecycle).draining = True
        response = await client.get("/ready")
        assert (response.status_code, response.json()["code"]) == (503, "draining")
        assert (await client.get("/health")).status_code == 200
        assert (await client.get("/health/detailed")).json()["draining"] is True


async def test_an_application_that_is_started_again_is_ready_again() -> None:
    app = create_app([], settings=[CoreSettings(environment=Environment.TEST)], env_file=None)
    async with AsyncClient(transport=ASGITransport(app=app), base_url="http://test") as client:
        for _ in range(2):
            async with app.router.lifespan_context(app):
                assert (await client.get("/ready")).status_code == 200
            assert (await client.get("/ready")).status_code == 503


@pytest.mark.parametrize(
    ("checks", "status"),
    [
        ((), "ok"),
        ((ReadinessCheck("archive", fine),), "ok"),
        ((ReadinessCheck("search", away, critical=False),), "degraded"),
        ((ReadinessCheck("archive", away), ReadinessCheck("search", fine)), "failed"),
    ],
)
async def test_details_sum_the_checks_up(checks: tuple[ReadinessCheck, ...], status: str) -> None:
    async with serving(checking(*checks), name="shop", version="1.2.3") as client:
        response = await client.get("/health/detailed")
    assert response.status_code == 200
    assert response.json() == {
        "status": status,
        "draining": False,
        "name": "shop",
        "version": "1.2.3",
        "environment": "test",
        "uptime": IsFloat(ge=0, lt=60),
        "checks": [IsPartialDict(name=check.name) for check in checks],
        "features": {},
    }
    assert "hunter2" not in response.text


async def test_details_hold_what_features_tell_of_themselves() -> None:
    press = Feature(name="press", state=lambda registry: {"of": registry.get(CoreSettings).name})
    async with serving(press, Feature(name="silent"), name="shop") as client:
        told = (await client.get("/health/detailed")).json()["features"]
    assert told == {"press": {"of": "shop"}}


@pytest.mark.parametrize("environment", [Environment.STAGING, Environment.PRODUCTION])
@pytest.mark.parametrize(
    ("authorization", "status"),
    [
        (None, 401),
        ("nobody", 401),
        ("anonymous health:read", 401),
        ("someone orders:read", 403),
        ("operator health:read", 200),
        (f"Bearer {TOKEN}", 200),
        (f"Bearer {TOKEN}x", 403),
        ("Bearer é", 403),
    ],
)
async def test_details_are_not_for_everyone_where_other_people_come(
    environment: Environment, authorization: str | None, status: int
) -> None:
    settings = {**DEPLOYED, "environment": environment, "health_token": TOKEN}
    headers = [(b"Authorization", authorization.encode())] if authorization else []
    async with serving(Feature(name="names", authenticators=(ByName(),)), **settings) as client:
        response = await client.get("/health/detailed", headers=headers)
    assert response.status_code == status
    if authorization is None:
        assert response.headers["WWW-Authenticate"] == "Name"


async def test_without_a_token_of_its_own_no_token_opens_the_details() -> None:
    async with serving(**DEPLOYED) as client:
        for value in ("Bearer ", "Bearer None", ""):
            response = await client.get("/health/detailed", headers={"Authorization": value})
            assert response.status_code == 401


async def test_a_check_that_is_cancelled_does_not_count_as_failed() -> None:
    async def cancelled(registry: Registry) -> None:
        raise asyncio.CancelledError

    checks = Checks([ReadinessCheck("gone", cancelled)], Registry())
    with pytest.raises(asyncio.CancelledError):
        await checks.run()
