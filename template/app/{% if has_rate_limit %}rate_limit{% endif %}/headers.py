"""How callers are told where they stand.

`RateLimit` and `RateLimit-Policy` are those of draft-ietf-httpapi-ratelimit-headers-10; the
`X-RateLimit-…` family says the same of the one limit that is nearest, for older clients.
"""

import time
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import quote

from app.rate_limit.quota import Verdict, whole_seconds

HEADERS = (
    "RateLimit",
    "RateLimit-Policy",
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
)

_NAMES = tuple(name.lower().encode() for name in HEADERS)


def headers_of(verdicts: Sequence[Verdict]) -> list[tuple[bytes, bytes]]:
    """Return the headers for what a request was counted for."""
    nearest = min(verdicts, key=lambda one: (-one.wait, one.remaining))
    stands = [
        f"{_name(one.limit.name)};r={one.remaining};t={whole_seconds(one.until_more)}"
        for one in verdicts
    ]
    policies = [
        f"{_name(one.limit.name)};q={one.limit.amount};w={one.limit.seconds}" for one in verdicts
    ]
    values = (
        ", ".join(stands),
        ", ".join(policies),
        str(nearest.limit.amount),
        str(nearest.remaining),
        str(whole_seconds(time.time() + nearest.until_more)),
    )
    return [(name, value.encode()) for name, value in zip(_NAMES, values, strict=True)]


@lru_cache(maxsize=1024)
def _name(limit: str) -> str:
    """Return the name of a limit as a string of RFC 9651, which has ASCII only."""
    return f'"{quote(limit, safe="/{} ")}"'
