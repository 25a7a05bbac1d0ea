"""How Alembic works here. It runs this file for each of its commands."""

import asyncio
import logging
from typing import Any, Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.util import CommandError
from sqlalchemy.exc import DBAPIError

import app.wiring  # noqa: F401, so that the models of all features are known
from app.core.configuration import ConfigurationError, load_settings
from app.core.registry import Registry
from app.database.base import Base
from app.database.branches import place_revision
from app.database.dialect import MIGRATION_OPTIONS, MIGRATION_PRELUDE, create_migration_engine
from app.database.settings import DatabaseSettings
from app.database.types import UTCDateTime


def find_settings() -> DatabaseSettings:
    """Return the settings that the caller of Alembic gave, or those of the environment."""
    given: DatabaseSettings | None = context.config.attributes.get("settings")
    if given is not None:
        return given
    registry = Registry()
    try:
        load_settings([DatabaseSettings], [], registry)
    except ConfigurationError as error:
        raise CommandError(str(error)) from error
    return registry.get(DatabaseSettings)


def render_item(kind: str, item: Any, autogenerate: AutogenContext) -> str | Literal[False]:
    """Write our own column type into revisions as they would be written by hand."""
    if kind == "type" and isinstance(item, UTCDateTime):
        autogenerate.imports.add("from app.database.types import UTCDateTime")
        return "UTCDateTime()"
    return False


def run_migrations(**target: Any) -> None:
    """Migrate what is connected, or print the SQL that would."""
    context.configure(
        target_metadata=Base.metadata,
        compare_server_default=True,
        process_revision_directives=place_revision,
        render_item=render_item,
        **MIGRATION_OPTIONS,
        **target,
    )
    with context.begin_transaction():
        for statement in MIGRATION_PRELUDE:
            context.execute(statement)
        context.run_migrations()


async def connect_and_run() -> None:
    """Connect to the database and migrate it."""
    engine = create_migration_engine(find_settings())
    try:
        connection = await engine.connect()
    except (OSError, DBAPIError) as error:
        reason = getattr(error, "orig", error)
        raise CommandError(f"The database cannot be reached: {reason}") from error
    try:
        await connection.run_sync(lambda connected: run_migrations(connection=connected))
    finally:
        await connection.close()


progress = logging.getLogger("alembic.runtime.migration")
progress.setLevel(logging.INFO)
if not progress.handlers:
    progress.addHandler(logging.StreamHandler())

if context.is_offline_mode():
    run_migrations(url=find_settings().address, literal_binds=True)
else:
    asyncio.run(connect_and_run())
