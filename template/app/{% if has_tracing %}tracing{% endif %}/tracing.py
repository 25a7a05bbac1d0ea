"""The tracing of one application: what makes its spans, and where they go."""

import os
import socket
from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from opentelemetry import propagate, trace
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import SpanLimits, TracerProvider
from opentelemetry.sdk.trace.sampling import ParentBased
from opentelemetry.trace import ProxyTracerProvider
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from app.core.settings import CoreSettings
from app.tracing.choice import Roots
from app.tracing.outbox import Outbox
from app.tracing.settings import TracingSettings
from app.tracing.tracers import CurrentProvider, SilentProvider

LONGEST = 4096
"""Characters of an attribute that are kept, of the text of a large statement for example."""


class Tracing:
    """What traces one application. `provider` is for OpenTelemetry's instrumentations.

    Without an endpoint there is nobody to tell, so that no spans are made; the trace of a
    caller is still known, and passed on.
    """

    def __init__(self, settings: TracingSettings, core: CoreSettings) -> None:
        self.outbox = Outbox(settings) if settings.endpoint else None
        self.provider: trace.TracerProvider = SilentProvider()
        if self.outbox:
            provider = TracerProvider(
                sampler=ParentBased(Roots(settings.sample_ratio)),
                resource=describe_service(core),
                span_limits=SpanLimits(max_span_attribute_length=LONGEST),
                shutdown_on_exit=False,
            )
            provider.add_span_processor(self.outbox)
            self.provider = provider

    @property
    def state(self) -> Mapping[str, Any]:
        """What operators are told."""
        return {"on": bool(self.outbox), **(self.outbox.state if self.outbox else {})}


def describe_service(core: CoreSettings) -> Resource:
    """Say whose spans these are. `OTEL_SERVICE_NAME` and `OTEL_RESOURCE_ATTRIBUTES` win."""
    ours = {
        "service.name": core.name,
        "service.version": core.version,
        "service.instance.id": str(uuid4()),
        "deployment.environment.name": core.environment.value,
        "host.name": socket.gethostname(),
        "process.pid": os.getpid(),
    }
    return Resource.create(ours).merge(OTELResourceDetector().detect())


def prepare_process() -> None:
    """Set what OpenTelemetry has one of in each process, unless somebody has chosen already."""
    # Instrumentations use the names of attributes that FastAPI uses, too, and not older ones.
    os.environ.setdefault("OTEL_SEMCONV_STABILITY_OPT_IN", "http,database")
    # Of what callers send, the trace context goes on to other services, and no `baggage`.
    if "OTEL_PROPAGATORS" not in os.environ:
        propagate.set_global_textmap(TraceContextTextMapPropagator())
    if isinstance(trace.get_tracer_provider(), ProxyTracerProvider):
        trace.set_tracer_provider(CurrentProvider())
