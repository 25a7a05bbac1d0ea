"""Starting and stopping for real: a server in a process of its own, and signals."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from dirty_equals import IsPartialDict
from httpx2 import AsyncClient, RemoteProtocolError

from app.core.lifecycle import Lifecycle
from tests.core.processes import Service, running


@asynccontextmanager
async def serving_slowly(**variables: str) -> AsyncIterator[tuple[Service, AsyncClient]]:
    async with (
        running("tests.core.slow_service", **variables) as service,
        AsyncClient(base_url=await service.url()) as client,
    ):
        yield service, client


async def test_a_stopping_service_says_so_finishes_and_closes_in_reverse() -> None:
    async with serving_slowly(APP_SHUTDOWN_DELAY="60") as (service, client):
        assert (await client.get("/ready")).status_code == 200
        service.process.terminate()
        await service.wait_for("draining")
        ready = await client.get("/ready")
        assert (ready.status_code, ready.json()["code"]) == (503, "draining")
        assert (await client.get("/health")).status_code == 200

        slow = asyncio.create_task(client.get("/api/v1/slow"))
        await service.wait_for("slow_begins")
        service.process.terminate()  # a second signal does not wait for the end of the delay
        answer = await slow
        assert (answer.status_code, answer.json()) == (200, "done")
        events = await service.end()
    assert service.process.returncode == 0
    wanted = ["draining", "Shutting down", "slow_ends", "second_stops", "first_stops"]
    assert [event for event in events if event in wanted] == wanted


async def test_a_server_without_a_delay_and_all_that_it_logs() -> None:
    async with serving_slowly(APP_NAME="shop") as (service, client):
        # An answer that is broken off closes its connection, and no other.
        with pytest.raises(RemoteProtocolError):
            await client.get("/api/v1/broken-off")
        # Without trusted proxies, the server does not believe in any, either.
        await client.get("/nothing", headers={"X-Forwarded-For": "9.9.9.9"})

        slow = asyncio.create_task(client.get("/api/v1/slow"))
        await service.wait_for("slow_begins")
        service.process.send_signal(signal.SIGINT)
        assert (await slow).json() == "done"
        events = await service.end()

    lines = service.lines
    assert "draining" not in events
    assert events.index("slow_ends") < events.index("second_stops") < events.index("first_stops")
    assert {line["service"] for line in lines} == {"shop"}
    loggers = {line["logger"] for line in lines}
    assert "uvicorn.error" in loggers
    assert "uvicorn.access" not in loggers
    (broken,) = [line for line in lines if line["event"] == "answer_broken_off"]
    assert "in the middle" in broken["exception"]
    assert len(broken["request_id"]) == 32
    requests = [line for line in lines if line["event"] == "request"]
    assert requests[1] == IsPartialDict(route="unmatched", client="127.0.0.1", status=404)


async def test_a_service_that_cannot_start_says_why_and_ends_with_1() -> None:
    async with running("tests.core.unable_service") as service:
        events = await service.end()
    assert service.process.returncode == 1
    assert "The archive is away. Start it." in events
    assert not [event for event in events if "Traceback" in event]
    assert events.index("second_stops") < events.index("first_stops")


async def test_a_service_on_a_port_that_is_taken_ends_with_1() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        async with running("tests.core.slow_service", APP_PORT=port) as service:
            events = await service.end()
    assert service.process.returncode == 1
    assert "first_stops" in events


async def test_handlers_of_signals_are_put_back() -> None:
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
    with Lifecycle().drain_on_signal(1):
        pass
    assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)] == before


async def test_in_another_thread_signals_are_left_alone() -> None:
    def start() -> bool:
        with Lifecycle().drain_on_signal(1):
            return signal.getsignal(signal.SIGINT) is before

    before = signal.getsignal(signal.SIGINT)
    assert await asyncio.to_thread(start)


async def test_draining_begins_with_the_signal_and_the_server_stops_after_the_delay() -> None:
    stopped = asyncio.Event()
    before = signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    lifecycle = Lifecycle()
    states = []
    try:
        with lifecycle.drain_on_signal(0.05):
            states.append(lifecycle.draining)
            signal.raise_signal(signal.SIGTERM)
            states += [lifecycle.draining, stopped.is_set()]
            async with asyncio.timeout(5):
                await stopped.wait()
    finally:
        signal.signal(signal.SIGTERM, before)
    assert states == [False, True, False]


async def test_a_second_signal_stops_the_server_at_once() -> None:
    signals: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, _: signals.append(number))
    try:
        with Lifecycle().drain_on_signal(60):
            signal.raise_signal(signal.SIGTERM)
            signal.raise_signal(signal.SIGTERM)
        assert signals == [signal.SIGTERM]
    finally:
        signal.signal(signal.SIGTERM, before)
