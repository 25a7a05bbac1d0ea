"""When a failed request may be repeated, after how long, and how often in all.

Own code and no library: the pause depends on the answer (`Retry-After`), its jitter is
full, not an addition, and all requests to a host share one budget.
"""

import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx2

from app.http_client.errors import BadStatus, RemoteAway, RemoteError, RemoteTimeout

IDEMPOTENT = frozenset({"DELETE", "GET", "HEAD", "OPTIONS", "PUT", "QUERY", "TRACE"})
"""Doing it twice is doing it once (RFC 9110, section 9.2.2; RFC 10008 for QUERY)."""

TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})
"""What may be another status a moment later."""

LONGEST_PAUSE = 10.0
"""Seconds that a pause does not exceed, unless the answer asks for more."""

RESERVE = 10.0
"""How many retries are there before requests have earned any, and saved at most."""


def may_repeat(request: httpx2.Request) -> bool:
    """Say whether a request does no harm when it arrives twice."""
    return request.method in IDEMPOTENT or "Idempotency-Key" in request.headers


def is_transient(error: RemoteError) -> bool:
    """Say whether the same request may succeed a moment later."""
    if isinstance(error, BadStatus):
        return error.status in TRANSIENT
    return isinstance(error, RemoteAway | RemoteTimeout)


def pause_before_retry(retry: int, base: float, error: RemoteError) -> float:
    """Return the seconds to wait before a retry, the first one being 0.

    Exponential back-off with full jitter: anything up to `base * 2 ** retry`, so that those
    who failed together do not come back together. What `Retry-After` asks for comes on top.

    https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
    """
    ceiling = min(base * 2**retry, LONGEST_PAUSE)
    return (error.retry_after or 0.0) + random.uniform(0, ceiling)  # noqa: S311, no secret


def read_retry_after(response: httpx2.Response) -> float | None:
    """Return the seconds that `Retry-After` asks for, as a number or as a date."""
    value = response.headers.get("Retry-After", "").strip()
    if value.isascii() and value.isdecimal():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())


class RetryBudget:
    """So many retries for each request in the long run, so that they never are the load.

    Each request earns `ratio` of a retry, and each retry costs a whole one.
    """

    def __init__(self, ratio: float) -> None:
        self._ratio = ratio
        self._saved = RESERVE

    @property
    def left(self) -> int:
        """How many retries there could be at once."""
        return int(self._saved)

    def earn(self) -> None:
        """Note a request."""
        self._saved = min(self._saved + self._ratio, RESERVE)

    def spend(self) -> bool:
        """Take a retry, if there is one."""
        if self._saved < 1:
            return False
        self._saved -= 1
        return True
