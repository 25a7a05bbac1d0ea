"""Error tracking: unexpected errors are reported to Sentry, or to what speaks its protocol.

`sentry_sdk.capture_exception()`, `capture_message()`, `set_tag()` and the rest of its
functions work everywhere, and do nothing without `SENTRY_DSN`.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import Any

import sentry_sdk
import structlog
from sentry_sdk.scope import use_isolation_scope
from starlette.types import ASGIApp

from app.core.feature import Feature, MiddlewareMount
from app.core.middleware.stack import Order
from app.core.problems import Occurrence
from app.core.registry import Registry
from app.core.settings import CoreSettings
from app.error_tracking.client import create_client, create_scope
from app.error_tracking.logs import listening
from app.error_tracking.middleware import ErrorTrackingMiddleware
from app.error_tracking.repeats import Repeats
from app.error_tracking.reports import Reports
from app.error_tracking.settings import SentrySettings
from app.error_tracking.transport import Transport

logger = structlog.stdlib.get_logger(__name__)

FLUSH_SECONDS = 2.0
"""How long a service that ends waits for its last reports to arrive."""


@asynccontextmanager
async def error_tracking_lifespan(registry: Registry) -> AsyncIterator[None]:
    """Report errors of this application, from its start to its end."""
    core, settings = registry.get(CoreSettings), registry.get(SentrySettings)
    if settings.dsn is None:
        if core.environment.is_deployed:
            logger.warning("errors_are_not_reported", reason="SENTRY_DSN is not set")
        yield
        return
    client = create_client(settings.dsn, core, settings)
    reports = registry.add(Reports(client, create_scope(client), Repeats(settings.max_repeats)))
    # Tasks that features start inherit this scope. What runs without any, such as a thread,
    # takes that of the application that was started last.
    everywhere = sentry_sdk.get_global_scope()
    before = everywhere.client
    everywhere.set_client(client)
    try:
        with use_isolation_scope(reports.elsewhere), listening(reports):
            yield
    finally:
        if everywhere.client is client:
            everywhere.set_client(before)
        await asyncio.to_thread(client.close, FLUSH_SECONDS)


def report_problem(occurrence: Occurrence, registry: Registry) -> None:
    """Report what nobody foresaw, and what is no fault of the caller or of another server."""
    status = occurrence.problem.status
    if registry.get(SentrySettings).dsn is None:
        return
    if not occurrence.foreseen or status == HTTPStatus.INTERNAL_SERVER_ERROR:
        contexts = {"response": {"status_code": status}}
        registry.get(Reports).report(occurrence.error, handled=False, contexts=contexts)


def build_middleware(app: ASGIApp, registry: Registry) -> ASGIApp:
    """Return the middleware; what would do nothing is left out."""
    if registry.get(SentrySettings).dsn is None:
        return app
    return ErrorTrackingMiddleware(app, registry)


def state(registry: Registry) -> Mapping[str, Any]:
    """Tell whether errors are reported, and how many reports were lost."""
    if registry.get(SentrySettings).dsn is None:
        return {"reporting": False}
    transport = registry.get(Reports).client.transport
    lost = transport.lost if isinstance(transport, Transport) else 0
    return {"reporting": True, "lost": lost}


feature = Feature(
    name="error_tracking",
    settings=SentrySettings,
    lifespan=error_tracking_lifespan,
    middleware=(MiddlewareMount((Order.CLIENT_ADDRESS + Order.REQUEST) // 2, build_middleware),),
    on_problem=report_problem,
    state=state,
)
