"""What a request knows of its trace."""

from opentelemetry import trace
from starlette.types import ASGIApp, Receive, Scope, Send

from app.core.context import name_request
from app.tracing.tracers import current_provider


class TraceMiddleware:
    """Names each request by its trace, in log lines and problems.

    FastAPI itself has begun the span by then.
    """

    def __init__(self, app: ASGIApp, provider: trace.TracerProvider) -> None:
        self.app = app
        self._provider = provider

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request with its tracers at hand."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        context = trace.get_current_span().get_span_context()
        if context.is_valid:
            name_request(trace_id=trace.format_trace_id(context.trace_id))
        token = current_provider.set(self._provider)
        try:
            await self.app(scope, receive, send)
        finally:
            current_provider.reset(token)
