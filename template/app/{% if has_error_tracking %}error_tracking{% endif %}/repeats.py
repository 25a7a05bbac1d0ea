"""When enough has been said about an error."""

import threading
import time
from collections import Counter
from types import TracebackType

WINDOW = 60.0
"""Seconds for which errors are counted."""


class Repeats:
    """Lets an error through so often a minute; the same one is of the same type and place."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._counts: Counter[int] = Counter()
        self._until = 0.0
        self._lock = threading.Lock()

    def admit(self, error: BaseException) -> bool:
        """Say whether to report an error, and count it."""
        same = hash((type(error), *_places(error.__traceback__)))
        with self._lock:
            now = time.monotonic()
            if now >= self._until:
                self._counts.clear()
                self._until = now + WINDOW
            self._counts[same] += 1
            return self._counts[same] <= self._most


def _places(traceback: TracebackType | None) -> list[tuple[object, int]]:
    places: list[tuple[object, int]] = []
    while traceback is not None:
        places.append((traceback.tb_frame.f_code, traceback.tb_lineno))
        traceback = traceback.tb_next
    return places
