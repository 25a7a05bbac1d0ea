"""What `make bench` makes of what it measures. The measuring itself is not a test."""

import os
from pathlib import Path

import pytest

from tests.bench import load, machine, options, report
from tests.bench.figures import Figures, Quantity, Sample, number, table
from tests.bench.goals import GOALS, Goal, even, judged, rate_of
from tests.bench.load import LoadFailed, Request
from tests.bench.measured import ANSWERS, BARE, OURS, TITLES
from tests.bench.scenarios import SCENARIOS
from tests.generate import questions
from tests.variants import SPACE
from website import costs
from website.choose import Choosing
from website.costs import Costs
from website.pages import option

SAID = """Running 3s test @ http://127.0.0.1:8000/health
measured {"requests": 300, "seconds": 3.0, "refused": 7, "broken": 2, "p50_ms": 1.5, "p99_ms": 9.25}
"""


def rates(program: str, *values: float, foreign: float = 0.0, scenario: str = "me") -> list[Sample]:
    return [
        Sample(program, scenario, Quantity.RATE, number, value, foreign)
        for number, value in enumerate(values)
    ]


def test_what_wrk_has_measured_is_read() -> None:
    found = load.read(SAID, 200)
    assert (found.rate, found.p50_ms, found.p99_ms, found.errors) == (100, 1.5, 9.25, 9)


def test_a_refusal_that_is_the_right_answer_is_no_error() -> None:
    """Wrk calls every status from 400 on an error; here the other 293 are."""
    assert load.read(SAID, 404).errors == 293 + 2


def test_what_wrk_says_instead_of_measuring_is_told() -> None:
    with pytest.raises(LoadFailed, match="unable to connect"):
        load.read("unable to connect to 127.0.0.1:8000", 200)


def test_without_wrk_one_is_told_how_to_get_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(LoadFailed, match="apt-get install wrk"):
        load.check_wrk()


def test_a_request_carries_a_token_only_where_the_caller_is_signed_in() -> None:
    assert "Authorization" not in Request("/").headers("secret")
    assert Request("/", signed_in=True).headers("secret")["Authorization"] == "Bearer secret"
    assert Request("/", form={"a": "b c", "d": "ä"}).body == "a=b+c&d=%C3%A4"


def test_a_figure_is_the_median_of_the_rounds_that_nobody_disturbed() -> None:
    figures = Figures([*rates("a", 100, 110, 120), *rates("b", 1, 2, foreign=0.9)])
    figures.add(Sample("a", "me", Quantity.RATE, 3, 10, foreign=1.2))
    assert figures.median("a", "me", Quantity.RATE) == 110
    assert figures.spread("a", "me", Quantity.RATE) == pytest.approx(20 / 110)
    assert figures.disturbed("a", "me", Quantity.RATE) == (1, 4)
    # Better than none.
    assert figures.median("b", "me", Quantity.RATE) == 1.5
    assert figures.median("c", "me", Quantity.RATE) is None


def test_a_ratio_is_taken_within_each_round() -> None:
    """So that a machine that gets slower from round to round changes nothing."""
    figures = Figures([*rates("ours", 80, 40, 20), *rates("bare", 100, 50, 25)])
    found = figures.ratio("ours", "bare", "me", Quantity.RATE)
    assert found is not None
    assert found.value == pytest.approx(0.8)
    assert found.rounds == 3


def test_a_ratio_needs_both() -> None:
    assert Figures(rates("ours", 1)).ratio("ours", "bare", "me", Quantity.RATE) is None


def test_without_a_common_round_a_ratio_is_that_of_the_medians() -> None:
    figures = Figures(rates("ours", 50))
    figures.add(Sample("bare", "me", Quantity.RATE, 7, 100))
    found = figures.ratio("ours", "bare", "me", Quantity.RATE)
    assert found is not None
    assert (found.value, found.rounds) == (0.5, 0)


@pytest.mark.parametrize(
    ("value", "at_least", "verdict"),
    [
        (0.85, True, "met"),
        (0.84, True, "**missed**"),
        (0.85, False, "met"),
        (0.86, False, "**missed**"),
        (None, True, "not measured"),
    ],
)
def test_a_goal_is_met_or_missed(value: float | None, at_least: bool, verdict: str) -> None:
    assert Goal("", lambda _: value, 0.85, at_least).verdict(value) == verdict


def test_a_crowd_is_served_evenly_only_without_errors() -> None:
    def crowd(errors: float) -> Figures:
        values = {Quantity.P50: 10.0, Quantity.P99: 25.0, Quantity.ERRORS: errors}
        return Figures([Sample("a", "me-128", kind, 0, value) for kind, value in values.items()])

    measure = even("me-128", "a")
    assert measure(crowd(0)) == 2.5
    assert measure(crowd(1)) == float("inf")
    assert measure(Figures()) is None


def test_every_goal_stands_in_the_table_also_when_nothing_was_measured() -> None:
    said = judged(Figures([*rates("production", 1500), *rates("orm", 1000)]))
    assert len(said.splitlines()) == len(GOALS) + 2
    assert (
        "| current user with cache=redis, of the ORM program's | 1.50 | ≥ 3.00 | **missed** |"
        in said
    )
    assert said.count("not measured") == len(GOALS) - 1
    assert rate_of("me", "orm")(Figures()) is None


def test_a_number_shows_what_counts_of_it() -> None:
    written = [number(value) for value in (12345.6, 100, 12.34, 0.456, 0, None, float("inf"))]
    assert written == ["12,346", "100", "12.3", "0.46", "0", "-", "∞"]


def test_a_table_is_one_in_markdown() -> None:
    assert (
        table(("a", "b"), [("x", "1"), ("y", "2")]) == "| a | b |\n|---|--:|\n| x | 1 |\n| y | 2 |"
    )


def test_writing_a_part_of_the_page_leaves_what_people_wrote(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("by hand\n<!-- measured: a -->\nold\n<!-- end: a -->\nby hand, too\n")
    for text in ("one", r"two \1"):
        report.write("a", text, page)
        assert page.read_text() == (
            f"by hand\n<!-- measured: a -->\n\n{text}\n\n<!-- end: a -->\nby hand, too\n"
        )
    with pytest.raises(LookupError, match="no place"):
        report.write("b", "text", page)


@pytest.mark.parametrize("part", ["services", "generator", "scale"])
def test_the_page_has_a_place_for_every_part(part: str, tmp_path: Path) -> None:
    copy = tmp_path / "page.md"
    copy.write_text(report.PAGE.read_text())
    report.write(part, "text", copy)
    assert "text" in copy.read_text()


def test_every_program_can_do_what_it_is_measured_in() -> None:
    asked = questions()
    requests = {scenario.name: scenario.request for scenario in SCENARIOS}
    assert OURS.keys() == BARE.keys() == set(requests.values())
    assert ANSWERS.keys() == TITLES.keys()
    for answers in ANSWERS.values():
        assert answers.keys() <= asked.keys()
    for _, wanted in TITLES.values():
        assert set(wanted) <= requests.keys()


def test_the_machine_is_read() -> None:
    own = os.getpid()
    assert own in machine.family(os.getppid())
    before = machine.busy_seconds()
    assert machine.cpu_seconds([own])[own] > 0
    assert machine.largest_mb([own]) > 1
    assert machine.busy_seconds() >= before
    assert "cores of" in machine.description()


def test_a_process_that_has_ended_has_used_nothing() -> None:
    assert machine.cpu_seconds([2**22 + 1]) == {}
    assert machine.largest_mb([2**22 + 1]) == 0


COSTS = Costs(
    date="2026-11-21",
    machine="2 cores",
    rounds=60,
    endpoints={"nothing": "one that does nothing", "writing": "one that writes"},
    production={"nothing": 250.0, "writing": 800.0},
    noise={"nothing": 2.0, "writing": 4.0},
    options={"rate_limit": {"memory": {"nothing": 12.4}, "redis": {"nothing": 90, "writing": -8}}},
)


def test_a_cost_is_the_median_of_what_each_turn_took_more() -> None:
    before = {"nothing": [100.0, 200.0, 300.0], "reading": [1.0, 1.0, 1.0]}
    after = {"nothing": [105.0, 210.0, 290.0]}
    assert options.difference(before, after) == {"nothing": 5.0}


def test_only_what_serves_requests_in_another_way_is_measured() -> None:
    """A limit is; where the service is checked is not."""
    found = list(options.pairs(SPACE, ("rate_limit", "ci")))
    assert [(one.question, one.answer) for one in found] == [
        ("rate_limit", "memory"),
        ("rate_limit", "redis"),
    ]
    for one in found:
        assert dict(one.before)["rate_limit"] == "none"
        assert dict(one.before - one.after).keys() == {"rate_limit"}


def test_costs_are_kept_and_shown_beside_the_option(tmp_path: Path) -> None:
    file = tmp_path / "costs.json"
    assert not costs.read(file).was_measured
    costs.write(COSTS, file)
    assert costs.read(file) == COSTS
    page = list(option(Choosing(SPACE), "rate_limit", costs.read(file)))
    assert "| `memory` | +12 |  |" in page
    assert "| `redis` | +90 | -8 |" in page
    assert "| `rate_limit: memory` | 12.4 | - |" in options.report(COSTS)


def test_what_was_measured_is_still_asked() -> None:
    """A new option has no figures until `make bench ONLY=options`; one that is gone has none."""
    choosing = Choosing(SPACE)
    for name, found in costs.read().options.items():
        assert found.keys() <= {costs.written(answer) for answer in choosing.values(name)}
