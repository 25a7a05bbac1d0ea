"""What a request takes with it to other services, so that its traces can be put together."""

import re
from collections.abc import Mapping
from contextvars import ContextVar

from starlette.types import ASGIApp, Receive, Scope, Send

from app.core.context import request_id

_TRACEPARENT = re.compile(rb"[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
_TRACESTATE = re.compile(rb"[\x20-\x7e]{1,512}")
"""Enough to be harmless; what is in it is for those who trace."""

_trace_context: ContextVar[Mapping[str, str] | None] = ContextVar("trace_context", default=None)


class TraceContextMiddleware:
    """Keeps the trace context of a request (https://www.w3.org/TR/trace-context/).

    This service adds no spans of its own to it: what it calls gets it as it came.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request with its trace context at hand."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        token = _trace_context.set(_read(scope))
        try:
            await self.app(scope, receive, send)
        finally:
            _trace_context.reset(token)


def _read(scope: Scope) -> Mapping[str, str]:
    headers = dict(scope["headers"])
    parent, state = headers.get(b"traceparent", b""), headers.get(b"tracestate", b"")
    if not _TRACEPARENT.fullmatch(parent):
        return {}
    context = {"traceparent": parent.decode()}
    if _TRACESTATE.fullmatch(state):
        context["tracestate"] = state.decode()
    return context


def headers_to_pass_on() -> dict[str, str]:
    """Return the headers that tell other services which request they work for."""
    headers = dict(_trace_context.get() or {})
    identifier = request_id.get()
    if identifier:
        headers["X-Request-ID"] = identifier
    return headers
