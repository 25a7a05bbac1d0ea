"""From the first connection to the last."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http.cookiejar import CookieJar, DefaultCookiePolicy

import httpx2

from app.core.registry import Registry
from app.http_client.addresses import Addresses
from app.http_client.client import HttpClient
from app.http_client.settings import HttpClientSettings
from app.http_client.transport import GuardedTransport

# It logs the whole URL of each request at INFO, and a URL may hold a token or a name.
logging.getLogger("httpx2").setLevel(logging.WARNING)


@asynccontextmanager
async def http_client_lifespan(registry: Registry) -> AsyncIterator[None]:
    """Make the one client that all features share, and close its connections at the end."""
    settings = registry.get(HttpClientSettings)
    timeout = httpx2.Timeout(settings.read_timeout, connect=settings.connect_timeout)
    async with httpx2.AsyncClient(
        transport=GuardedTransport(Addresses(settings.allowed_private)),
        timeout=timeout,
        # No cookies: one caller's would be sent with the next one's requests.
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())),
    ) as client:
        registry.add(HttpClient(client, settings))
        yield
