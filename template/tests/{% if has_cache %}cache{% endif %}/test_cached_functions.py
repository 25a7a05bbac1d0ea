"""What callers of a cached function notice, and what its source does."""

import asyncio
from collections.abc import Callable
from uuid import uuid4

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from app.cache import service
from app.cache.decorator import cached
from app.cache.keys import fill
from app.cache.service import Cache
from app.core.registry import Registry
from tests.cache.prices import KEY, TAG, Price, Shop
from tests.cache.waiting import until, until_it_is


async def test_the_source_is_asked_once_and_the_type_comes_back(registry: Registry) -> None:
    shop = Shop()
    product = shop.add(5)
    first = await shop.find_price(registry, product)
    second = await shop.find_price(registry, product_id=product, currency="EUR")

    assert first == second == Price(product_id=product, amount=5)
    assert type(second) is Price
    assert shop.asked == 1


async def test_what_a_caller_does_to_an_answer_is_not_seen_by_another(registry: Registry) -> None:
    shop = Shop()
    product = shop.add(5)
    for _ in range(3):
        price = await shop.find_price(registry, product)
        assert price
        assert price.history == []
        price.history.append(1)


async def test_none_is_an_answer(registry: Registry) -> None:
    shop = Shop()
    unknown = uuid4()
    assert await shop.find_price(registry, unknown) is None
    assert await shop.find_price(registry, unknown) is None
    assert shop.asked == 1


async def test_each_argument_makes_another_question(registry: Registry) -> None:
    shop = Shop()
    product = shop.add(5)
    for currency in ("EUR", "USD", "EUR", "USD"):
        await shop.find_price(registry, product, currency)
    assert shop.asked == 2


async def test_an_error_passes_through_and_is_not_kept(registry: Registry) -> None:
    shop = Shop()
    product = shop.add(5)
    shop.error = ValueError("closed")
    for asked in (1, 2):
        with pytest.raises(ValueError, match="closed"):
            await shop.find_price(registry, product)
        assert shop.asked == asked
    shop.error = None
    assert await shop.find_price(registry, product) == Price(product_id=product, amount=5)


@pytest.mark.parametrize("error", [None, ValueError("closed")])
async def test_those_who_ask_at_the_same_time_share_one_answer(
    registry: Registry, error: Exception | None
) -> None:
    shop = Shop()
    product = shop.add(5)
    shop.open.clear()
    shop.error = error
    asking = [asyncio.create_task(shop.find_price(registry, product)) for _ in range(100)]
    await until(lambda: shop.asked == 1)
    shop.open.set()
    answers = await asyncio.gather(*asking, return_exceptions=True)

    if error is None:
        assert answers == [Price(product_id=product, amount=5)] * 100
        assert shop.asked == 1
    else:
        assert {str(answer) for answer in answers} == {"closed"}


async def test_when_the_first_one_gives_up_the_others_still_get_an_answer(
    registry: Registry,
) -> None:
    shop = Shop()
    product = shop.add(5)
    shop.open.clear()
    first, second = [asyncio.create_task(shop.find_price(registry, product)) for _ in range(2)]
    await until(lambda: shop.asked == 1)
    first.cancel()
    shop.open.set()
    assert await second == Price(product_id=product, amount=5)
    assert shop.asked == 1


@pytest.mark.parametrize("by", ["key", "tag"])
async def test_what_was_forgotten_is_asked_for_again(
    registry: Registry, cache: Cache, by: str
) -> None:
    shop = Shop()
    product, other = shop.add(5), shop.add(7)
    await shop.find_price(registry, product)
    await shop.find_price(registry, other)

    shop.prices |= {product: 6, other: 8}
    if by == "key":
        await cache.delete(fill(KEY, product_id=product, currency="EUR"))
    else:
        await cache.delete(tags=[fill(TAG, product_id=product)])

    assert await shop.find_price(registry, product) == Price(product_id=product, amount=6)
    assert await shop.find_price(registry, other) == Price(product_id=other, amount=7)


async def test_what_was_found_before_a_change_is_neither_served_nor_stored_after_it(
    registry: Registry, cache: Cache
) -> None:
    shop = Shop()
    product = shop.add(5)
    shop.open.clear()
    slow = asyncio.create_task(shop.find_price(registry, product))
    await until(lambda: shop.asked == 1)

    shop.prices[product] = 6
    await cache.delete(tags=[fill(TAG, product_id=product)])
    later = asyncio.create_task(shop.find_price(registry, product))
    await until(lambda: shop.asked == 2)
    shop.open.set()

    assert await slow == Price(product_id=product, amount=5)
    assert await later == Price(product_id=product, amount=6)
    assert await shop.find_price(registry, product) == Price(product_id=product, amount=6)


async def test_it_ends_by_itself(registry: Registry) -> None:
    numbers = iter(range(1000))

    @cached(ttl=0.2, key="number")
    async def count(registry: Registry) -> int:
        return next(numbers)

    assert await count(registry) == 0
    await until_it_is(1, lambda: count(registry))


async def test_a_value_near_its_end_is_served_while_another_is_loaded(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = Shop()
    product = shop.add(5)
    monkeypatch.setattr(service, "REFRESH_AFTER", 0)
    await shop.find_price(registry, product)
    monkeypatch.undo()

    shop.prices[product] = 6
    shop.open.clear()
    for _ in range(5):
        assert await shop.find_price(registry, product) == Price(product_id=product, amount=5)
    shop.open.set()
    changed = Price(product_id=product, amount=6)
    await until_it_is(changed, lambda: shop.find_price(registry, product))
    assert shop.asked == 2


async def test_when_that_fails_the_value_is_served_on(
    registry: Registry, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    shop = Shop()
    product = shop.add(5)
    monkeypatch.setattr(service, "REFRESH_AFTER", 0)
    await shop.find_price(registry, product)
    shop.error = ValueError("closed")

    async def has_failed() -> bool:
        assert await shop.find_price(registry, product) == Price(product_id=product, amount=5)
        return "early_refresh_failed" in caplog.text

    await until_it_is(True, has_failed)
    assert await shop.find_price(registry, product) == Price(product_id=product, amount=5)


async def test_not_all_end_at_the_same_time(
    registry: Registry, cache: Cache, monkeypatch: pytest.MonkeyPatch
) -> None:
    times: list[float] = []
    write = cache._storage.write

    async def look(key: str, value: bytes, seconds: float) -> None:
        times.append(seconds)
        await write(key, value, seconds)

    monkeypatch.setattr(cache._storage, "write", look)
    shop = Shop()
    for _ in range(20):
        await shop.find_price(registry, uuid4())
    assert len(set(times)) > 10
    assert all(54 <= seconds <= 60 for seconds in times)


async def test_what_is_stored_in_another_form_is_replaced(registry: Registry) -> None:
    @cached(ttl=60, key="thing:{name}")
    async def before(registry: Registry, name: str) -> str:
        return name

    @cached(ttl=60, key="thing:{name}")
    async def after(registry: Registry, name: str) -> list[str]:
        return [name]

    await before(registry, "lamp")
    for _ in range(2):
        assert await after(registry, "lamp") == ["lamp"]


async def test_an_answer_of_another_type_than_declared_is_an_error(registry: Registry) -> None:
    @cached(ttl=60, key="wrong")
    async def wrong(registry: Registry) -> int:
        return "seven"  # type: ignore[return-value]

    with pytest.raises(ValueError, match="serializ"):
        await wrong(registry)


async def test_another_release_does_not_read_what_this_one_stored_but_what_it_forgets(
    registry: Registry, cache: Cache
) -> None:
    newer = Cache(cache._storage, "another release")
    later = registry.child()
    later.add(newer)
    shop = Shop()
    product = shop.add(5)
    await shop.find_price(registry, product)
    await shop.find_price(later, product)
    assert shop.asked == 2

    await newer.delete(tags=[fill(TAG, product_id=product)])
    await shop.find_price(registry, product)
    assert shop.asked == 3


async def test_it_tells_how_it_does(
    app: FastAPI, client: AsyncClient, hits: Callable[[str], int]
) -> None:
    shop = Shop()
    product = shop.add(5)
    for _ in range(3):
        await shop.find_price(app.state.registry, product)

    told = (await client.get("/health/detailed")).json()["features"]["cache"]["families"]["price"]

    assert hits("price") == 2
    assert (told["hits"], told["misses"], told["errors"]) == (2, 1, 0)
    assert told["lookup_ms"] > 0
    assert told["load_ms"] > 0
