"""Keeps what reports say about one request apart from what they say about others."""

import sentry_sdk
from starlette.types import ASGIApp, Receive, Scope, Send

from app.core.registry import Registry
from app.core.routes import Routes
from app.error_tracking.reports import Reports
from app.error_tracking.requests import describe
from app.error_tracking.settings import SentrySettings


class ErrorTrackingMiddleware:
    """Gives each request a scope of its own, and reports what nobody else answers."""

    def __init__(self, app: ASGIApp, registry: Registry) -> None:
        self.app = app
        self._registry = registry
        self._routes = registry.get(Routes)
        self._personal = registry.get(SentrySettings).send_personal_data

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request, at hand for every report."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        reports = self._registry.get(Reports)
        about = reports.scope.fork()
        about.add_event_processor(describe(scope, self._routes, personal=self._personal))
        # The context managers of the SDK would copy twice as much.
        sentry_sdk.Scope.set_isolation_scope(about)
        try:
            await self.app(scope, receive, send)
        except Exception as error:
            reports.report(error, handled=False)
            raise
        finally:
            sentry_sdk.Scope.set_isolation_scope(reports.elsewhere)
