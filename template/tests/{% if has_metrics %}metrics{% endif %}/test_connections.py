"""The connections of real clients."""

from contextlib import AsyncExitStack

from httpx2 import AsyncClient
from websockets.asyncio.client import connect

from tests.core.processes import running
from tests.metrics.scraping import eventually, scrape

NAME = "fastapi_active_connections"


async def test_open_connections_are_counted_whether_something_is_asked_or_not() -> None:
    async with (
        running("tests.metrics.measured") as service,
        AsyncClient(base_url=await service.url()) as client,
    ):
        assert (await scrape(client)).value(NAME) == 1
        async with AsyncExitStack() as stack:
            for _ in range(3):
                other = AsyncClient(base_url=client.base_url)
                await stack.enter_async_context(other)
                await other.get("/api/v1/shelves/1")
            assert (await scrape(client)).value(NAME) == 4
        await eventually(client, lambda scraped: scraped.value(NAME) == 1)


async def test_a_websocket_is_one_of_them() -> None:
    async with (
        running("tests.metrics.measured") as service,
        AsyncClient(base_url=await service.url()) as client,
    ):
        url = str(client.base_url.join("/api/v1/echo")).replace("http", "ws", 1)
        async with connect(url) as websocket:
            await websocket.send("hello")
            assert await websocket.recv() == "hello"
            assert (await scrape(client)).value(NAME) == 2
        await eventually(client, lambda scraped: scraped.value(NAME) == 1)
