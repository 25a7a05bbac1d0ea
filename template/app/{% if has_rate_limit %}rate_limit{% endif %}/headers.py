"""How callers are told where they stand.

`RateLimit` and `RateLimit-Policy` are those of draft-ietf-httpapi-ratelimit-headers-10; the
`X-RateLimit-…` family says the same of the one limit that is nearest, for older clients.
"""

import math
import time
from collections.abc import Sequence
from urllib.parse import quote

from app.rate_limit.quota import Verdict

HEADERS = (
    "RateLimit",
    "RateLimit-Policy",
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
)


def headers_of(verdicts: Sequence[Verdict]) -> list[tuple[bytes, bytes]]:
    """Return the headers for what a request was counted for."""
    nearest = min(verdicts, key=lambda one: (-one.wait, one.remaining))
    values = (
        ", ".join(
            f"{_name(one)};r={one.remaining};t={math.ceil(one.until_more)}" for one in verdicts
        ),
        ", ".join(f"{_name(one)};q={one.limit.amount};w={one.limit.seconds}" for one in verdicts),
        str(nearest.limit.amount),
        str(nearest.remaining),
        str(math.ceil(time.time() + nearest.until_more)),
    )
    return [
        (name.lower().encode(), value.encode()) for name, value in zip(HEADERS, values, strict=True)
    ]


def _name(verdict: Verdict) -> str:
    """Return the name of a limit as a string of RFC 9651, which has ASCII only."""
    return f'"{quote(verdict.limit.name, safe="/{} ")}"'
