"""The event loop: uvloop's, which takes in at once whoever waits to be connected.

Of itself it takes in one connection each time round, since libuv does. A time round is as
long as those keep it busy who are connected already, so of many who come at once the last
wait long: of 1,000 callers one in a hundred for 5 seconds, where the others had 0.6.
"""

import asyncio
import socket
from collections.abc import Callable, Iterator
from typing import Any

import uvloop

MOST = 200
"""Connections that a process takes in at a time. The next may be for the process beside it."""

ProtocolFactory = Callable[[], asyncio.BaseProtocol]


class EventLoop(uvloop.Loop):
    """Takes in all who wait before it serves anybody again."""

    def __init__(self) -> None:
        super().__init__()
        self._coming: set[asyncio.Task[Any]] = set()

    async def create_server(
        self, protocol_factory: ProtocolFactory, *args: Any, **options: Any
    ) -> asyncio.Server:
        """Create a server of which the first connection of a time round brings the others."""

        def connected() -> asyncio.BaseProtocol:
            self.call_soon(self._take_in, server, protocol_factory)
            return protocol_factory()

        server: asyncio.Server = await super().create_server(  # type: ignore[assignment]  # it has sockets, too
            connected, *args, **options
        )
        return server

    def _take_in(self, server: asyncio.Server, protocol_factory: ProtocolFactory) -> None:
        for listening in server.sockets:
            for connection in _waiting(listening.fileno()):
                coming = self.connect_accepted_socket(protocol_factory, connection)
                task = self.create_task(coming)
                self._coming.add(task)
                task.add_done_callback(self._coming.discard)


def _waiting(descriptor: int) -> Iterator[socket.socket]:
    listening = socket.socket(fileno=descriptor)
    try:
        for _ in range(MOST):
            connection, _address = listening.accept()
            connection.setblocking(False)
            yield connection
    except OSError:  # there is nobody else; if it is anything worse, libuv says so
        return
    finally:
        listening.detach()  # it stays the server's
