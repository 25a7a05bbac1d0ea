"""Counting in the memory of one process.

A moving window remembers when each request came, so exactly the limit passes in any
stretch of time. The storage that `limits` has for it keeps every caller's window until a
sweep over all of them, and starts such a sweep with each request: it has no bound, and its
cost grows with the number of callers. This one forgets whom it has not seen for longest.
"""

import time
from collections import OrderedDict, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from app.rate_limit.quota import Limit, Verdict


@dataclass(slots=True)
class _Window:
    """When the requests came that still count, and when none of them will."""

    moments: deque[float] = field(default_factory=deque)
    ends_at: float = 0.0


class MemoryWindows:
    """The windows of the callers seen last, at most so many of them.

    Nothing here waits, so that requests of one process cannot come between each other.
    """

    def __init__(self, callers: int) -> None:
        self._bound = callers
        self._windows: OrderedDict[str, _Window] = OrderedDict()

    async def take(self, key: str, limit: Limit, cost: int) -> Verdict:
        """Count a request, unless it is one too many."""
        now = time.monotonic()
        window = self._open(key, now)
        moments = window.moments
        while moments and moments[0] <= now - limit.seconds:
            moments.popleft()
        too_many = len(moments) + cost - limit.amount
        if too_many > 0:
            return Verdict(
                limit,
                remaining=limit.amount - len(moments),
                until_more=moments[0] + limit.seconds - now,
                wait=moments[too_many - 1] + limit.seconds - now,
            )
        moments.extend([now] * cost)
        window.ends_at = now + limit.seconds
        return Verdict(limit, limit.amount - len(moments), moments[0] + limit.seconds - now)

    def state(self) -> Mapping[str, Any]:
        """Tell how many windows it remembers."""
        return {"counting": "memory", "windows": len(self._windows)}

    def _open(self, key: str, now: float) -> _Window:
        window = self._windows.get(key)
        if window is None:
            self._make_room(now)
            window = self._windows[key] = _Window()
        else:
            self._windows.move_to_end(key)
        return window

    def _make_room(self, now: float) -> None:
        """Forget the windows in which nothing counts any longer, and one more if need be."""
        while self._windows:
            oldest = next(iter(self._windows.values()))
            if oldest.ends_at > now and len(self._windows) < self._bound:
                break
            self._windows.popitem(last=False)
