"""The cache without a decorator: get, set, delete, increment."""

import asyncio
from uuid import uuid4

from app.cache.service import Cache
from tests.cache.prices import Price
from tests.cache.waiting import until_it_is


async def test_what_was_set_comes_back_as_what_it_was(cache: Cache) -> None:
    price = Price(product_id=uuid4(), amount=5)
    await cache.set("price", price, ttl=60)
    assert await cache.get("price", Price) == price


async def test_what_was_never_set_or_is_deleted_or_over_is_not_there(cache: Cache) -> None:
    assert await cache.get("number", int) is None
    assert await cache.get("number", int, 7) == 7
    await cache.set("number", 1, ttl=60)
    assert await cache.get("number", int, 7) == 1
    await cache.delete("number")
    assert await cache.get("number", int, 7) == 7
    await cache.set("number", 2, ttl=0.1)
    await until_it_is(7, lambda: cache.get("number", int, 7))


async def test_what_is_not_of_the_kind_is_not_there(cache: Cache) -> None:
    await cache.set("number", 1, ttl=60)
    assert await cache.get("number", Price) is None
    assert cache.statistics.families["number"].errors == 1


async def test_counters(cache: Cache) -> None:
    counted = await asyncio.gather(*(cache.increment("visits", ttl=60) for _ in range(20)))
    assert set(counted) == set(range(1, 21))
    assert await cache.increment("visits", -5, ttl=60) == 15
    assert await cache.increment("visits", 0, ttl=60) == 15
    await cache.delete("visits")
    assert await cache.increment("visits", 3, ttl=0.1) == 3
    await until_it_is(0, lambda: cache.increment("visits", 0, ttl=0.1))
