"""A server on a real socket that fails in every way that servers do."""

import asyncio
import gzip
import json
import socket
import struct
from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from types import TracebackType
from typing import Self
from urllib.parse import parse_qs, urlsplit


@dataclass(frozen=True)
class Received:
    method: str
    path: str
    query: dict[str, list[str]]
    headers: dict[str, str]
    body: bytes
    names: list[str]
    """Of the headers, as often as each came."""


class Remote:
    """Does what the first part of the path says. Up while its context is entered."""

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.bytes_sent = 0
        self.connections = self.inside = self.most_inside = 0
        self.gate = asyncio.Event()
        self.entered = asyncio.Semaphore(0)
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None
        self.port = 0

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self._writers:
            writer.transport.abort()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(self._serve(reader, writer))
        self.connections += 1
        self._tasks.add(task)
        self._writers.add(writer)
        task.add_done_callback(self._tasks.discard)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                while True:
                    received = await _read(reader)
                    self.received.append(received)
                    doing, *arguments = received.path.strip("/").split("/")
                    act: Callable[..., Awaitable[None]] = getattr(self, f"_{doing}")
                    await act(writer, received, *arguments)
                    await writer.drain()
        finally:
            self._writers.discard(writer)
            writer.close()

    def _answer(
        self, writer: asyncio.StreamWriter, status: int, body: bytes = b"", *headers: str
    ) -> None:
        lines = (f"HTTP/1.1 {status} X", f"Content-Length: {len(body)}", *headers, "", "")
        writer.write("\r\n".join(lines).encode() + body)

    def _times(self, received: Received) -> int:
        return sum(one.path == received.path for one in self.received)

    async def _well(self, writer: asyncio.StreamWriter, received: Received) -> None:
        self._answer(writer, 200, b'"well"')

    async def _told(self, writer: asyncio.StreamWriter, received: Received) -> None:
        """Answer what the body says."""
        self._answer(writer, 200, received.body)

    async def _status(self, writer: asyncio.StreamWriter, received: Received, code: str) -> None:
        self._answer(writer, int(code), b'{"secret": "hunter2"}')

    async def _failing(self, writer: asyncio.StreamWriter, received: Received, times: str) -> None:
        """Answer 500 so many times, then 200."""
        failing = self._times(received) <= int(times)
        self._answer(writer, 500 if failing else 200, b'"well"')

    async def _resetting(
        self, writer: asyncio.StreamWriter, received: Received, times: str
    ) -> None:
        """Reset the connection so many times, then answer 200."""
        if self._times(received) > int(times):
            self._answer(writer, 200, b'"well"')
            return
        connection: socket.socket = writer.get_extra_info("socket")
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
        raise ConnectionResetError

    async def _busy(self, writer: asyncio.StreamWriter, received: Received, seconds: str) -> None:
        """Ask once to come back later."""
        if self._times(received) == 1:
            self._answer(writer, 503, b"", f"Retry-After: {seconds}")
        else:
            self._answer(writer, 200, b'"well"')

    async def _hanging(self, writer: asyncio.StreamWriter, received: Received) -> None:
        await asyncio.Event().wait()

    async def _gate(self, writer: asyncio.StreamWriter, received: Received) -> None:
        """Answer when the gate is open."""
        self.inside += 1
        self.most_inside = max(self.most_inside, self.inside)
        self.entered.release()
        await self.gate.wait()
        self.inside -= 1
        self._answer(writer, 200, b'"well"')

    async def _dripping(self, writer: asyncio.StreamWriter, received: Received) -> None:
        """Send a byte now and then, so that something always comes."""
        writer.write(b"HTTP/1.1 200 X\r\nContent-Length: 1000000\r\n\r\n")
        while True:
            writer.write(b" ")
            await writer.drain()
            await asyncio.sleep(0.02)

    async def _breaking(self, writer: asyncio.StreamWriter, received: Received) -> None:
        """Close the connection in the middle of the body."""
        writer.write(b"HTTP/1.1 200 X\r\nContent-Length: 100\r\n\r\nhalf")
        await writer.drain()
        raise ConnectionResetError

    async def _babbling(self, writer: asyncio.StreamWriter, received: Received) -> None:
        """Speak another protocol."""
        writer.write(b"220 mail.example.com ESMTP\r\n\r\n")
        await writer.drain()
        raise ConnectionResetError

    async def _giant(self, writer: asyncio.StreamWriter, received: Received) -> None:
        """Send a body without an end."""
        writer.write(b"HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            writer.write(b"10000\r\n" + b"x" * 0x10000 + b"\r\n")
            await writer.drain()
            self.bytes_sent += 0x10000

    async def _packed(self, writer: asyncio.StreamWriter, received: Received, size: str) -> None:
        """Send a small body that becomes a large one."""
        packed = gzip.compress(b'"' + b"x" * (int(size) - 2) + b'"')
        self._answer(writer, 200, packed, "Content-Encoding: gzip")

    async def _torn(self, writer: asyncio.StreamWriter, received: Received) -> None:
        """Send what cannot be unpacked."""
        self._answer(writer, 200, b"not packed at all", "Content-Encoding: gzip")

    async def _elsewhere(self, writer: asyncio.StreamWriter, received: Received) -> None:
        """Redirect to where the query says."""
        status = int(received.query.get("status", ["302"])[0])
        self._answer(writer, status, b"", f"Location: {received.query['to'][0]}")

    async def _cookie(self, writer: asyncio.StreamWriter, received: Received) -> None:
        self._answer(writer, 200, b"", "Set-Cookie: session=somebody; Path=/")

    async def _rates(self, writer: asyncio.StreamWriter, received: Received, name: str) -> None:
        """An API with a resource."""
        document = {"currency": name, "rate": "1.25"}
        self._answer(writer, 200, json.dumps(document).encode(), "Content-Type: application/json")


async def _read(reader: asyncio.StreamReader) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    first, *lines = head.rstrip("\r\n").split("\r\n")
    method, target, _ = first.split(" ")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    parts = urlsplit(target)
    names = [line.split(": ", 1)[0].lower() for line in lines]
    return Received(method, parts.path, parse_qs(parts.query), headers, body, names)
