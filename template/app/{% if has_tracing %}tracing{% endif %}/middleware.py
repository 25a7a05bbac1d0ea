"""What a request knows of its trace."""

from opentelemetry import context, propagate, trace
from opentelemetry.trace import TracerProvider
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

from app.core.context import name_request
from app.tracing.tracers import current_provider


class TraceMiddleware:
    """Names each request by its trace, in log lines and problems.

    FastAPI has begun the span by then. Where it makes none, because there is nobody to tell,
    the trace is the one of the caller (`extracts`).
    """

    def __init__(self, app: ASGIApp, provider: TracerProvider, *, extracts: bool) -> None:
        self.app = app
        self._provider = provider
        self._extracts = extracts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request with its trace and its tracers at hand."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        extracted = None
        if self._extracts:
            extracted = context.attach(propagate.extract(Headers(scope=scope)))
        span = trace.get_current_span().get_span_context()
        if span.is_valid:
            name_request(trace_id=trace.format_trace_id(span.trace_id))
        token = current_provider.set(self._provider)
        try:
            await self.app(scope, receive, send)
        finally:
            current_provider.reset(token)
            if extracted:
                context.detach(extracted)
