"""The metrics of one application."""

import os
from collections.abc import Callable

import structlog
from prometheus_client import CollectorRegistry, disable_created_metrics
from prometheus_client.exposition import choose_encoder

from app.metrics.processes import FOLDER, shared_registry

logger = structlog.stdlib.get_logger(__name__)

# A second series beside each counter, with the moment at which it began. Several processes
# do not have it, and Prometheus sees by itself when a counter begins anew.
disable_created_metrics()  # type: ignore[no-untyped-call]  # has no types


class Metrics:
    """Holds the metrics of one application.

    A metric of a feature is one of prometheus_client, made with `registry=metrics.registry`.
    """

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        folder = os.environ.get(FOLDER)
        self.exposed = shared_registry(folder) if folder else self.registry
        """What Prometheus is told: of this process, or of all processes that share a folder."""
        self._samples: list[Callable[[], None]] = []

    def sample(self, take: Callable[[], None]) -> None:
        """Have a function called now, then every second, and whenever this process is asked.

        It sets metrics to what is kept elsewhere. So they are right in every process, not
        only in the one that is asked. It must be quick: it runs in the event loop.
        """
        take()
        self._samples.append(take)

    def take_samples(self) -> None:
        """Call all functions that `sample` was given."""
        for take in self._samples:
            try:
                take()
            except Exception:
                logger.exception("metrics_sample_failed")


def write(exposed: CollectorRegistry, accept: str | None) -> tuple[bytes, str]:
    """Return the metrics in the format that is accepted, and its content type."""
    encode, content_type = choose_encoder(accept or "")
    return encode(exposed), content_type
