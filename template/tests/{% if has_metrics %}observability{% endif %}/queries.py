"""The queries of the dashboards and of the rules."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import yaml

from tests.core.fixtures import PROJECT
from tests.observability.series import TARGET

HERE = PROJECT / "deploy" / "observability"


@dataclass(frozen=True)
class Query:
    """A query, where it stands, and the labels that are shown of its answer."""

    place: str
    text: str
    shown: frozenset[str] = frozenset()


def dashboards() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each dashboard with the name of its file."""
    for path in sorted((HERE / "grafana" / "dashboards").glob("*.json")):
        yield path.name, json.loads(path.read_text(encoding="utf-8"))


def of_panels() -> Iterator[Query]:
    """Yield the queries of all panels, as Grafana sends them."""
    for name, dashboard in dashboards():
        for panel in dashboard["panels"]:
            for target in panel.get("targets", ()):
                shown = re.findall(r"\{\{\s*(\w+)\s*\}\}", target["legendFormat"])
                place = f"{name}: {panel['title']}"
                yield Query(place, _without_variables(target["expr"]), frozenset(shown))


def of_variables() -> Iterator[tuple[str, str, str]]:
    """Yield where a variable takes its values from: its place, a query and a label."""
    for name, dashboard in dashboards():
        for variable in dashboard["templating"]["list"]:
            if variable["type"] == "query":
                found = re.fullmatch(r"label_values\((.+), (\w+)\)", variable["query"])
                assert found, f"{name}: ${variable['name']} is none of label_values(series, label)"
                yield f"{name}: ${variable['name']}", found[1], found[2]


def _without_variables(query: str) -> str:
    return query.replace("$__rate_interval", "1m").replace("$job", TARGET["job"])


def rules() -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each rule with its place, in the order in which they are evaluated."""
    for path in sorted((HERE / "prometheus" / "rules").glob("*.yaml")):
        for group in yaml.safe_load(path.read_text(encoding="utf-8"))["groups"]:
            for rule in group["rules"]:
                name = rule.get("alert") or rule["record"]
                yield f"{path.name}: {group['name']}: {name}", rule


def of_rule(place: str, rule: dict[str, Any]) -> Query:
    """Return the query of a rule."""
    shown = re.findall(r"\$labels\.(\w+)", " ".join(rule.get("annotations", {}).values()))
    return Query(place, rule["expr"], frozenset(shown))
