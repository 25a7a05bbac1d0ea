"""Which requests are traced, decided before anything is done for it.

FastAPI begins a span with all its attributes before OpenTelemetry asks its sampler whether
it is wanted. With one request in ten traced, the spans of the other nine were most of what
tracing cost.
"""

import random
from collections.abc import Container, Sequence
from contextvars import ContextVar

from opentelemetry.context import Context
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.sdk.trace.sampling import (
    ALWAYS_ON,
    Sampler,
    SamplingResult,
    TraceIdRatioBased,
)
from opentelemetry.trace import Link, NonRecordingSpan, SpanContext, SpanKind, TraceState
from opentelemetry.util.types import Attributes
from starlette.types import Scope

LEFT_OUT = "app.not_traced"
"""Where a request keeps that it has a trace of which nothing is recorded."""

_is_chosen: ContextVar[bool] = ContextVar("is_chosen", default=False)
_ids = RandomIdGenerator()


class Choice:
    """Chooses so many of the requests of one application, unless their callers have chosen."""

    def __init__(self, ratio: float, probes: Container[str]) -> None:
        self._ratio = ratio
        self._probes = probes

    def leaves_out(self, scope: Scope) -> bool:
        """Say whether FastAPI makes no span of a request."""
        if scope["path"] in self._probes:
            return True
        continued = any(name == b"traceparent" for name, _ in scope["headers"])
        chosen = not continued and random.random() < self._ratio  # noqa: S311, it is no secret
        _is_chosen.set(chosen)
        if chosen or continued:
            return False
        scope[LEFT_OUT] = True
        return True


class Roots(Sampler):
    """Samples the requests that were chosen, and so large a part of all else that begins."""

    def __init__(self, ratio: float) -> None:
        self._others = TraceIdRatioBased(ratio)

    def should_sample(
        self,
        parent_context: Context | None,
        trace_id: int,
        name: str,
        kind: SpanKind | None = None,
        attributes: Attributes = None,
        links: Sequence[Link] | None = None,
        trace_state: TraceState | None = None,
    ) -> SamplingResult:
        """Decide about a span that begins a trace."""
        sampler = ALWAYS_ON if kind is SpanKind.SERVER and _is_chosen.get() else self._others
        return sampler.should_sample(
            parent_context, trace_id, name, kind, attributes, links, trace_state
        )

    def get_description(self) -> str:
        """Return what OpenTelemetry calls it."""
        return f"Roots{{{self._others.get_description()}}}"


def unrecorded_span() -> NonRecordingSpan:
    """Return what stands for a request that was left out: logs and other services know it."""
    return NonRecordingSpan(
        SpanContext(_ids.generate_trace_id(), _ids.generate_span_id(), is_remote=False)
    )
