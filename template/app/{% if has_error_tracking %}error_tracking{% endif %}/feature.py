"""Error tracking: unexpected errors are reported to Sentry, or to what speaks its protocol.

`sentry_sdk.capture_exception()`, `capture_message()`, `set_tag()` and the rest of its
functions work everywhere, and do nothing without `SENTRY_DSN`.
"""

from __future__ import annotations  # one of these is only there for type checkers

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import structlog
from starlette.types import ASGIApp

from app.core.feature import Feature, MiddlewareMount
from app.core.middleware.stack import Order
from app.core.problems import Occurrence
from app.core.registry import Registry
from app.core.settings import CoreSettings
from app.error_tracking.settings import SentrySettings

# The SDK takes 6 MB and 5 % of the imports. Where nothing is reported, it is not imported.
if TYPE_CHECKING:
    from app.error_tracking.reports import Reports

logger = structlog.stdlib.get_logger(__name__)


@asynccontextmanager
async def error_tracking_lifespan(registry: Registry) -> AsyncIterator[None]:
    """Report errors of this application, from its start to its end."""
    core, settings = registry.get(CoreSettings), registry.get(SentrySettings)
    if settings.dsn is None:
        if core.environment.is_deployed:
            logger.warning("errors_are_not_reported", reason="SENTRY_DSN is not set")
        yield
        return
    from app.error_tracking.reporting import reporting  # noqa: PLC0415, see above

    async with reporting(settings.dsn, registry):
        yield


def report_problem(occurrence: Occurrence, registry: Registry) -> None:
    """Report what nobody foresaw, and what is no fault of the caller or of another server."""
    reports = _reports_of(registry)
    status = occurrence.problem.status
    if reports and (not occurrence.foreseen or status == HTTPStatus.INTERNAL_SERVER_ERROR):
        contexts = {"response": {"status_code": status}}
        reports.report(occurrence.error, handled=False, contexts=contexts)


def build_middleware(app: ASGIApp, registry: Registry) -> ASGIApp:
    """Return the middleware; what would do nothing is left out."""
    if registry.get(SentrySettings).dsn is None:
        return app
    from app.error_tracking.middleware import ErrorTrackingMiddleware  # noqa: PLC0415, see above

    return ErrorTrackingMiddleware(app, registry)


def state(registry: Registry) -> Mapping[str, Any]:
    """Tell whether errors are reported, and how many reports were lost."""
    reports = _reports_of(registry)
    return {"reporting": True, "lost": reports.lost} if reports else {"reporting": False}


def _reports_of(registry: Registry) -> Reports | None:
    if registry.get(SentrySettings).dsn is None:
        return None
    from app.error_tracking.reports import Reports  # noqa: PLC0415, see above

    return registry.get(Reports)


feature = Feature(
    name="error_tracking",
    settings=SentrySettings,
    lifespan=error_tracking_lifespan,
    middleware=(MiddlewareMount((Order.CLIENT_ADDRESS + Order.REQUEST) // 2, build_middleware),),
    on_problem=report_problem,
    state=state,
)
