"""The Redis of the tests: a real one, with keys of their own for each test."""

import asyncio
import os
import secrets
from collections.abc import AsyncIterator, Iterator

import pytest
from pydantic import SecretStr

from app.redis.clients import Client, open_client
from app.redis.settings import RedisSettings
from tests.core.fixtures import PROJECT
from tests.core.proxy import Proxy

HOW_TO_REACH = (
    "Start Redis, for example with\n"
    "    docker run --rm -d -p 6379:6379 redis\n"
    "or say in TEST_REDIS_URL where it is."
)


def settings_of(prefix: str) -> RedisSettings:
    """Return the settings of the Redis of the tests. They wait longer than a service does,
    as many tests run at a time."""
    example = RedisSettings(_env_file=PROJECT / ".env.example")
    given = os.environ.get("TEST_REDIS_URL")
    url = SecretStr(given) if given else example.url
    return RedisSettings(_env_file=None, url=url, prefix=prefix, timeout=5.0)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Stop at once when there is no Redis to test with."""

    async def ask() -> None:
        settings = settings_of("")
        async with open_client(settings.address, settings.timeout) as client:
            await client.ping()

    try:
        asyncio.run(ask())
    except Exception as error:  # noqa: BLE001, whatever it is, without Redis nothing can be tested
        pytest.exit(f"The tests cannot reach Redis: {error}\n{HOW_TO_REACH}", 1)


@pytest.fixture(scope="session")
def shared_redis_settings() -> Iterator[RedisSettings]:
    """Where the Redis of the tests is, and what all their keys begin with; they go in the end."""
    settings = settings_of(f"test:{secrets.token_hex(8)}:")
    yield settings
    asyncio.run(remove_keys(settings))


@pytest.fixture
def redis_settings(shared_redis_settings: RedisSettings) -> RedisSettings:
    """The same with keys of its own for each test."""
    prefix = f"{shared_redis_settings.prefix}{secrets.token_hex(4)}:"
    return shared_redis_settings.model_copy(update={"prefix": prefix})


async def remove_keys(settings: RedisSettings) -> None:
    """Remove every key that begins with the prefix."""
    async with open_client(settings.address, settings.timeout) as client:
        async for key in client.scan_iter(match=f"{settings.prefix}*", count=1000):
            await client.delete(key)


@pytest.fixture
async def redis_client(redis_settings: RedisSettings) -> AsyncIterator[Client]:
    """A client of its own, to look at what the service keeps there."""
    async with open_client(redis_settings.address, redis_settings.timeout) as client:
        yield client


@pytest.fixture
async def redis_line(redis_settings: RedisSettings) -> AsyncIterator[Proxy]:
    """A line to Redis that the test can cut."""
    host, port = redis_settings.address.nodes[0]
    async with Proxy(host, port) as proxy:
        yield proxy


@pytest.fixture
def distant_redis_settings(redis_settings: RedisSettings, redis_line: Proxy) -> RedisSettings:
    """The settings of a Redis at the other end of the line, for which nobody waits long."""
    address = redis_settings.address
    secret = f"{address.username or ''}:{address.password}@" if address.password else ""
    url = SecretStr(f"redis://{secret}127.0.0.1:{redis_line.port}/{address.keyspace}")
    return redis_settings.model_copy(update={"url": url, "timeout": 0.3})
