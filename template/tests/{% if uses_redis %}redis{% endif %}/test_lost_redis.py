"""A Redis that is away at the start, or goes away later, and comes back."""

import asyncio
import time
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient
from redis.exceptions import ResponseError

from app.core.application import create_app
from app.core.settings import CoreSettings
from app.redis.clients import Client
from app.redis.feature import feature as redis
from app.redis.server import RedisAway, RedisServer, ping
from app.redis.settings import RedisSettings
from tests.core.proxy import Proxy


@pytest.fixture
def distant(core_settings: CoreSettings, distant_redis_settings: RedisSettings) -> FastAPI:
    """An application with Redis at the other end of the line, not started."""
    return create_app([redis], settings=[core_settings, distant_redis_settings], env_file=None)


@pytest.fixture
async def server(distant: FastAPI) -> AsyncIterator[RedisServer]:
    async with distant.router.lifespan_context(distant):
        yield distant.state.registry.get(RedisServer)


@pytest.fixture
async def client(distant: FastAPI, server: RedisServer) -> AsyncIterator[AsyncClient]:
    transport = ASGITransport(distant)
    async with AsyncClient(transport=transport, base_url="http://testserver") as client:
        yield client


async def until_back(server: RedisServer) -> None:
    await asyncio.wait_for(server._here.wait(), 10)


async def test_it_answers(server: RedisServer, client: AsyncClient) -> None:
    await server.ask(ping)
    told = (await client.get("/health/detailed")).json()
    assert (told["status"], told["features"]["redis"]) == ("ok", {"away": False})


async def test_a_start_without_it_is_a_start(
    distant: FastAPI, redis_line: Proxy, caplog: pytest.LogCaptureFixture
) -> None:
    await redis_line.cut()
    async with distant.router.lifespan_context(distant):
        server = distant.state.registry.get(RedisServer)
        assert server.away
        await redis_line.restore()
        await until_back(server)
        await server.ask(ping)
    assert caplog.text.count("redis_away") == 1
    assert caplog.text.count("redis_back") == 1


async def test_the_service_is_ready_and_degraded_while_it_is_away(
    client: AsyncClient, server: RedisServer, redis_line: Proxy
) -> None:
    await redis_line.cut()
    assert (await client.get("/ready")).status_code == 200
    told = (await client.get("/health/detailed")).json()
    assert (told["status"], told["features"]["redis"]) == ("degraded", {"away": True})
    await redis_line.restore()
    await until_back(server)
    assert (await client.get("/health/detailed")).json()["status"] == "ok"


@pytest.mark.parametrize("fault", ["silent", "slow"])
async def test_nobody_waits_twice_for_an_answer(
    server: RedisServer, redis_line: Proxy, fault: str
) -> None:
    if fault == "silent":
        redis_line.fall_silent()
    else:
        redis_line.delay(5)
    began = time.monotonic()
    outcomes = await asyncio.gather(*(server.ask(ping) for _ in range(200)), return_exceptions=True)
    assert time.monotonic() - began < 5
    assert {type(outcome) for outcome in outcomes} == {RedisAway}
    assert server.away
    redis_line.delay(0)
    redis_line.speak_again()
    await until_back(server)
    await server.ask(ping)


async def test_what_it_refuses_does_not_make_it_away(server: RedisServer) -> None:
    async def wrong(client: Client) -> None:
        await client.execute_command("NONSENSE")

    with pytest.raises(ResponseError):
        await server.ask(wrong)
    assert not server.away


async def test_it_opens_no_more_connections_than_it_may(
    server: RedisServer, redis_line: Proxy
) -> None:
    server._connections = asyncio.Semaphore(3)
    await asyncio.gather(*(server.ask(ping) for _ in range(50)))
    assert redis_line.connections <= 3


async def test_a_connection_that_was_closed_in_the_meantime_is_replaced(
    server: RedisServer, redis_line: Proxy
) -> None:
    await server.ask(ping)
    await redis_line.cut()
    await redis_line.restore()
    await server.ask(ping)
    assert not server.away
