"""A server that takes reports as Sentry does, and keeps them."""

import asyncio
import gzip
import json
import threading
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


class Sentry:
    """Up while its context is entered; in threads, so that nobody who waits holds it up."""

    def __init__(self) -> None:
        self.headers: list[dict[str, str]] = []
        self.texts: list[str] = []
        self.status = 200
        self.answering = threading.Event()
        self.answering.set()
        sentry = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if self.headers.get("Content-Encoding") == "gzip":
                    body = gzip.decompress(body)
                sentry.headers.append({**self.headers, "path": self.path})
                sentry.texts.append(body.decode())
                sentry.answering.wait()
                with suppress(OSError):  # the service is gone
                    self.send_response(sentry.status)
                    self.send_header("Content-Length", "2")
                    self.end_headers()
                    self.wfile.write(b"{}")

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._server.block_on_close = False
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))

    @property
    def dsn(self) -> str:
        return f"http://key@127.0.0.1:{self._server.server_port}/7"

    @property
    def text(self) -> str:
        """Everything that has ever arrived."""
        return "\n".join(self.texts)

    @property
    def items(self) -> list[tuple[str, Any]]:
        """What has arrived: the type of each item and what it says."""
        return [item for text in self.texts for item in _items(text)]

    @property
    def events(self) -> list[dict[str, Any]]:
        return [content for kind, content in self.items if kind == "event"]

    async def wait_for(self, count: int) -> list[dict[str, Any]]:
        """Wait until so many reports have arrived, and return them."""
        async with asyncio.timeout(30):
            while len(self.events) < count:  # noqa: ASYNC110, it comes from a thread
                await asyncio.sleep(0.02)
        return self.events

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.answering.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _items(envelope: str) -> list[tuple[str, Any]]:
    """Take an envelope apart: a header, then a header and a content for each item."""
    _, *lines = envelope.strip("\n").split("\n")
    return [
        (json.loads(header)["type"], json.loads(content))
        for header, content in zip(lines[::2], lines[1::2], strict=True)
    ]
