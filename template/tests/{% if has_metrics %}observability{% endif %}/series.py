"""The series that Prometheus stores when it has read the metrics of the service."""

from collections import defaultdict
from collections.abc import Mapping

from prometheus_client.parser import text_string_to_metric_families

Labels = Mapping[str, str]

Series = Mapping[str, list[Labels]]
"""The labels of all series, by their name."""

TARGET = {"job": "service", "instance": "127.0.0.1:8000"}
"""The labels that Prometheus adds, which say whom it asked."""


def stored(metrics: str) -> Series:
    """Return what is stored of the text at /metrics, with what Prometheus adds by itself."""
    found: dict[str, list[Labels]] = defaultdict(list)
    found["up"].append(TARGET)
    for family in text_string_to_metric_families(metrics):
        for sample in family.samples:
            found[sample.name].append({**sample.labels, **TARGET})
    return found
