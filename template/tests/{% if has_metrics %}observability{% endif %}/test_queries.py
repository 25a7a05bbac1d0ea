"""Dashboards and rules ask for what the service tells: no panel stays empty for ever."""

import sys

import pytest

from tests.observability.checking import Checker
from tests.observability.queries import Query, of_panels, of_variables, rules
from tests.observability.series import TARGET, Series, stored

ONLY_ON_LINUX = "fastapi_process_resident_memory_bytes"
"""What a service cannot tell elsewhere."""


@pytest.fixture
async def checker(exported: Series) -> Checker:
    """Knows what the service tells, and what rules make of it."""
    elsewhere: Series = {} if sys.platform == "linux" else {ONLY_ON_LINUX: [TARGET]}
    return Checker({**elsewhere, **exported})


async def test_rules_ask_for_what_is_exported(checker: Checker) -> None:
    assert not checker.mistakes_in_rules, "\n".join(["", *checker.mistakes_in_rules])


async def test_panels_ask_for_what_is_exported_or_recorded(checker: Checker) -> None:
    mistakes = list(checker.mistakes(*of_panels()))
    assert not mistakes, "\n".join(["", *mistakes])


async def test_variables_find_their_values(checker: Checker) -> None:
    queries = [Query(place, text, frozenset({label})) for place, text, label in of_variables()]
    mistakes = list(checker.mistakes(*queries))
    assert not mistakes, "\n".join(["", *mistakes])


def test_alerts_say_how_urgent_they_are_and_what_to_do() -> None:
    for place, rule in rules():
        if "alert" in rule:
            assert rule["labels"]["severity"] in {"page", "ticket", "info"}, place
            assert set(rule["annotations"]) == {"summary", "description", "runbook"}, place


METRICS = """\
# TYPE fastapi_processes gauge
fastapi_processes 2
# TYPE fastapi_requests_total counter
fastapi_requests_total{method="GET",route="/orders",status="200"} 7
"""


@pytest.mark.parametrize(
    ("text", "mistake"),
    [
        ("rate(fastapi_request_total[5m])", "no series is called fastapi_request_total"),
        ("job:fastapi_requests:rate1w", "no series is called job:fastapi_requests:rate1w"),
        ('fastapi_requests_total{path="/"}', "fastapi_requests_total has no label path"),
        ('fastapi_requests_total{status="600"}', "no series of fastapi_requests_total fits"),
        ("sum by (path) (fastapi_requests_total)", "groups by path"),
        ('job:fastapi_requests:rate5m{route="/"}', "recorded without route"),
        ("sum by (job) (sum(fastapi_processes))", "groups by job"),
        ("fastapi_processes / on (route) fastapi_requests_total", "joins on route"),
        ("fastapi_processes / sum(fastapi_processes)", "joins what has instance, job"),
        ("rate(fastapi_processes[5m])", "rate of fastapi_processes, which may fall"),
        ("histogram_quantile(0.9, sum(fastapi_processes))", "has no label le"),
        ("sum(fastapi_processes", "unclosed"),
    ],
)
def test_mistakes_are_found(text: str, mistake: str) -> None:
    (found,) = Checker(stored(METRICS)).mistakes(Query("here", text))
    assert found.startswith("here: ")
    assert mistake in found


def test_a_label_that_the_answer_does_not_have_is_found() -> None:
    query = Query("here", "sum by (route) (fastapi_requests_total)", frozenset({"method"}))
    (found,) = Checker(stored(METRICS)).mistakes(query)
    assert "shows method, and its answer has route" in found
