"""What the figures are to reach, and whether they do."""

from collections.abc import Callable
from dataclasses import dataclass

from tests.bench.figures import Figures, Quantity, number, table

OURS = "production"


@dataclass(frozen=True, slots=True)
class Goal:
    """One figure and its limit."""

    text: str
    measure: Callable[[Figures], float | None]
    limit: float
    at_least: bool = True

    def verdict(self, value: float | None) -> str:
        """Say whether a figure is on the right side of the limit."""
        if value is None:
            return "not measured"
        met = value >= self.limit if self.at_least else value <= self.limit
        return "met" if met else "**missed**"


def rate_of(scenario: str, baseline: str, program: str = OURS) -> Callable[[Figures], float | None]:
    """Compare the requests a second of two programs."""
    return _ratio(program, baseline, scenario, Quantity.RATE)


def even(scenario: str, program: str) -> Callable[[Figures], float | None]:
    """Return p99 for each p50; infinity when a request went wrong, or none was answered."""

    def measure(figures: Figures) -> float | None:
        p50 = figures.median(program, scenario, Quantity.P50)
        p99 = figures.median(program, scenario, Quantity.P99)
        if p50 is None or p99 is None:
            return None
        if not p50 or figures.worst(program, scenario, Quantity.ERRORS):
            return float("inf")
        return p99 / p50

    return measure


def value_of(scenario: str, quantity: Quantity) -> Callable[[Figures], float | None]:
    """Return a figure of our program."""
    return lambda figures: figures.median(OURS, scenario, quantity)


def _ratio(
    program: str, other: str, scenario: str, quantity: Quantity
) -> Callable[[Figures], float | None]:
    def measure(figures: Figures) -> float | None:
        found = figures.ratio(program, other, scenario, quantity)
        return found.value if found else None

    return measure


GOALS = (
    Goal("health, of bare FastAPI's requests/s", rate_of("health", "fastapi"), 0.85),
    Goal("current user without cache, of the ORM program's", rate_of("me", "orm", "no-cache"), 1.2),
    Goal("current user with cache=redis, of the ORM program's", rate_of("me", "orm"), 3),
    Goal("admin list, of the ORM program's", rate_of("list", "orm"), 1.5),
    Goal("404, of bare FastAPI's", rate_of("not-found", "fastapi"), 0.8),
    Goal("401, of the ORM program's", rate_of("no-token", "orm"), 0.8),
    Goal("sign-in, of the ORM program's", rate_of("sign-in", "orm"), 90 / 92),
    Goal(
        "p99 of health while 4 clients sign in, ms",
        value_of("busy-health", Quantity.P99),
        25,
        at_least=False,
    ),
    Goal("worker after reads, MB", value_of("", Quantity.MEMORY), 95, at_least=False),
    Goal(
        "worker after a burst of sign-ins, MB",
        value_of("", Quantity.MEMORY_SIGN_IN),
        180,
        at_least=False,
    ),
    Goal(
        "start to the first 200, of the ORM program's",
        _ratio(OURS, "orm", "", Quantity.START),
        0.8 / 0.53,
        at_least=False,
    ),
    *(
        Goal(
            f"{connections} connections, {title}: p99 of p50, no error",
            even(f"me-{connections}", program),
            3,
            at_least=False,
        )
        for connections in (128, 1000)
        for program, title in ((OURS, "cache=redis"), ("no-cache", "no cache"))
    ),
    Goal("current user, traced at 10 %, of untraced", rate_of("me", OURS, "traced"), 0.85),
    Goal("current user, two workers, of one", rate_of("me", OURS, "two-workers"), 1.8),
)


def judged(figures: Figures) -> str:
    """Return a table of the goals and whether they are met."""
    rows = []
    for goal in GOALS:
        value = goal.measure(figures)
        limit = f"{'≥' if goal.at_least else '≤'} {number(goal.limit)}"
        rows.append((goal.text, number(value), limit, goal.verdict(value)))
    return table(("goal", "measured", "limit", ""), rows)
