"""Where Prometheus reads the metrics."""

import asyncio
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request, Response

from app.core.access import Reach, Scope
from app.core.dependencies import AppRegistry
from app.core.errors import NotFound
from app.core.monitors import admit_monitor
from app.metrics.service import Metrics, write
from app.metrics.settings import MetricsSettings

METRICS_READ = Scope("metrics:read", "Read the metrics of the service.", Reach.SERVICE)

# Not in the documentation: it is for Prometheus, and none of the API's promises hold for it.
router = APIRouter(include_in_schema=False)


async def may_read(request: Request, registry: AppRegistry) -> None:
    """Let only Prometheus and operators through where other people can reach the service."""
    settings = registry.get(MetricsSettings)
    if settings.port is not None:
        raise NotFound("The metrics have a port of their own.")
    await admit_monitor(request, settings.token, METRICS_READ)


@router.get("/metrics", dependencies=[Depends(may_read)])
async def read_metrics(
    registry: AppRegistry, accept: Annotated[str | None, Header()] = None
) -> Response:
    """Tell all metrics, in the text format of Prometheus or as OpenMetrics."""
    metrics = registry.get(Metrics)
    metrics.take_samples()
    # Thousands of lines take their time; other requests need not wait for it.
    body, content_type = await asyncio.to_thread(write, metrics.exposed, accept)
    return Response(body, headers={"Content-Type": content_type})
