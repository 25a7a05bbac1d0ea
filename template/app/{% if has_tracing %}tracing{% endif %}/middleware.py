"""What a request knows of its trace."""

from opentelemetry import context, propagate, trace
from opentelemetry.context import Context
from opentelemetry.trace import Span, TracerProvider
from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.context import name_request
from app.core.routes import Routes
from app.tracing.choice import LEFT_OUT, unrecorded_span
from app.tracing.tracers import current_provider

CARRIED = {name.encode() for name in propagate.get_global_textmap().fields}
"""The headers by which a caller tells of a trace. Most have none."""


class TraceMiddleware:
    """Names each request by its trace, in log lines and problems, and its span by its route.

    FastAPI has begun the span by then. Where it makes none, because there is nobody to tell,
    the trace is the one of the caller (`extracts`).
    """

    def __init__(
        self, app: ASGIApp, provider: TracerProvider, routes: Routes, *, extracts: bool
    ) -> None:
        self.app = app
        self._provider = provider
        self._routes = routes
        self._extracts = extracts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request with its trace and its tracers at hand."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        begun = self._begin(scope)
        attached = context.attach(begun) if begun is not None else None
        span = trace.get_current_span()
        if span.get_span_context().is_valid:
            name_request(trace_id=trace.format_trace_id(span.get_span_context().trace_id))
        token = current_provider.set(self._provider)
        try:
            await self.app(scope, receive, self._naming(span, scope, send))
        finally:
            current_provider.reset(token)
            if attached:
                context.detach(attached)

    def _begin(self, scope: Scope) -> Context | None:
        """Return the context of a request for which FastAPI has begun none."""
        if self._extracts:
            continues = any(name in CARRIED for name, _ in scope["headers"])
            return propagate.extract(Headers(scope=scope)) if continues else None
        if scope.get(LEFT_OUT):
            return trace.set_span_in_context(unrecorded_span())
        return None

    def _naming(self, span: Span, scope: Scope, send: Send) -> Send:
        """Return what sends an answer, and names the span by the route that gave it."""
        if not span.is_recording() or scope["type"] != "http":
            return send

        async def send_naming(message: Message) -> None:
            if message["type"] == "http.response.start" and "endpoint" in scope:
                found = self._routes.find(scope)
                if found is not None:
                    route = f"{scope.get('root_path', '').rstrip('/')}{found.route.key[1]}"
                    span.set_attribute("http.route", route)
                    span.update_name(f"{scope['method']} {route}")
            await send(message)

        return send_naming
