"""What is told of requests and errors."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from httpx2 import AsyncClient

from tests.core.serving import serving
from tests.metrics.measured import MEASURED, gate
from tests.metrics.scraping import eventually, scrape

REQUESTS = "fastapi_requests_total"
DURATIONS = "fastapi_request_duration_seconds"
ERRORS = "fastapi_errors_total"
SHELF = "/api/v1/shelves/{shelf_id}"


@pytest.fixture
async def client() -> AsyncIterator[AsyncClient]:
    async with serving(*MEASURED) as client:
        yield client


async def test_requests_are_counted_by_method_template_and_status(client: AsyncClient) -> None:
    for shelf in (1, 2, 3):
        await client.get(f"/api/v1/shelves/{shelf}")
    await client.get("/api/v1/shelves/first")
    await client.post("/api/v1/shelves/1")
    scraped = await scrape(client)
    assert scraped.value(REQUESTS, method="GET", route=SHELF, status="200") == 3
    assert scraped.value(REQUESTS, method="GET", route=SHELF, status="422") == 1
    assert scraped.value(REQUESTS, method="POST", route=SHELF, status="409") == 1
    assert len(scraped.labels(REQUESTS)) == 3


async def test_all_unknown_paths_share_a_label(client: AsyncClient) -> None:
    for number in range(20):
        await client.get(f"/nothing/{number}")
    scraped = await scrape(client)
    assert scraped.labels(REQUESTS) == [{"method": "GET", "route": "unmatched", "status": "404"}]
    assert scraped.labels(ERRORS) == [{"type": "HTTPException", "route": "unmatched"}]
    assert scraped.value(REQUESTS, method="GET", route="unmatched", status="404") == 20


async def test_all_invented_methods_share_a_label(client: AsyncClient) -> None:
    for method in ("BREW", "WHEN", "PROPFIND"):
        await client.request(method, "/api/v1/shelves/1")
    await client.head("/api/v1/shelves/1")
    scraped = await scrape(client)
    found = {(one["method"], one["status"]) for one in scraped.labels(REQUESTS)}
    assert found == {("other", "405"), ("HEAD", "200")}


async def test_durations_are_those_of_whole_requests(client: AsyncClient) -> None:
    await client.get("/api/v1/slow")
    await client.get("/api/v1/shelves/1")
    scraped = await scrape(client)
    slow = {"method": "GET", "route": "/api/v1/slow"}
    total = scraped.value(f"{DURATIONS}_sum", **slow)
    assert total is not None
    assert 0.25 < total < 20
    assert scraped.value(f"{DURATIONS}_count", **slow) == 1
    assert scraped.value(f"{DURATIONS}_bucket", **slow, le="0.25") == 0
    buckets = [one["le"] for one in scraped.labels(f"{DURATIONS}_bucket") if one | slow == one]
    assert buckets == [
        *("0.005", "0.01", "0.025", "0.05", "0.1", "0.25"),
        *("0.5", "1.0", "2.5", "5.0", "10.0", "+Inf"),
    ]


async def test_errors_are_counted_by_type(client: AsyncClient) -> None:
    await client.post("/api/v1/shelves/1")
    await client.get("/api/v1/shelves/first")
    await client.get("/api/v1/broken")
    scraped = await scrape(client)
    assert scraped.value(ERRORS, type="ShelfFull", route=SHELF) == 1
    assert scraped.value(ERRORS, type="RequestValidationError", route=SHELF) == 1
    assert scraped.value(ERRORS, type="RuntimeError", route="/api/v1/broken") == 1
    assert scraped.value(REQUESTS, method="GET", route="/api/v1/broken", status="500") == 1


async def test_requests_in_progress(client: AsyncClient) -> None:
    name = "fastapi_requests_in_progress"
    assert (await scrape(client)).value(name) == 1  # the one that asks
    gate.clear()
    waiting = [asyncio.create_task(client.get("/api/v1/gate")) for _ in range(3)]
    await eventually(client, lambda scraped: scraped.value(name) == 4)
    gate.set()
    await asyncio.gather(*waiting)
    scraped = await scrape(client)
    assert scraped.value(name) == 1
    assert scraped.value(REQUESTS, method="GET", route="/api/v1/gate", status="200") == 3


async def test_two_applications_in_one_process_count_for_themselves(client: AsyncClient) -> None:
    async with serving(*MEASURED) as other:
        await other.get("/api/v1/shelves/1")
        assert (await scrape(client)).labels(REQUESTS) == []
        assert len((await scrape(other)).labels(REQUESTS)) == 1
