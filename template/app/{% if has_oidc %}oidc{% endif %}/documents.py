"""Asking the provider: small JSON documents, soon, or not at all."""

import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx2
from pydantic import TypeAdapter, ValidationError

from app.oidc.errors import ProviderAwayError, ProviderRefusedError

# It logs each request at INFO, which is one for each token that has to be asked about.
logging.getLogger("httpx2").setLevel(logging.WARNING)

LARGEST = 512 * 1024
"""The most bytes that are read of one document."""

_OBJECT = TypeAdapter(dict[str, Any])


@asynccontextmanager
async def open_client(seconds: float) -> AsyncIterator[httpx2.AsyncClient]:
    """Open the client that talks to the provider, and to nobody else: it follows no redirect."""
    async with httpx2.AsyncClient(
        timeout=seconds, headers={"Accept": "application/json"}
    ) as client:
        yield client


async def ask(client: httpx2.AsyncClient, method: str, url: str, **options: Any) -> dict[str, Any]:
    """Return the object that is answered.

    Raises:
        ProviderRefusedError: The provider refuses to answer this.
        ProviderAwayError: There is no such answer.
    """
    body = bytearray()
    try:
        async with client.stream(method, url, **options) as answer:
            if answer.is_client_error:
                raise ProviderRefusedError(f"{url} answered {answer.status_code}")
            if answer.status_code != httpx2.codes.OK:
                raise ProviderAwayError(f"{url} answered {answer.status_code}")
            async for part in answer.aiter_bytes():
                body += part
                if len(body) > LARGEST:
                    raise ProviderAwayError(f"{url} answered more than {LARGEST} bytes")
        return _OBJECT.validate_json(bytes(body))
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise ProviderAwayError(f"{url}: {str(error) or type(error).__name__}") from error
    except ValidationError as error:
        raise ProviderAwayError(f"{url} did not answer a JSON object") from error
