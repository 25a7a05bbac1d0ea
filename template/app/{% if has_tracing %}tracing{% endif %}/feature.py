"""Tracing: OpenTelemetry is told what each request did.

FastAPI makes the span of each request; what else makes spans is in the folders that it is
about. The traces of callers are continued, and those of this service are passed on.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from fastapi.telemetry import TelemetryConfig
from starlette.types import ASGIApp

from app.core.feature import Feature, MiddlewareMount
from app.core.health import Probes
from app.core.middleware.stack import Order
from app.core.registry import Registry
from app.core.routes import Routes
from app.core.settings import CoreSettings
from app.tracing.choice import Choice
from app.tracing.errors import mark_error
from app.tracing.middleware import TraceMiddleware
from app.tracing.openapi import describe
from app.tracing.settings import TracingSettings
from app.tracing.tracers import current_provider
from app.tracing.tracing import Tracing, prepare_process


def telemetry(registry: Registry) -> TelemetryConfig:
    """Let FastAPI make a span of each request, but for those of probes."""
    prepare_process()
    tracing = registry.add(Tracing(registry.get(TracingSettings), registry.get(CoreSettings)))
    choice = Choice(registry.get(TracingSettings).sample_ratio, registry.get(Probes).paths)
    return {
        "tracing": tracing.outbox is not None,
        "tracer_provider": tracing.provider,
        "metrics": False,
        "logs": False,
        # Spans for dependencies and serialisation as well would cost as much again.
        "operation_spans": False,
        "auto_configure": False,
        "exclude": choice.leaves_out,
    }


@asynccontextmanager
async def tracing_lifespan(registry: Registry) -> AsyncIterator[None]:
    """Send spans while the application runs."""
    tracing = registry.get(Tracing)
    current_provider.set(tracing.provider)  # for commands, and for tasks in the background
    if not tracing.outbox:
        yield
        return
    tracing.outbox.open()
    try:
        yield
    finally:
        await tracing.outbox.close()


def state(registry: Registry) -> Mapping[str, Any]:
    """Tell whether spans are sent, and whether anybody takes them."""
    return registry.get(Tracing).state


def _trace_middleware(app: ASGIApp, registry: Registry) -> TraceMiddleware:
    tracing = registry.get(Tracing)
    return TraceMiddleware(
        app,
        tracing.provider,
        registry.get(Routes),
        extracts=tracing.outbox is None,
    )


feature = Feature(
    name="tracing",
    settings=TracingSettings,
    lifespan=tracing_lifespan,
    middleware=(
        MiddlewareMount(
            Order.REQUEST + 10,
            _trace_middleware,
            accepts=("traceparent", "tracestate"),
        ),
    ),
    on_problem=mark_error,
    describe=describe,
    state=state,
    telemetry=telemetry,
)
