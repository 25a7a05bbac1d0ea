"""Answers as they are kept and sent again."""

import json
from dataclasses import dataclass
from http import HTTPStatus
from typing import Self

import structlog
from starlette.datastructures import Headers
from starlette.types import Message, Send

logger = structlog.stdlib.get_logger(__name__)

REPLAYED = (b"idempotency-replayed", b"true")
"""Tells a caller that this answer was given before."""

LARGEST = 1024 * 1024
"""The longest body that is kept, in bytes."""

PASSING = {
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.CONFLICT,
    HTTPStatus.PRECONDITION_FAILED,
    HTTPStatus.LOCKED,
    HTTPStatus.TOO_EARLY,
    HTTPStatus.TOO_MANY_REQUESTS,
}
"""Refusals that have to do with the moment and not with the request: it may be tried again."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the application, with the headers that it set itself."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @classmethod
    def to_keep(cls, start: Message, body: Message) -> Self | None:
        """Return the answer that begins with these messages; None when it is not kept.

        Not kept are failures and refusals that another attempt may not meet, what must not
        be stored anywhere, such as tokens, and what comes in pieces or is too large.
        """
        status: int = start["status"]
        raw = start.get("headers", ())
        headers = Headers(raw=list(raw))
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in PASSING:
            return None
        if "no-store" in headers.get("Cache-Control", "").lower() or "Set-Cookie" in headers:
            return None
        content: bytes = body.get("body", b"")
        is_whole = body["type"] == "http.response.body" and not body.get("more_body", False)
        if not is_whole or len(content) > LARGEST:
            logger.warning("answer_not_kept", reason="It comes in pieces, or is too large.")
            return None
        return cls(status, tuple(headers.items()), content)

    @property
    def head(self) -> str:
        """The headers as text, for a store."""
        return json.dumps(self.headers)

    @classmethod
    def of(cls, status: int, head: str, body: bytes) -> Self:
        """Return an answer from what a store holds of it."""
        return cls(status, tuple((name, value) for name, value in json.loads(head)), body)

    async def send_again(self, send: Send) -> None:
        """Send it to somebody who has asked once more."""
        headers = [
            (name.encode("latin-1"), value.encode("latin-1")) for name, value in self.headers
        ]
        await send(
            {
                "type": "http.response.start",
                "status": self.status,
                "headers": [*headers, REPLAYED],
            }
        )
        await send({"type": "http.response.body", "body": self.body})
