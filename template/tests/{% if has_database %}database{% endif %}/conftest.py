"""What the tests of the database work with: a service of their own, in the same database."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.application import create_app
from app.core.settings import CoreSettings
from app.database.feature import feature as database
from app.database.session import Database
from app.database.settings import DatabaseSettings
from tests.database.fixtures import isolated
from tests.database.library import create_tables, library


@pytest.fixture(scope="session")
def library_tables(database_settings: DatabaseSettings) -> None:
    """Make the tables of the library beside those of the service."""
    asyncio.run(create_tables(database_settings))


@pytest.fixture
def changed_settings() -> dict[str, object]:
    """Settings of the database that a test changes."""
    return {}


@pytest.fixture
async def app(
    request: pytest.FixtureRequest,
    core_settings: CoreSettings,
    database_settings: DatabaseSettings,
    changed_settings: dict[str, object],
    library_tables: None,
) -> AsyncIterator[FastAPI]:
    """The library, started."""
    settings = database_settings.model_copy(update=changed_settings)
    app = create_app((database, library), settings=[core_settings, settings], env_file=None)
    async with app.router.lifespan_context(app), isolated(app, request):
        yield app


@pytest.fixture
async def session(app: FastAPI) -> AsyncIterator[AsyncSession]:
    """A session of the library."""
    async with app.state.registry.get(Database).session() as session:
        yield session
