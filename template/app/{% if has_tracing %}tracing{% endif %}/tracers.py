"""Who makes spans: one provider for each application, and OpenTelemetry's global one.

The global one asks the application that the code runs for, so that two applications in one
process keep their traces apart, and `trace.get_tracer(__name__)` works as its manual says.
"""

from contextvars import ContextVar
from typing import Any
from weakref import WeakKeyDictionary

from opentelemetry import trace
from opentelemetry.trace import NoOpTracer, Span, Tracer, TracerProvider

current_provider: ContextVar[TracerProvider | None] = ContextVar("tracer_provider", default=None)
"""The provider of the application that the code runs for."""


class SilentProvider(TracerProvider):
    """Makes no spans: what is called belongs to the trace of the caller, if there is one."""

    def get_tracer(self, *_args: Any, **_kwargs: Any) -> Tracer:
        """Return a tracer that does nothing."""
        return NoOpTracer()


class InnerProvider(TracerProvider):
    """Makes spans of a provider, but only within others: none begins a trace of its own.

    For what says nothing by itself, such as the commands with which a loop in the
    background asks whether a server is back.
    """

    def __init__(self, provider: TracerProvider) -> None:
        self._provider = provider

    def get_tracer(self, *args: Any, **kwargs: Any) -> Tracer:
        """Return such a tracer."""
        return _InnerTracer(self._provider.get_tracer(*args, **kwargs))


class _InnerTracer(NoOpTracer):
    def __init__(self, tracer: Tracer) -> None:
        self._tracer = tracer

    def start_span(self, *args: Any, **kwargs: Any) -> Span:
        recording = trace.get_current_span().is_recording()
        start = self._tracer.start_span if recording else super().start_span
        return start(*args, **kwargs)


class CurrentProvider(TracerProvider):
    """Makes spans of the application that the code runs for, and none outside of any."""

    def get_tracer(self, *args: Any, **kwargs: Any) -> Tracer:
        """Return a tracer that asks anew for each span."""
        return _CurrentTracer(args, kwargs)


class _CurrentTracer(NoOpTracer):
    def __init__(self, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self._args = args
        self._kwargs = kwargs
        self._tracers: WeakKeyDictionary[TracerProvider, Tracer] = WeakKeyDictionary()

    def start_span(self, *args: Any, **kwargs: Any) -> Span:
        provider = current_provider.get()
        if provider is None:
            return super().start_span(*args, **kwargs)
        tracer = self._tracers.get(provider)
        if tracer is None:
            tracer = self._tracers[provider] = provider.get_tracer(*self._args, **self._kwargs)
        return tracer.start_span(*args, **kwargs)
