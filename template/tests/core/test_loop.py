"""Many who come at once are connected at once, however busy the service is."""

import asyncio
import socket
from collections.abc import Callable, Iterator

import pytest

from app.core.loop import EventLoop

CALLERS = 100


class Connection(asyncio.Protocol):
    """Tells when it is made, and ends."""

    def __init__(self, tell: Callable[[], None]) -> None:
        self._tell = tell

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._tell()
        transport.close()


@pytest.fixture
def callers() -> Iterator[list[socket.socket]]:
    sockets = [socket.socket() for _ in range(CALLERS)]
    yield sockets
    for one in sockets:
        one.close()


def test_all_who_wait_are_connected_within_a_few_rounds(callers: list[socket.socket]) -> None:
    rounds, made = 0, list[int]()

    async def serve() -> None:
        nonlocal rounds
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            lambda: Connection(lambda: made.append(rounds)), "127.0.0.1", 0
        )
        async with server, asyncio.timeout(60):
            for caller in callers:  # the system answers them until the loop can
                caller.connect(server.sockets[0].getsockname())
            while len(made) < CALLERS:
                rounds += 1
                await asyncio.sleep(0)

    with asyncio.Runner(loop_factory=EventLoop) as runner:
        runner.run(serve())
    assert made[-1] - made[0] < CALLERS / 10


def test_nobody_is_connected_to_a_server_that_has_closed(callers: list[socket.socket]) -> None:
    is_connected = asyncio.Event()

    async def serve() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Connection(is_connected.set), "127.0.0.1", 0)
        address = server.sockets[0].getsockname()
        callers[0].connect(address)
        async with asyncio.timeout(60):
            await is_connected.wait()
        server.close()
        await server.wait_closed()
        with pytest.raises(ConnectionRefusedError):
            callers[1].connect(address)

    with asyncio.Runner(loop_factory=EventLoop) as runner:
        runner.run(serve())
