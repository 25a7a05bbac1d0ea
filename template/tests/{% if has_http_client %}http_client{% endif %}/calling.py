"""A client for a test, with settings by name."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from app.core.registry import Registry
from app.http_client.client import HttpClient
from app.http_client.lifespan import http_client_lifespan
from app.http_client.settings import HttpClientSettings

LOCAL: dict[str, Any] = {"allowed_private": ("127.0.0.1",), "retry_backoff": 0.01}


@asynccontextmanager
async def calling(**settings: Any) -> AsyncIterator[HttpClient]:
    """Start a client that may call servers of tests, and does not pause for long."""
    registry = Registry()
    registry.add(HttpClientSettings(**{**LOCAL, **settings}))
    async with http_client_lifespan(registry):
        yield registry.get(HttpClient)
