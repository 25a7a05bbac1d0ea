"""Commands of many requests that go to Redis together."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from redis.exceptions import ResponseError

from app.core.application import create_app
from app.core.settings import CoreSettings
from app.redis.feature import feature as redis
from app.redis.server import RedisAway, RedisServer
from app.redis.settings import RedisSettings
from tests.core.proxy import Proxy


@pytest.fixture
async def server(
    core_settings: CoreSettings, distant_redis_settings: RedisSettings
) -> AsyncIterator[RedisServer]:
    app: FastAPI = create_app(
        [redis], settings=[core_settings, distant_redis_settings], env_file=None
    )
    async with app.router.lifespan_context(app):
        yield app.state.registry.get(RedisServer)


async def test_everybody_gets_their_own_answer(server: RedisServer, redis_line: Proxy) -> None:
    answers = await asyncio.gather(*(server.send("ECHO", str(n)) for n in range(250)))
    assert answers == [str(n).encode() for n in range(250)]
    assert redis_line.connections == 1


async def test_what_is_wrong_with_one_command_is_only_theirs(server: RedisServer) -> None:
    commands = (("HGET", "nothing"), ("ECHO", "fine"), ("NONSENSE",))
    sent = (server.send(*command) for command in commands)
    answers = await asyncio.gather(*sent, return_exceptions=True)
    assert answers[1] == b"fine"
    assert [type(answer) for answer in answers[::2]] == [ResponseError] * 2
    with pytest.raises(ResponseError):
        await server.send("NONSENSE")
    assert not server.away


async def test_whoever_goes_away_takes_nothing_from_the_others(server: RedisServer) -> None:
    gone, stays = (asyncio.create_task(server.send("ECHO", name)) for name in ("gone", "stays"))
    await asyncio.sleep(0)
    gone.cancel()
    assert await stays == b"stays"
    assert gone.cancelled()
    assert await server.send("ECHO", "next") == b"next"


async def test_nobody_of_a_batch_waits_for_ever(server: RedisServer, redis_line: Proxy) -> None:
    redis_line.fall_silent()
    sent = (server.send("ECHO", str(n)) for n in range(250))
    outcomes = await asyncio.wait_for(asyncio.gather(*sent, return_exceptions=True), 10)
    assert {type(outcome) for outcome in outcomes} == {RedisAway}
    assert server.away
    with pytest.raises(RedisAway):
        await server.send("ECHO", "again")
    redis_line.speak_again()
