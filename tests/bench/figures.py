"""What was measured, and what follows from it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from math import isinf
from statistics import median

FOREIGN_CORES = 0.15
"""How much of a core other programs may use before a round counts as disturbed."""


class Quantity(StrEnum):
    """What is measured of a program."""

    RATE = "requests/s"
    CPU = "CPU µs"
    P50 = "p50 ms"
    P99 = "p99 ms"
    ERRORS = "errors"
    START = "start s"
    MEMORY = "MB after reads"
    MEMORY_SIGN_IN = "MB after sign-ins"
    SECONDS = "seconds"
    CPU_SECONDS = "CPU seconds"


@dataclass(frozen=True, slots=True)
class Sample:
    """One measurement. Those of a whole program have no scenario."""

    program: str
    scenario: str
    quantity: Quantity
    round: int
    value: float
    foreign: float = 0.0
    """The cores that other programs used meanwhile."""

    @property
    def is_disturbed(self) -> bool:
        """Say whether others used so much of the machine that it counts only if it must."""
        return self.foreign > FOREIGN_CORES


@dataclass(frozen=True, slots=True)
class Ratio:
    """What one program does for one of another, from rounds in which both were measured."""

    value: float
    rounds: int


@dataclass
class Figures:
    """All samples of a run."""

    samples: list[Sample] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    """What could not be measured, in words."""

    def add(self, *samples: Sample) -> None:
        """Keep samples."""
        self.samples += samples

    def median(self, program: str, scenario: str, quantity: Quantity) -> float | None:
        """Return the median over the rounds; None when it was not measured."""
        values = self._values(program, scenario, quantity).values()
        return median(values) if values else None

    def spread(self, program: str, scenario: str, quantity: Quantity) -> float | None:
        """Return how far the rounds lie apart, as a part of their median."""
        values = self._values(program, scenario, quantity).values()
        if not values or not median(values):
            return None
        return (max(values) - min(values)) / median(values)

    def worst(self, program: str, scenario: str, quantity: Quantity) -> float | None:
        """Return the largest value, of disturbed rounds as well."""
        values = [one.value for one in self._samples(program, scenario, quantity)]
        return max(values, default=None)

    def ratio(self, program: str, other: str, scenario: str, quantity: Quantity) -> Ratio | None:
        """Return the median of the ratios of each round, in which both ran close together."""
        ours = self._values(program, scenario, quantity)
        theirs = self._values(other, scenario, quantity)
        ratios = [ours[one] / theirs[one] for one in ours.keys() & theirs.keys() if theirs[one]]
        if ratios:
            return Ratio(median(ratios), len(ratios))
        # No round in which both were undisturbed.
        if ours and theirs and median(theirs.values()):
            return Ratio(median(ours.values()) / median(theirs.values()), 0)
        return None

    def disturbed(self, program: str, scenario: str, quantity: Quantity) -> tuple[int, int]:
        """Return how many rounds were disturbed, and how many there are."""
        samples = self._samples(program, scenario, quantity)
        return sum(one.is_disturbed for one in samples), len(samples)

    def _samples(self, program: str, scenario: str, quantity: Quantity) -> list[Sample]:
        return [
            one
            for one in self.samples
            if (one.program, one.scenario, one.quantity) == (program, scenario, quantity)
        ]

    def _values(self, program: str, scenario: str, quantity: Quantity) -> dict[int, float]:
        """Return the value of each round that was not disturbed, or else of every round."""
        samples = self._samples(program, scenario, quantity)
        calm = [one for one in samples if not one.is_disturbed]
        return {one.round: one.value for one in calm or samples}


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """Return a table in Markdown: text on the left, everything else on the right."""
    first, *others = head
    lines = [
        f"| {' | '.join((first, *others))} |",
        f"|---|{'--:|' * len(others)}",
        *(f"| {' | '.join(row)} |" for row in rows),
    ]
    return "\n".join(lines)


def number(value: float | None) -> str:
    """Write a number with three digits that count, or a dash for none."""
    if value is None:
        return "-"
    if isinf(value):
        return "∞"
    if value >= 100 or value == 0:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}"
