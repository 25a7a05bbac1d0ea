"""From the first connection to the last."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from app.core.registry import Registry
from app.core.startup import StartupError
from app.database.dialect import create_engines
from app.database.failures import (
    DatabaseAwayError,
    DatabaseBusyError,
    DatabaseRefusedError,
    translate_failures,
)
from app.database.session import Database
from app.database.settings import DatabaseSettings

logger = structlog.get_logger(__name__)

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 5.0
"""Seconds between two attempts to connect: twice as long each time."""

AWAY = (DatabaseAwayError, DatabaseBusyError, DBAPIError)
"""What a server answers the simplest question with while it is not ready."""


@asynccontextmanager
async def database_lifespan(registry: Registry) -> AsyncIterator[None]:
    """Connect, and disconnect at the end.

    Raises:
        StartupError: The database was not to be reached within `startup_timeout`.
    """
    settings = registry.get(DatabaseSettings)
    database = Database(create_engines(settings))
    translate_failures(database.engines)
    try:
        await _wait_for(database, settings.startup_timeout)
        registry.add(database)
        yield
    finally:
        await database.dispose()


async def check_database(registry: Registry) -> None:
    """Ask the database for the simplest of answers."""
    await _ask(registry.get(Database))


async def _ask(database: Database) -> None:
    async with database.read_session() as session:
        await session.execute(text("SELECT 1"))


async def _wait_for(database: Database, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    pause = FIRST_PAUSE
    while True:
        try:
            return await _ask(database)
        except DatabaseRefusedError as error:
            raise StartupError(
                f"The database refuses the connection: {error}. Check DATABASE_URL; "
                "`python -m app database create` creates a missing database."
            ) from error
        except AWAY as error:
            left = deadline - time.monotonic()
            if left <= 0:
                raise StartupError(
                    f"The database could not be reached within {seconds:g} seconds: {error}. "
                    "Is it running, and is DATABASE_URL right?"
                ) from error
            pause = min(pause, left)
            logger.warning("database_away", reason=str(error), next_attempt_in=round(pause, 1))
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
