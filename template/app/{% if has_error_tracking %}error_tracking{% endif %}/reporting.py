"""From the first report to the last."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import sentry_sdk
from pydantic import SecretStr
from sentry_sdk.scope import use_isolation_scope

from app.core.registry import Registry
from app.core.settings import CoreSettings
from app.error_tracking.client import create_client, create_scope
from app.error_tracking.logs import listening
from app.error_tracking.repeats import Repeats
from app.error_tracking.reports import Reports
from app.error_tracking.settings import SentrySettings

FLUSH_SECONDS = 2.0
"""How long a service that ends waits for its last reports to arrive."""


@asynccontextmanager
async def reporting(dsn: SecretStr, registry: Registry) -> AsyncIterator[None]:
    """Report errors of this application, until the end of the block."""
    settings = registry.get(SentrySettings)
    client = create_client(dsn, registry.get(CoreSettings), settings)
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
