"""Commands about the database as a whole: `python -m app database`."""

import asyncio

import typer
from sqlalchemy.exc import DBAPIError

from app.core.configuration import load_settings
from app.core.registry import Registry
from app.core.startup import StartupError
from app.database.server import create_database
from app.database.settings import DatabaseSettings

commands = typer.Typer(name="database", help="Look after the database.", no_args_is_help=True)


@commands.callback()
def main() -> None:
    """Keep `create` a command of its own while it is the only one."""


@commands.command()
def create() -> None:
    """Create the database of DATABASE_URL when it is missing; `make migrate` fills it."""
    registry = Registry()
    load_settings([DatabaseSettings], [], registry)
    settings = registry.get(DatabaseSettings)
    try:
        created = asyncio.run(create_database(settings))
    except (OSError, DBAPIError) as error:
        raise StartupError(
            f"The database cannot be reached: {getattr(error, 'orig', error)}. "
            "Is it running, and is DATABASE_URL right?"
        ) from error
    name = settings.address.database
    typer.echo(f"Created {name}." if created else f"{name} is there already.")
