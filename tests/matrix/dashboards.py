"""Whether Grafana can show a dashboard as it is meant.

That its queries have answers is held by tests of the services, on what they export.
"""

import json
from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from pathlib import PurePosixPath
from typing import Any

COLUMNS = 24
"""How wide Grafana's grid is."""

Panel = dict[str, Any]


def check(path: PurePosixPath, text: str) -> Iterator[str]:
    """Yield what is wrong with a dashboard."""
    if not path.match("grafana/dashboards/*.json"):
        return
    try:
        dashboard = json.loads(text)
    except ValueError:  # files.py reports it
        return
    panels: list[Panel] = dashboard["panels"]
    if not dashboard["uid"] or len(dashboard["uid"]) > 40:
        yield "has no uid that Grafana takes"
    if "id" in dashboard:
        yield "has an id, which is for Grafana to give"
    yield from _repeated("panel id", (panel["id"] for panel in panels))
    yield from _repeated("title", (panel["title"] for panel in panels))
    yield from _places(panels)
    variables = {variable["name"]: variable["type"] for variable in dashboard["templating"]["list"]}
    for panel in panels:
        if panel["type"] != "row":
            yield from _unexplained(panel, variables)


def _repeated(what: str, values: Iterator[Any]) -> Iterator[str]:
    for value, times in Counter(values).items():
        if times > 1:
            yield f"has the {what} {value!r} {times} times"


def _places(panels: list[Panel]) -> Iterator[str]:
    for panel in panels:
        place = panel["gridPos"]
        if place["x"] < 0 or place["x"] + place["w"] > COLUMNS:
            yield f"{panel['title']!r} does not fit into {COLUMNS} columns"
    for one, other in combinations(panels, 2):
        if _overlap(one["gridPos"], other["gridPos"]):
            yield f"{one['title']!r} lies upon {other['title']!r}"


def _overlap(one: dict[str, int], other: dict[str, int]) -> bool:
    return all(
        one[start] < other[start] + other[size] and other[start] < one[start] + one[size]
        for start, size in (("x", "w"), ("y", "h"))
    )


def _unexplained(panel: Panel, variables: dict[str, str]) -> Iterator[str]:
    """Yield what a panel lacks: a source of its data, a word on what it shows, a unit."""
    source = panel["datasource"]["uid"]
    if variables.get(source.removeprefix("${").removesuffix("}")) != "datasource":
        yield f"{panel['title']!r} takes its data from {source}, which is no variable for that"
    if not panel["description"]:
        yield f"{panel['title']!r} does not say what it shows"
    if not panel["fieldConfig"]["defaults"]["unit"]:
        yield f"{panel['title']!r} has no unit"
    yield from _repeated("query", (target["refId"] for target in panel["targets"]))
