"""Limits of single routes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from app.core.feature import Feature
from app.core.registry import Registry
from app.rate_limit.callers import by_address
from app.rate_limit.dependencies import RateLimit
from app.rate_limit.routes import RouteLimits
from tests.rate_limit.limited import Limits, be_joined, limited, statuses


async def test_a_route_lets_each_caller_through_so_often(limits: Limits) -> None:
    async with limited(limits()) as callers:
        ada, bob = await callers.named("ada"), await callers.named("bob")
        assert await statuses(ada, "/api/v1/few", 4) == [200, 200, 200, 429]
        assert await statuses(ada, "/api/v1/free", 1) == [200]
        assert await statuses(bob, "/api/v1/few", 1) == [200]


async def test_a_call_may_cost_more_than_one(limits: Limits) -> None:
    async with limited(limits()) as callers:
        client = await callers.at("192.0.2.1")
        answers = [await client.get("/api/v1/dear") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    left = [answer.headers["X-RateLimit-Remaining"] for answer in answers]
    assert left == ["6", "2", "2"]


async def test_a_route_may_count_for_something_else_than_callers(limits: Limits) -> None:
    async with limited(limits()) as callers:
        ada, bob = await callers.named("ada"), await callers.named("bob")
        assert await statuses(ada, "/api/v1/shelves/a", 2) == [200, 200]
        assert await statuses(bob, "/api/v1/shelves/a", 1) == [429]
        assert await statuses(bob, "/api/v1/shelves/b", 1) == [200]


@asynccontextmanager
async def join(registry: Registry) -> AsyncIterator[None]:
    registry.get(RouteLimits).add(be_joined, RateLimit("2/minute", key=by_address))
    yield


async def test_another_feature_may_limit_a_route_before_its_body_is_read(limits: Limits) -> None:
    joining = Feature(name="joining", lifespan=join)
    async with limited(limits(), joining) as callers:
        client = await callers.named("ada")
        paths = ["/api/v1/joined", "/api/v1/joined%0A", "/api/v1/joined"]
        answers = [await client.post(path, content=b"xyz") for path in paths]
        assert 429 in [answer.status_code for answer in answers]
        assert await statuses(client, "/api/v1/joined", 1) == [405]
        assert await statuses(client, "/api/v1/free", 1) == [200]


@pytest.mark.parametrize(
    "notation", ["100", "100/fortnight", "0/minute", "1/0 hours", "5/minute;100/hour", ""]
)
def test_a_notation_that_makes_no_sense_is_refused_at_once(notation: str) -> None:
    with pytest.raises(ValueError, match="give one limit of at least 1"):
        RateLimit(notation)


@pytest.mark.parametrize("cost", [0, -1, 6])
def test_so_is_a_cost_that_never_fits(cost: int) -> None:
    with pytest.raises(ValueError, match="must be at least 1 and fit into 5/minute"):
        RateLimit("5/minute", cost=cost)
