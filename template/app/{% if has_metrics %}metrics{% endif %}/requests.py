"""What is counted of requests and of their errors."""

from prometheus_client import Counter, Gauge, Histogram
from starlette.types import Scope

from app.core.problems import Occurrence
from app.core.registry import Registry
from app.core.routes import Routes
from app.metrics.durations import observe
from app.metrics.service import Metrics

METHODS = frozenset(
    {"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "QUERY", "TRACE"}
)
"""The methods that are told apart. A caller may invent any number of others."""

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Seconds."""


class RequestMetrics:
    """The metrics of the requests to one application."""

    def __init__(self, metrics: Metrics, routes: Routes) -> None:
        self.in_progress = 0
        self._routes = routes
        self._requests = Counter(
            "fastapi_requests_total",
            "Requests that were answered, by the template of their route.",
            ["method", "route", "status"],
            registry=metrics.registry,
        )
        self._durations = Histogram(
            "fastapi_request_duration_seconds",
            "Seconds until a request was answered, with all of its body.",
            ["method", "route"],
            buckets=BUCKETS,
            registry=metrics.registry,
        )
        self._errors = Counter(
            "fastapi_errors_total",
            "Exceptions that became answers, by the name of their class.",
            ["type", "route"],
            registry=metrics.registry,
        )
        # Looking a series up by its labels takes longer than all the rest.
        self._series: dict[tuple[str, str, int], tuple[Counter, Histogram]] = {}
        self._error_series: dict[tuple[str, str], Counter] = {}
        in_progress = Gauge(
            "fastapi_requests_in_progress",
            "Requests that are being answered.",
            multiprocess_mode="livesum",
            registry=metrics.registry,
        )
        metrics.sample(lambda: in_progress.set(self.in_progress))

    def count(self, scope: Scope, status: int, seconds: float) -> None:
        """Count a request that has been answered."""
        method = scope["method"]
        name = (method if method in METHODS else "other", self._routes.template(scope), status)
        series = self._series.get(name)
        if series is None:
            series = self._series[name] = (
                self._requests.labels(*name),
                self._durations.labels(*name[:2]),
            )
        series[0].inc()
        observe(series[1], seconds)

    def count_error(self, occurrence: Occurrence) -> None:
        """Count an exception that became an answer."""
        name = (type(occurrence.error).__name__, self._routes.template(occurrence.scope))
        series = self._error_series.get(name)
        if series is None:
            series = self._error_series[name] = self._errors.labels(*name)
        series.inc()


def count_error(occurrence: Occurrence, registry: Registry) -> None:
    """Count an exception that became an answer."""
    registry.get(RequestMetrics).count_error(occurrence)
