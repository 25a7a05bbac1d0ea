"""A small service that is traced."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Any

from httpx2 import ASGITransport, AsyncClient

from app.core.application import create_app
from app.core.feature import Feature
from app.core.settings import CoreSettings, Environment, Settings
from app.tracing.feature import feature as tracing
from app.tracing.settings import TracingSettings
from tests.tracing.receiver import Receiver

TRACE = "4b" * 16
SPAN = "0f" * 8
PARENT = f"00-{TRACE}-{SPAN}-01"
UNSAMPLED = f"00-{TRACE}-{SPAN}-00"


@asynccontextmanager
async def traced_service(
    receiver: Receiver,
    *features: Feature,
    settings: Iterable[Settings] = (),
    core: CoreSettings | None = None,
    **chosen: Any,
) -> AsyncIterator[AsyncClient]:
    """Start a service of these features, and call it; at the end all spans have been sent."""
    known: list[Settings] = [
        core or CoreSettings(environment=Environment.TEST, log_format="json"),
        TracingSettings(**{"endpoint": receiver.url, **chosen}),
        *settings,
    ]
    app = create_app((tracing, *features), settings=known, env_file=None)
    transport = ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=transport, base_url="http://testserver") as client,
    ):
        yield client
