"""However a server keeps silent, the caller gets on."""

import asyncio
import socket
import threading

import pytest

from app.http_client.errors import BadStatus, RemoteTimeout
from tests.http_client.calling import calling
from tests.http_client.remote import Remote


async def test_a_server_that_hangs_is_given_up(remote: Remote) -> None:
    async with calling(read_timeout=0.2, retries=0) as client:
        with pytest.raises(RemoteTimeout):
            await client.request("GET", f"{remote.url}/hanging")


async def test_a_server_that_hangs_is_asked_again(remote: Remote) -> None:
    async with calling(read_timeout=0.2, retries=2) as client:
        with pytest.raises(RemoteTimeout):
            await client.request("GET", f"{remote.url}/hanging")
    assert len(remote.received) == 3


async def test_a_server_that_answers_slowly_is_given_up_in_time(remote: Remote) -> None:
    async with calling(read_timeout=30, total_timeout=0.5) as client:
        with pytest.raises(RemoteTimeout):
            await client.request("GET", f"{remote.url}/dripping")
    assert len(remote.received) == 1


async def test_looking_up_a_name_has_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    answered = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answered.wait(30) and [])
    async with calling(connect_timeout=0.2, retries=0) as client:
        with pytest.raises(RemoteTimeout):
            await client.request("GET", "http://shop.example")
    assert not answered.is_set()
    answered.set()  # the end of the loop waits for the thread that asks


async def test_nobody_waits_for_a_retry_that_comes_too_late(remote: Remote) -> None:
    async with calling(total_timeout=5) as client:
        async with asyncio.timeout(4):
            with pytest.raises(BadStatus) as caught:
                await client.request("GET", f"{remote.url}/busy/60")
    assert caught.value.retry_after == 60
    assert len(remote.received) == 1


async def test_who_gives_up_leaves_nothing_behind(remote: Remote) -> None:
    async with calling() as client:
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await client.request("GET", f"{remote.url}/hanging")
        host = client.state["hosts"][remote.host]
    assert (host["in_flight"], host["failures"], host["breaker"]) == (0, 0, "closed")
