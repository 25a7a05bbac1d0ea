"""The connections of real clients."""

import asyncio
from contextlib import AsyncExitStack

from httpx2 import AsyncClient

from tests.core.processes import running
from tests.metrics.scraping import eventually, scrape

NAME = "fastapi_active_connections"

UPGRADE = (
    b"GET /api/v1/echo HTTP/1.1\r\n"
    b"Host: testserver\r\n"
    b"Connection: Upgrade\r\n"
    b"Upgrade: websocket\r\n"
    b"Sec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
)
"""What begins a WebSocket (RFC 6455)."""


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
        reader, writer = await asyncio.open_connection("127.0.0.1", client.base_url.port)
        writer.write(UPGRADE)
        assert (await reader.readuntil(b"\r\n\r\n")).startswith(b"HTTP/1.1 101 ")
        assert (await scrape(client)).value(NAME) == 2
        writer.close()
        await eventually(client, lambda scraped: scraped.value(NAME) == 1)
