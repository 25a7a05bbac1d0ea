"""Metrics for Prometheus: what the service does, how well, and what it uses.

Other features bring their own, in a `metrics.py` beside their `feature.py`.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager, contextmanager, suppress

from app.core.feature import Feature, MiddlewareMount, RouterMount
from app.core.middleware.stack import Order
from app.core.registry import Registry
from app.core.routes import Routes
from app.core.settings import CoreSettings
from app.metrics.connections import SERVER, Connections
from app.metrics.middleware import MetricsMiddleware
from app.metrics.port import own_port
from app.metrics.process import EventLoop, tell_of_process
from app.metrics.processes import shared_folder, shared_registry
from app.metrics.requests import RequestMetrics, count_error
from app.metrics.router import METRICS_READ, router
from app.metrics.service import Metrics
from app.metrics.settings import MetricsSettings


@asynccontextmanager
async def metrics_lifespan(registry: Registry) -> AsyncIterator[None]:
    """Have metrics, and keep them true."""
    metrics = registry.add(Metrics())
    registry.add(RequestMetrics(metrics, registry.get(Routes)))
    registry.add(Connections(metrics))
    tell_of_process(metrics, registry.get(CoreSettings))
    watching = asyncio.create_task(EventLoop(metrics).watch())
    try:
        yield
    finally:
        watching.cancel()
        with suppress(asyncio.CancelledError):
            await watching


@contextmanager
def serve_metrics(registry: Registry, elsewhere: bool) -> Iterator[None]:
    """Have a folder for the metrics of other processes, and a port of their own if there is one."""
    settings = registry.get(MetricsSettings)
    with ExitStack() as stack:
        folder = stack.enter_context(shared_folder()) if elsewhere else None
        if settings.port is not None:
            shared = shared_registry(folder) if folder else None
            stack.enter_context(
                own_port(settings, settings.port, lambda: shared or registry.get(Metrics).exposed)
            )
        yield


feature = Feature(
    name="metrics",
    settings=MetricsSettings,
    lifespan=metrics_lifespan,
    routers=(RouterMount(router, version=None),),
    middleware=(MiddlewareMount((Order.CLIENT_ADDRESS + Order.REQUEST) // 2, MetricsMiddleware),),
    on_problem=count_error,
    probes=("/metrics",),
    scopes=(METRICS_READ,),
    server=SERVER,
    serving=serve_metrics,
)
