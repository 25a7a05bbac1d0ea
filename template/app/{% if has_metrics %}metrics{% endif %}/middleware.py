"""Where requests are counted and timed."""

import time
from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.registry import Registry
from app.metrics.connections import SHOWN_TO
from app.metrics.requests import RequestMetrics


class MetricsMiddleware:
    """Counts each request with its status and how long it took."""

    def __init__(self, app: ASGIApp, registry: Registry) -> None:
        self.app = app
        self._registry = registry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request."""
        if scope["type"] != "http":
            if scope["type"] == "lifespan" and "state" in scope:
                scope["state"][SHOWN_TO] = self._registry
            await self.app(scope, receive, send)
            return
        metrics = self._registry.get(RequestMetrics)
        status: int = HTTPStatus.INTERNAL_SERVER_ERROR  # unless an answer is sent

        async def send_noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        metrics.in_progress += 1
        started = time.perf_counter()
        try:
            await self.app(scope, receive, send_noting)
        finally:
            metrics.in_progress -= 1
            metrics.count(scope, status, time.perf_counter() - started)
