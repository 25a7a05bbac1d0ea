"""The archive, and two who call it."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from app.audit.settings import AuditSettings
from app.core.settings import CoreSettings, Settings
from app.database.settings import DatabaseSettings
from tests.audit.archive import archive, callers, calling
from tests.database.library import create_tables


@pytest.fixture(scope="session")
def book_tables(database_settings: DatabaseSettings) -> None:
    """Have something in the database to change: books."""
    asyncio.run(create_tables(database_settings))


@pytest.fixture
def archive_settings(
    core_settings: CoreSettings, database_settings: DatabaseSettings, book_tables: None
) -> list[Settings]:
    """The settings of the archive, which has a database."""
    return [core_settings, database_settings, AuditSettings(_env_file=None)]


@pytest.fixture
async def archive_app(archive_settings: list[Settings]) -> AsyncIterator[FastAPI]:
    """The archive, started."""
    async with archive(archive_settings, callers) as app:
        yield app


@pytest.fixture
async def ann(archive_app: FastAPI) -> AsyncIterator[AsyncClient]:
    """A caller whom the archive knows."""
    async with calling(archive_app, **{"X-Caller": "ann"}) as client:
        yield client


@pytest.fixture
async def auditor(archive_app: FastAPI) -> AsyncIterator[AsyncClient]:
    """A caller who may read the audit log."""
    async with calling(archive_app, **{"X-Caller": "auditor"}) as client:
        yield client
