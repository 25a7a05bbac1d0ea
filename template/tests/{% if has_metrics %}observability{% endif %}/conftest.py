"""The service, used in every way that dashboards and rules look at, and what it tells then."""

from collections.abc import AsyncIterator
from importlib import import_module
from pkgutil import iter_modules

import pytest
from fastapi import FastAPI
from fastapi.routing import iter_route_contexts
from httpx2 import ASGITransport, AsyncClient

from app.core.application import create_app
from app.core.feature import Feature
from app.core.settings import Settings
from app.wiring import FEATURES
from tests.observability import use
from tests.observability.series import Series, stored

PARTS: tuple[Feature, ...] = tuple(
    import_module(f"{use.__name__}.{module.name}").feature for module in iter_modules(use.__path__)
)


@pytest.fixture
async def app(settings: list[Settings]) -> AsyncIterator[FastAPI]:
    """The whole application with the routes that use it, started."""
    app = create_app((*FEATURES, *PARTS), settings=settings, env_file=None)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def exported(app: FastAPI) -> Series:
    """What Prometheus is told once the service was used."""
    paths = [route.path_format or "" for route in iter_route_contexts(app.routes)]
    transport = ASGITransport(app=app, raise_app_exceptions=False)
    async with AsyncClient(transport=transport, base_url="http://testserver") as client:
        for path in paths:
            if path.startswith("/api/v1/use/"):
                await client.get(path)
                await client.get(path)
        await client.get("/nowhere")
        answer = await client.get("/metrics")
    answer.raise_for_status()
    return stored(answer.text)
