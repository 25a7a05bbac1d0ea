"""The database of the tests: made by the real migrations, and after each test as before.

Each worker of pytest-xdist has one of its own. What a test writes is rolled back. One
that needs real commits, because it opens several connections, asks for `committed`:
it is slower, as all tables are emptied after it.
"""

import asyncio
import os
import tempfile
import zlib
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from fastapi import FastAPI
from pydantic import SecretStr
from sqlalchemy import delete, inspect
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.ddl import sort_tables

from app.core.registry import Registry
from app.database.base import Base
from app.database.server import create_database, drop_database
from app.database.session import Database
from app.database.settings import DatabaseSettings
from tests.core.fixtures import PROJECT
from tests.database.place import HOW_TO_REACH, own_address

WORKER = os.environ.get("PYTEST_XDIST_WORKER", "main")
CHECKOUT = f"{zlib.crc32(str(PROJECT).encode()):08x}"
"""Tells the databases of two checkouts apart, whose tests may run at the same time."""


def alembic_config(settings: DatabaseSettings) -> Config:
    """Return what Alembic's commands need to work on a database."""
    return Config(toml_file=PROJECT / "pyproject.toml", attributes={"settings": settings})


def settings_of(name: str, folder: Path) -> DatabaseSettings:
    """Return the settings of a database of the tests, which is never the one you develop with."""
    given = os.environ.get("TEST_DATABASE_URL")
    example = DatabaseSettings(_env_file=PROJECT / ".env.example")
    address = own_address(
        make_url(given) if given else example.address, f"{WORKER}_{CHECKOUT}_{name}", folder
    )
    url = SecretStr(address.render_as_string(hide_password=False))
    return DatabaseSettings(_env_file=None, url=url, startup_timeout=0)


def pytest_sessionstart(session: pytest.Session) -> None:
    """Stop at once when there is no database to test with."""
    try:
        asyncio.run(drop_database(settings_of("main", Path(tempfile.gettempdir()))))
    except (OSError, DBAPIError) as error:
        reason = getattr(error, "orig", error)
        pytest.exit(f"The tests cannot reach the database: {reason}\n{HOW_TO_REACH}", 1)


async def recreate(settings: DatabaseSettings) -> None:
    """Make an empty database."""
    await drop_database(settings)
    await create_database(settings)


@pytest.fixture(scope="session")
def database_settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DatabaseSettings]:
    """The settings of this worker's database, which is migrated already."""
    settings = settings_of("main", tmp_path_factory.mktemp("database"))
    asyncio.run(recreate(settings))
    command.upgrade(alembic_config(settings), "heads")
    yield settings
    asyncio.run(drop_database(settings))


def isolated(app: FastAPI, request: pytest.FixtureRequest) -> AbstractAsyncContextManager[None]:
    """Leave the database of a started application as it was, in the way that a test wants."""
    isolate = emptied if "committed" in request.fixturenames else rolled_back
    return isolate(app.state.registry)


@pytest.fixture
def empty_database(tmp_path: Path) -> Iterator[DatabaseSettings]:
    """The settings of a database of its own, with nothing in it."""
    settings = settings_of("empty", tmp_path)
    asyncio.run(recreate(settings))
    yield settings
    asyncio.run(drop_database(settings))


@asynccontextmanager
async def rolled_back(registry: Registry) -> AsyncIterator[None]:
    """Let all sessions share one connection, and roll back what they have done."""
    engines = registry.get(Database).engines
    async with engines.writing.connect() as connection:
        transaction = await connection.begin()
        database = Database(engines)
        for sessions in (database.session, database.read_session):
            sessions.configure(bind=connection, join_transaction_mode="create_savepoint")
        registry.add(database)
        yield
        await transaction.rollback()


@asynccontextmanager
async def emptied(registry: Registry) -> AsyncIterator[None]:
    """Delete all rows at the end."""
    yield
    async with registry.get(Database).engines.writing.begin() as connection:
        # The model of a test that does not run has no table.
        present = await connection.run_sync(lambda sync: inspect(sync).get_table_names())
        mapped = {table for mapper in Base.registry.mappers for table in mapper.tables}
        tables = [table for table in mapped if table.name in present]
        for table in reversed(sort_tables(tables)):
            await connection.execute(delete(table))


@pytest.fixture
def committed() -> None:
    """Ask for this where commits must be real; `app` sees to it."""


@pytest.fixture
async def app(app: FastAPI, request: pytest.FixtureRequest) -> AsyncIterator[FastAPI]:
    """The whole application, started, on a database that is afterwards as it was before."""
    async with isolated(app, request):
        yield app
