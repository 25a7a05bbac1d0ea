"""Metrics of what is kept elsewhere, and metrics of one's own."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest
from prometheus_client import Counter, Gauge

from app.core.feature import Feature
from app.core.registry import Registry
from app.metrics.names import MOST, Names
from app.metrics.service import Metrics
from app.metrics.totals import Total
from tests.core.serving import log_lines, serving
from tests.metrics.measured import MEASURED
from tests.metrics.scraping import scrape


def prepared(prepare: Callable[[Metrics], None]) -> Feature:
    """Return a feature that brings metrics of its own."""

    @asynccontextmanager
    async def lifespan(registry: Registry) -> AsyncIterator[None]:
        prepare(registry.get(Metrics))
        yield

    return Feature(name="stock", lifespan=lifespan)


async def test_a_sample_is_taken_when_somebody_asks() -> None:
    stock = [3]

    def prepare(metrics: Metrics) -> None:
        gauge = Gauge("stock", "Things on the shelves.", registry=metrics.registry)
        metrics.sample(lambda: gauge.set(len(stock)))

    async with serving(*MEASURED, prepared(prepare)) as client:
        assert (await scrape(client)).value("stock") == 1
        stock.append(4)
        assert (await scrape(client)).value("stock") == 2


async def test_a_sample_is_taken_every_second_when_nobody_asks() -> None:
    taken = asyncio.Semaphore(0)
    async with serving(*MEASURED, prepared(lambda metrics: metrics.sample(taken.release))):
        async with asyncio.timeout(30):
            for _ in range(3):
                await taken.acquire()


async def test_a_sample_that_fails_is_logged_and_takes_no_other_along(
    capsys: pytest.CaptureFixture[str],
) -> None:
    broken: list[bool] = []

    def fail_later() -> None:
        if broken:
            raise RuntimeError("cannot be counted")

    def prepare(metrics: Metrics) -> None:
        gauge = Gauge("stock", "Things on the shelves.", registry=metrics.registry)
        metrics.sample(fail_later)
        metrics.sample(lambda: gauge.set(len(broken)))

    async with serving(*MEASURED, prepared(prepare), log_format="json") as client:
        broken.append(True)
        assert (await scrape(client)).value("stock") == 1
    logged = [line for line in log_lines(capsys) if line["event"] == "metrics_sample_failed"]
    assert "cannot be counted" in logged[0]["exception"]


async def test_a_counter_follows_a_total() -> None:
    sold = [5]

    def prepare(metrics: Metrics) -> None:
        total = Total(Counter("sold", "Things that were sold.", registry=metrics.registry))
        metrics.sample(lambda: total.reach(sum(sold)))

    async with serving(*MEASURED, prepared(prepare)) as client:
        assert (await scrape(client)).value("sold_total") == 5
        sold.append(2)
        assert (await scrape(client)).value("sold_total") == 7


async def test_a_label_has_no_more_names_than_it_may() -> None:
    names = Names()
    labels = {names.label(f"host-{number}") for number in range(MOST + 10)}
    assert len(labels) == MOST + 1
    assert names.label(f"host-{MOST + 5}") == "other"
    assert names.label("host-7") == "host-7"


async def test_an_application_can_be_started_again() -> None:
    async with serving(*MEASURED) as client:
        app = client._transport.app  # type: ignore[attr-defined]  # of the ASGI transport
        async with app.router.lifespan_context(app):
            assert (await scrape(client)).value("fastapi_processes") == 1
