"""What every test can ask for: the settings, the application, a client."""

import os
from collections.abc import AsyncIterator, Iterable
from pathlib import Path
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient
from pydantic import SecretStr

from app.core.application import create_app
from app.core.configuration import variable
from app.core.settings import CoreSettings, Environment, Settings
from app.wiring import FEATURES

PROJECT = Path(__file__).parent.parent.parent

KINDS: tuple[type[Settings], ...] = (
    CoreSettings,
    *(feature.settings for feature in FEATURES if feature.settings),
)


def pytest_configure() -> None:
    """Forget the developer's own settings, so that tests mean the same everywhere."""
    prefixes = tuple(filter(None, (kind.model_config["env_prefix"].upper() for kind in KINDS)))
    for name in list(os.environ):
        if name.upper().startswith(prefixes):
            del os.environ[name]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


@pytest.fixture
def core_settings() -> CoreSettings:
    return CoreSettings(environment=Environment.TEST)


@pytest.fixture
def settings(request: pytest.FixtureRequest, core_settings: CoreSettings) -> list[Settings]:
    """The settings of every feature: from its fixture `<feature>_settings`, else the defaults."""
    settings: list[Settings] = [core_settings]
    for feature in FEATURES:
        if feature.settings:
            fixture = f"{feature.name.replace(' ', '_')}_settings"
            try:
                settings.append(request.getfixturevalue(fixture))
            except pytest.FixtureLookupError:
                settings.append(feature.settings())
    return settings


def in_environment(settings: Iterable[Settings]) -> dict[str, str]:
    """Return settings as the environment of a command or of another process."""
    return {
        variable(type(one), name): _written(getattr(one, name))
        for one in settings
        for name in one.model_fields_set
    }


def _written(value: Any) -> str:
    if isinstance(value, tuple):
        return ",".join(value)
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)


@pytest.fixture
async def app(settings: list[Settings]) -> AsyncIterator[FastAPI]:
    """The whole application, started."""
    app = create_app(FEATURES, settings=settings, env_file=None)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[AsyncClient]:
    """A caller from outside, who is not signed in."""
    transport = ASGITransport(app=app)
    async with AsyncClient(transport=transport, base_url="http://testserver") as client:
        yield client
