"""Counters of what is counted elsewhere."""

from prometheus_client import Counter


class Total:
    """Lets a counter follow a number that only grows, such as the statistics of a library.

    A counter can only be added to: with several processes, others have added to it as well.
    """

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._reached = 0.0

    def reach(self, total: float) -> None:
        """Add what has come since the last time."""
        self._counter.inc(total - self._reached)
        self._reached = total
