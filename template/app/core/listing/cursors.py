"""Cursors: where a caller stopped reading, as text that means something to us alone.

A cursor is the position of the last row, that is the values it was sorted by, with a
checksum. It holds nothing that the caller has not seen, so it is not secret; who makes
one up reaches another position in the same list, and nothing else.
"""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Sequence
from hashlib import blake2b
from typing import Any

from pydantic_core import from_json, to_json

from app.core.errors import Unprocessable

CHECKSUM_BYTES = 8


class InvalidCursor(Unprocessable):
    """A cursor that we did not give out, or gave out for another order."""

    def __init__(self) -> None:
        super().__init__(
            "The request does not fit: see errors.",
            code="validation_failed",
            errors=[
                {
                    "field": "query.cursor",
                    "message": "This is not a cursor of this list in this order",
                    "code": "invalid_cursor",
                }
            ],
        )


def encode_cursor(sort: str, values: Sequence[Any]) -> str:
    """Return the cursor of a row that has these values in the order of `sort`."""
    position = to_json([sort, *values])
    return urlsafe_b64encode(position + _checksum(position)).rstrip(b"=").decode()


def decode_cursor(cursor: str, sort: str) -> list[Any]:
    """Return the values, as they are in JSON, of the row where a caller stopped.

    Raises:
        InvalidCursor: It was altered, or belongs to another order.
    """
    try:
        decoded = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        position, checksum = decoded[:-CHECKSUM_BYTES], decoded[-CHECKSUM_BYTES:]
        intended, *values = from_json(position, allow_inf_nan=False)
    except (ValueError, TypeError) as error:
        raise InvalidCursor from error
    if checksum != _checksum(position) or intended != sort or encode_cursor(sort, values) != cursor:
        raise InvalidCursor
    return list(values)


def _checksum(position: bytes) -> bytes:
    return blake2b(position, digest_size=CHECKSUM_BYTES).digest()
