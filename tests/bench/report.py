"""The tables, and their place in the documentation."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.bench.figures import Figures, Quantity, number, table
from tests.bench.measured import Program
from tests.bench.scenarios import SCENARIOS, Scenario
from tests.generate import ROOT

PAGE = ROOT / "docs" / "benchmarks.md"

BASELINES = {
    "health": "fastapi",
    "not-found": "fastapi",
    "me": "orm",
    "list": "orm",
    "no-token": "orm",
    "sign-in": "orm",
}
"""Which program the answers to a request are compared with."""


def write(part: str, text: str, page: Path = PAGE) -> None:
    """Replace what stands between the two marks of a part; everything else is written by hand.

    Raises:
        LookupError: The page has no such marks.
    """
    begin, end = f"<!-- measured: {part} -->", f"<!-- end: {part} -->"
    found = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    before = page.read_text(encoding="utf-8")
    if not found.search(before):
        raise LookupError(f"{page} has no place for it: {begin} … {end}")
    after = found.sub(lambda _: f"{begin}\n\n{text.strip()}\n\n{end}", before)
    page.write_text(after, encoding="utf-8")


def services(figures: Figures, programs: Sequence[Program]) -> str:
    """Return the tables of what the programs did."""
    titles = {program.name: program.title for program in programs}
    parts = [
        f"### {scenario.title}\n\n{found}"
        for scenario in SCENARIOS
        if (found := _answers(figures, scenario, titles))
    ]
    return "\n\n".join([*parts, f"### Start and memory\n\n{_footprint(figures, titles)}"])


def _answers(figures: Figures, scenario: Scenario, titles: Mapping[str, str]) -> str:
    baseline = BASELINES[scenario.request]
    rows = []
    for program, title in titles.items():
        rate = figures.median(program, scenario.name, Quantity.RATE)
        if rate is None:
            continue
        errors = figures.worst(program, scenario.name, Quantity.ERRORS)
        rows.append(
            (
                title + (f" (**{errors:,.0f} errors**)" if errors else ""),
                number(rate),
                _percent(figures.spread(program, scenario.name, Quantity.RATE)),
                *(
                    number(figures.median(program, scenario.name, quantity))
                    for quantity in (Quantity.CPU, Quantity.P50, Quantity.P99)
                ),
                _compared(figures, program, baseline, scenario, Quantity.RATE),
                _compared(figures, program, baseline, scenario, Quantity.CPU),
                _disturbed(figures, program, scenario.name, Quantity.RATE),
            )
        )
    head = (
        *("program", "requests/s", "spread", "CPU µs", "p50 ms", "p99 ms"),
        *("rate ratio", "CPU ratio", "disturbed"),
    )
    return table(head, rows) if rows else ""


def _footprint(figures: Figures, titles: Mapping[str, str]) -> str:
    quantities = (Quantity.START, Quantity.MEMORY, Quantity.MEMORY_SIGN_IN)
    rows = [
        (
            title,
            number(figures.median(program, "", Quantity.START)),
            _percent(figures.spread(program, "", Quantity.START)),
            *(number(figures.median(program, "", quantity)) for quantity in quantities[1:]),
        )
        for program, title in titles.items()
    ]
    head = ("program", "first 200 after s", "spread", "MB after reads", "MB after sign-ins")
    return table(head, rows)


def _compared(
    figures: Figures, program: str, baseline: str, scenario: Scenario, quantity: Quantity
) -> str:
    found = figures.ratio(program, baseline, scenario.name, quantity)
    return number(found.value if found else None)


def _disturbed(figures: Figures, program: str, scenario: str, quantity: Quantity) -> str:
    disturbed, rounds = figures.disturbed(program, scenario, quantity)
    return f"{disturbed} of {rounds}"


def _percent(part: float | None) -> str:
    return "-" if part is None else f"{part:.0%}".replace("%", " %")
