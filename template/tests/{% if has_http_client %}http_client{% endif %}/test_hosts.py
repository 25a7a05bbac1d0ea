"""A host that fails or is slow: it is left alone, and no other one suffers."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from app.http_client.errors import BadStatus, CircuitOpen, HostBusy, RemoteTimeout
from app.http_client.hosts import REMEMBERED, Hosts
from app.http_client.settings import HttpClientSettings
from tests.http_client.calling import calling
from tests.http_client.remote import Remote


@pytest.fixture
async def other() -> AsyncIterator[Remote]:
    async with Remote() as other:
        yield other


async def test_after_five_failures_nothing_is_sent_to_that_host(
    remote: Remote, other: Remote
) -> None:
    async with calling(retries=0) as client:
        for _ in range(5):
            with pytest.raises(BadStatus):
                await client.request("GET", f"{remote.url}/status/500")
        with pytest.raises(CircuitOpen) as caught:
            await client.request("GET", f"{remote.url}/well")
        assert (await client.request("GET", f"{other.url}/well")).json() == "well"
    assert 59 < (caught.value.retry_after or 0) <= 60
    assert len(remote.received) == 5


async def test_retries_end_when_it_opens(remote: Remote) -> None:
    async with calling(retries=9, breaker_failures=3) as client:
        with pytest.raises(BadStatus):
            await client.request("GET", f"{remote.url}/status/500")
    assert len(remote.received) == 3


async def test_silence_counts_as_failure(remote: Remote) -> None:
    async with calling(retries=0, read_timeout=0.1, breaker_failures=2) as client:
        for _ in range(2):
            with pytest.raises(RemoteTimeout):
                await client.request("GET", f"{remote.url}/hanging")
        with pytest.raises(CircuitOpen):
            await client.request("GET", f"{remote.url}/well")


async def test_refusing_a_request_does_not(remote: Remote) -> None:
    async with calling(retries=0) as client:
        for _ in range(10):
            with pytest.raises(BadStatus):
                await client.request("GET", f"{remote.url}/status/404")
        await client.request("GET", f"{remote.url}/well")


async def test_after_the_pause_any_answer_will_do(remote: Remote) -> None:
    async with calling(retries=0, breaker_failures=1, breaker_pause=0.1) as client:
        with pytest.raises(BadStatus):
            await client.request("GET", f"{remote.url}/status/500")
        await asyncio.sleep(0.15)
        with pytest.raises(BadStatus):
            await client.request("GET", f"{remote.url}/status/404")
        assert client.state["hosts"][remote.host]["breaker"] == "closed"


async def test_after_the_pause_one_request_tries(remote: Remote) -> None:
    async with calling(retries=0, breaker_failures=1, breaker_pause=0.2) as client:
        with pytest.raises(BadStatus):
            await client.request("GET", f"{remote.url}/status/500")
        await asyncio.sleep(0.25)
        calls = [
            asyncio.create_task(client.request("GET", f"{remote.url}/gate")) for _ in range(10)
        ]
        refused, waiting = await asyncio.wait(calls, timeout=0.5)
        assert {type(call.exception()) for call in refused} == {CircuitOpen}
        assert (len(refused), len(waiting)) == (9, 1)
        remote.gate.set()
        await asyncio.gather(*waiting)
        await client.request("GET", f"{remote.url}/well")
    assert [received.path for received in remote.received] == ["/status/500", "/gate", "/well"]


async def test_no_more_than_so_many_requests_are_on_their_way(remote: Remote) -> None:
    async with calling(max_in_flight=3) as client:
        calls = [
            asyncio.create_task(client.request("GET", f"{remote.url}/gate")) for _ in range(10)
        ]
        for _ in range(3):
            await remote.entered.acquire()
        assert client.state["hosts"][remote.host]["in_flight"] == 3
        remote.gate.set()
        await asyncio.gather(*calls)
    assert remote.most_inside == 3
    assert len(remote.received) == 10


async def test_who_finds_no_place_is_told_soon(remote: Remote, other: Remote) -> None:
    async with calling(max_in_flight=1, connect_timeout=0.2) as client:
        slow = asyncio.create_task(client.request("GET", f"{remote.url}/gate"))
        await remote.entered.acquire()
        with pytest.raises(HostBusy):
            await client.request("GET", f"{remote.url}/well")
        await client.request("GET", f"{other.url}/well")
        remote.gate.set()
        await slow
        await client.request("GET", f"{remote.url}/well")


async def test_hosts_at_rest_are_forgotten_when_there_are_too_many() -> None:
    hosts = Hosts(HttpClientSettings(breaker_failures=1))
    with pytest.raises(RemoteTimeout), hosts.get("failing.example").breaker.guard():
        raise RemoteTimeout("failing.example", "slow")
    busy = hosts.get("busy.example")
    async with busy.place(asyncio.get_running_loop().time() + 60):
        for number in range(3 * REMEMBERED):
            hosts.get(f"{number}.example")
        assert hosts.get("busy.example") is busy
    told = hosts.state["hosts"]
    assert len(told) <= REMEMBERED
    assert told["failing.example"]["breaker"] == "open"
