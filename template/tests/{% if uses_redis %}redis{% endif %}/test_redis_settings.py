"""Where Redis is: the forms of its URL, and what may not be deployed."""

import pytest
from pydantic import SecretStr
from redis.asyncio import RedisCluster

from app.core.configuration import ConfigurationError, load_settings
from app.core.registry import Registry
from app.core.settings import CoreSettings, Environment
from app.redis.addresses import Address, parse
from app.redis.clients import open_client
from app.redis.settings import RedisSettings


@pytest.mark.parametrize(
    ("url", "address"),
    [
        ("redis://127.0.0.1", Address("server", (("127.0.0.1", 6379),))),
        (
            "rediss://me:p%40ss@cache.example.com:6380/2",
            Address(
                "server",
                (("cache.example.com", 6380),),
                tls=True,
                username="me",
                password="p@ss",
                keyspace=2,
            ),
        ),
        ("redis://:secret@[::1]:7000", Address("server", (("::1", 7000),), password="secret")),
        ("unix:///run/redis.sock", Address("server", (), "/run/redis.sock")),
        (
            "redis+sentinel://:secret@one,two:5000/primary/3",
            Address(
                "sentinel",
                (("one", 26379), ("two", 5000)),
                password="secret",
                master="primary",
                keyspace=3,
            ),
        ),
        (
            "rediss+cluster://one:7000,two:7001",
            Address("cluster", (("one", 7000), ("two", 7001)), tls=True),
        ),
    ],
)
async def test_a_url_says_where_it_is(url: str, address: Address) -> None:
    assert parse(url) == address
    async with open_client(address, 0.1) as client:
        assert isinstance(client, RedisCluster) is (address.kind == "cluster")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "127.0.0.1:6379",
        "http://127.0.0.1",
        "redis://",
        "redis://one,two",
        "redis://one/zero",
        "redis://one/0/1",
        "redis://one:port",
        "redis+sentinel://one",
        "redis+cluster://one/name",
        "redis+tower://one",
        "unix://",
    ],
)
def test_another_url_is_refused_with_the_forms_that_there_are(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REDIS_URL", url)
    with pytest.raises(ConfigurationError, match=r"REDIS_URL: (Write it as redis://|Field req)"):
        load_settings([RedisSettings], [], Registry(), env_file=None)


@pytest.mark.parametrize(
    ("url", "allowed", "starts"),
    [
        ("redis://127.0.0.1", False, True),
        ("unix:///run/redis.sock", False, True),
        ("redis://:secret@cache.internal", False, True),
        ("redis://cache.internal", False, False),
        ("redis://cache.internal", True, True),
        ("redis+cluster://127.0.0.1,cache.internal", False, False),
    ],
)
@pytest.mark.parametrize("environment", [Environment.STAGING, Environment.PRODUCTION])
def test_a_redis_that_lets_everybody_in_is_not_deployed_by_accident(
    environment: Environment, url: str, *, allowed: bool, starts: bool
) -> None:
    core = CoreSettings(environment=environment, allowed_hosts=("api.example.com",))
    redis = RedisSettings(_env_file=None, url=SecretStr(url), allow_no_password=allowed)
    if starts:
        load_settings([RedisSettings], [core, redis], Registry(), env_file=None)
    else:
        with pytest.raises(ConfigurationError, match="REDIS_URL: has no password"):
            load_settings([RedisSettings], [core, redis], Registry(), env_file=None)


def test_keys_begin_with_the_name_of_the_service_or_what_is_chosen() -> None:
    url = SecretStr("redis://127.0.0.1")
    core = CoreSettings(name="Order Desk")
    assert RedisSettings(_env_file=None, url=url).prefix_for(core) == "order-desk:"
    assert RedisSettings(_env_file=None, url=url, prefix="shop/").prefix_for(core) == "shop/"
