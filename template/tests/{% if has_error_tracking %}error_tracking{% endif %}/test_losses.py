"""When Sentry is away, slow or full, nobody waits for it. In a process of its own."""

import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from httpx2 import AsyncClient

from tests.core.processes import Service, running
from tests.error_tracking.sentry import Sentry

QUEUE = 100
"""How many reports wait in a process, at most."""


@pytest.fixture
def nowhere() -> str:
    """The DSN of a place where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://key@127.0.0.1:{free.getsockname()[1]}/7"


@asynccontextmanager
async def serving(dsn: str) -> AsyncIterator[tuple[Service, AsyncClient]]:
    async with (
        running("tests.error_tracking.shop_service", SENTRY_DSN=dsn) as service,
        AsyncClient(base_url=await service.url()) as client,
    ):
        yield service, client


async def stop(service: Service) -> float:
    """Return how many seconds the service took to stop."""
    began = time.monotonic()
    service.process.terminate()
    await service.end()
    assert service.process.returncode == 0
    return time.monotonic() - began


def lost(service: Service) -> list[str]:
    return [line["reason"] for line in service.lines if line["event"] == "reports_lost"]


async def test_a_service_that_stops_sends_what_it_has_not_sent_yet(sentry: Sentry) -> None:
    sentry.fall_silent()
    async with serving(sentry.dsn) as (service, client):
        for number in range(3):
            assert (await client.get(f"/orders/{number}")).status_code == 500
        assert (await client.get("/place")).status_code == 200
        service.process.terminate()
        await service.wait_for("Waiting for application shutdown")
        sentry.speak_again()
        await service.end()
    assert len(sentry.events) == 4
    assert sentry.events[0]["transaction"] == "/orders/{number}"
    requests = [line for line in service.lines if line["event"] == "request"]
    assert sentry.events[0]["tags"]["request_id"] == requests[0]["request_id"]


async def test_while_sentry_is_away_one_line_says_so(nowhere: str) -> None:
    async with serving(nowhere) as (service, client):
        for number in range(10):
            assert (await client.get(f"/orders/{number}")).status_code == 500
        await service.wait_for("reports_lost")
        assert (await client.get("/well")).status_code == 200
        assert await stop(service) < 20
    assert lost(service) == ["network"]
    assert {line["logger"] for line in service.lines if "urllib3" in line["logger"]} == set()


async def test_a_sentry_that_hangs_holds_nothing_up_and_fills_no_memory(sentry: Sentry) -> None:
    sentry.fall_silent()
    async with serving(sentry.dsn) as (service, client):
        began = time.monotonic()
        for number in range(QUEUE):  # each reports twice
            assert (await client.get(f"/own/{number}")).status_code == 200
        assert time.monotonic() - began < 20  # a single report may take longer
        await service.wait_for("reports_lost")
        detailed = (await client.get("/health/detailed")).json()
        assert detailed["features"]["error_tracking"]["lost"] >= QUEUE / 2
        assert await stop(service) < 20
    assert lost(service) == ["full_queue"]
    assert len(sentry.texts) == 1


async def test_a_sentry_that_refuses_is_told_of(sentry: Sentry) -> None:
    sentry.status = 403
    async with serving(sentry.dsn) as (service, client):
        for number in range(3):
            await client.get(f"/orders/{number}")
        await service.wait_for("reports_lost")
        await stop(service)
    assert lost(service) == ["status_403"]
    assert len(sentry.events) == 3
