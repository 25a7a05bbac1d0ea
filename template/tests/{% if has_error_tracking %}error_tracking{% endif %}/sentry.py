"""A server that takes reports as Sentry does, and keeps them."""

import asyncio
import json
from typing import Any

from tests.core.web_server import Asked, WebServer


class Sentry(WebServer):
    """Keeps what it is asked, whatever it answers."""

    def __init__(self) -> None:
        super().__init__()
        self.status = 200

    def answer(self, asked: Asked) -> tuple[int, bytes]:
        """Take a report."""
        return self.status, b"{}"

    @property
    def dsn(self) -> str:
        return f"http://key@127.0.0.1:{self.port}/7"

    @property
    def texts(self) -> list[str]:
        return [asked.body.decode() for asked in self.asked]

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


def _items(envelope: str) -> list[tuple[str, Any]]:
    """Take an envelope apart: a header, then a header and a content for each item."""
    _, *lines = envelope.strip("\n").split("\n")
    return [
        (json.loads(header)["type"], json.loads(content))
        for header, content in zip(lines[::2], lines[1::2], strict=True)
    ]
