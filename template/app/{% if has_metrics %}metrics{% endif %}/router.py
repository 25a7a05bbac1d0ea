"""Where Prometheus reads the metrics."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Response
from pydantic import SecretStr

from app.core.access import Reach, Scope
from app.core.dependencies import AppRegistry
from app.core.errors import NotFound
from app.core.monitors import Monitors
from app.core.registry import Registry
from app.metrics.service import Metrics, write
from app.metrics.settings import MetricsSettings

METRICS_READ = Scope("metrics:read", "Read the metrics of the service.", Reach.SERVICE)

# Not in the documentation: it is for Prometheus, and none of the API's promises hold for it.
router = APIRouter(include_in_schema=False)


async def refuse_elsewhere(registry: AppRegistry) -> None:
    """Answer nothing here where the metrics have a port of their own."""
    if registry.get(MetricsSettings).port is not None:
        raise NotFound("The metrics have a port of their own.")


def token_of(registry: Registry) -> SecretStr | None:
    """Return what Prometheus sends."""
    return registry.get(MetricsSettings).token


@router.get(
    "/metrics",
    dependencies=[Depends(refuse_elsewhere), Depends(Monitors(METRICS_READ, token_of))],
)
async def read_metrics(
    registry: AppRegistry, accept: Annotated[str | None, Header()] = None
) -> Response:
    """Tell all metrics, in the text format of Prometheus or as OpenMetrics."""
    metrics = registry.get(Metrics)
    metrics.take_samples()
    # Thousands of lines take their time; other requests need not wait for it.
    body, content_type = await asyncio.to_thread(write, metrics.exposed, accept)
    return Response(body, headers={"Content-Type": content_type})
