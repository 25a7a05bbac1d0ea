"""Commands about API keys: `python -m app api-keys`."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

import typer
from pydantic import ValidationError

from app.api_keys import service
from app.api_keys.keys import Keys
from app.api_keys.owners import find_owner, find_scopes
from app.api_keys.schemas import ApiKeyCreate
from app.core.access import Access
from app.core.errors import NotFound
from app.core.registry import Registry
from app.database.base import now
from app.database.changing import run_change
from app.database.session import UnitOfWork

commands = typer.Typer(name="api-keys", help="Look after API keys.", no_args_is_help=True)

WhichKey = Annotated[str, typer.Argument(help="The id of the key, or the key itself.")]


@commands.command()
def create(
    context: typer.Context,
    owner: Annotated[str, typer.Argument(help="Whom it calls for.")],
    name: Annotated[str, typer.Argument(help="What people call it.")],
    scope: Annotated[list[str], typer.Option(help="What it may do; give it several times.")],
    network: Annotated[list[str] | None, typer.Option(help="Where it may come from.")] = None,
    days: Annotated[
        int | None, typer.Option(help="For how long it is good.", min=1, max=36500)
    ] = None,
) -> None:
    """Make a key for somebody, and write it to the standard output, this once."""
    try:
        data = ApiKeyCreate.model_validate(
            {
                "name": name,
                "scopes": set(scope),
                "networks": network or [],
                "expires_at": now() + timedelta(days=days) if days is not None else None,
            }
        )
    except ValidationError as error:
        for found in error.errors(include_input=False):
            typer.echo(f"{found['loc'][0]}: {found['msg']}", err=True)
        raise typer.Exit(1) from error

    async def make(work: UnitOfWork, registry: Registry) -> str:
        subject = await find_owner(work.session, owner)
        held = await find_scopes(work.session, registry.get(Access), subject) if subject else None
        if subject is None or held is None:
            raise NotFound(f"Nobody who may come in has the name {owner}.")
        _, new = await service.create(work, registry, data, subject, held)
        return new.text

    typer.echo(run_change(context, make))


@commands.command()
def rotate(
    context: typer.Context,
    key: WhichKey,
    overlap_hours: Annotated[
        int | None, typer.Option(help="For how long the old secret stays good.", min=0)
    ] = None,
) -> None:
    """Give a key a new secret, and write it to the standard output, this once."""

    async def change(work: UnitOfWork, registry: Registry) -> str:
        key_id = _id_of(registry, key)
        _, new = await service.rotate(work, registry, key_id, overlap_hours=overlap_hours)
        return new.text

    typer.echo(run_change(context, change))


@commands.command()
def revoke(context: typer.Context, key: WhichKey) -> None:
    """Revoke a key, such as one that somebody has found where it should not be."""

    async def change(work: UnitOfWork, registry: Registry) -> UUID:
        key_id = _id_of(registry, key)
        await service.revoke(work, key_id)
        return key_id

    typer.echo(f"Revoked {run_change(context, change)}.")


def _id_of(registry: Registry, key: str) -> UUID:
    presented = registry.get(Keys).read(key)
    if presented:
        return presented.id
    try:
        return UUID(key)
    except ValueError as error:
        raise NotFound("This is neither the id of a key nor a key.") from error
