"""How well the cache does, for each family of keys, since the process started."""

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Timing:
    """How often something was done, and the seconds that it took in all."""

    count: int = 0
    seconds: float = 0.0

    @contextmanager
    def measure(self) -> Iterator[None]:
        """Measure what is done in the block."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.count += 1
            self.seconds += time.perf_counter() - started

    @property
    def mean_ms(self) -> float | None:
        """Milliseconds for one; None before the first."""
        return round(self.seconds / self.count * 1000, 3) if self.count else None


@dataclass(slots=True)
class FamilyStatistics:
    """What became of the questions for one family of keys."""

    hits: int = 0
    misses: int = 0
    errors: int = 0
    """How often the storage could not be used, or held what could not be read."""
    lookups: Timing = field(default_factory=Timing)
    loads: Timing = field(default_factory=Timing)

    def tell(self) -> dict[str, Any]:
        """Return it for people."""
        return {
            "hits": self.hits,
            "misses": self.misses,
            "errors": self.errors,
            "lookup_ms": self.lookups.mean_ms,
            "load_ms": self.loads.mean_ms,
        }


class Statistics:
    """The statistics of one cache, by family."""

    def __init__(self) -> None:
        self.families: defaultdict[str, FamilyStatistics] = defaultdict(FamilyStatistics)

    def tell(self) -> dict[str, dict[str, Any]]:
        """Return them for people."""
        return {name: family.tell() for name, family in sorted(self.families.items())}
