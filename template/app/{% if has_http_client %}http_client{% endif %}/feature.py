"""The HTTP client: calls other services, and stays calm when they do not."""

from collections.abc import Mapping
from typing import Any

from app.core.feature import Feature
from app.core.registry import Registry
from app.http_client.client import HttpClient
from app.http_client.errors import RemoteError, tell
from app.http_client.lifespan import http_client_lifespan
from app.http_client.settings import HttpClientSettings


def _state(registry: Registry) -> Mapping[str, Any]:
    return registry.get(HttpClient).state


feature = Feature(
    name="http_client",
    settings=HttpClientSettings,
    lifespan=http_client_lifespan,
    problems=((RemoteError, tell),),
    state=_state,
)
