"""An application with an endpoint that tells callers whom it takes them for."""

from collections.abc import Iterator
from typing import Annotated, Protocol

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient, Response

from app.core.access import Principal, Requires
from tests.core.callers import show_callers
from tests.oidc.issuer import Issuer


class Call(Protocol):
    """Sends a token, and returns the answer."""

    async def __call__(self, token: str, path: str = "/caller") -> Response:
        """Call an endpoint."""
        ...


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    """A provider of its own for each test, which may do anything to it."""
    with Issuer() as issuer:
        yield issuer


@pytest.fixture
async def app(app: FastAPI) -> FastAPI:
    """The whole application, which also answers `/caller` and `/of-operators`."""

    show_callers(app)

    @app.get("/of-operators")
    async def need_scope(caller: Annotated[Principal, Requires("health:read")]) -> str:
        return caller.subject

    return app


@pytest.fixture
def call(client: AsyncClient) -> Call:
    """Call `/caller` with a token."""

    async def call(token: str, path: str = "/caller") -> Response:
        return await client.get(path, headers={b"Authorization": f"Bearer {token}".encode()})

    return call
