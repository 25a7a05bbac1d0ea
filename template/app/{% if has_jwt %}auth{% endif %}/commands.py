"""Commands about accounts: `python -m app admin`, and about sessions: `python -m app auth`."""

import sys
from typing import Annotated

import typer
from pydantic import ValidationError

from app.auth import accounts, sessions
from app.auth.schemas import AccountCreate
from app.core.errors import Conflict, NotFound
from app.core.registry import Registry
from app.database.changing import run_change
from app.database.session import UnitOfWork
from app.users import service as users
from app.users.repository import UserRepository
from app.users.roles import Role
from app.users.schemas import UserAdminUpdate

admin_commands = typer.Typer(name="admin", help="Make administrators.", no_args_is_help=True)
auth_commands = typer.Typer(name="auth", help="Look after sign-ins.", no_args_is_help=True)


@admin_commands.command()
def create(
    context: typer.Context,
    email: Annotated[str, typer.Option(prompt="E-mail address")],
    username: Annotated[str, typer.Option(prompt="Username")],
    full_name: Annotated[str | None, typer.Option()] = None,
    *,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the password from the standard input.")
    ] = False,
) -> None:
    """Make an account for an administrator. The password is asked for."""
    if password_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    try:
        data = AccountCreate.model_validate(
            {
                "email": email,
                "username": username,
                "full_name": full_name,
                "password": password,
                "role": Role.ADMIN,
            }
        )
    except ValidationError as error:
        for found in error.errors(include_input=False):
            typer.echo(f"{found['loc'][0]}: {found['msg']}", err=True)
        raise typer.Exit(1) from error

    async def make(work: UnitOfWork, registry: Registry) -> None:
        repository = UserRepository(work.session)
        if await repository.find(data.email):
            raise Conflict(
                f"{data.email} has an account already. Make an administrator of it with: "
                f"python -m app admin promote {data.email}"
            )
        if await repository.find(data.username):
            raise Conflict(f"The username {data.username} is taken. Give another --username.")
        await accounts.create(work, registry, data)

    run_change(context, make)
    typer.echo(f"{data.email} is an administrator now.")


@admin_commands.command()
def promote(
    context: typer.Context,
    account: Annotated[str, typer.Argument(help="The e-mail address or the username.")],
) -> None:
    """Make an administrator of someone who has an account; let them in if they were not."""

    async def change(work: UnitOfWork, _registry: Registry) -> None:
        user = await UserRepository(work.session).find(account.lower())
        if user is None:
            raise NotFound(f"Nobody has the name {account}.")
        await users.update(work, user.id, UserAdminUpdate(role=Role.ADMIN, is_active=True))

    run_change(context, change)
    typer.echo(f"{account} is an administrator now.")


@auth_commands.callback()
def main() -> None:
    """Keep `cleanup` a command of its own while it is the only one."""


@auth_commands.command()
def cleanup(context: typer.Context) -> None:
    """Remove expired sessions and forgotten failures. Run it once a day, from cron."""

    async def clean(work: UnitOfWork, _registry: Registry) -> int:
        return await sessions.delete_expired(work)

    typer.echo(f"Removed {run_change(context, clean)} rows.")
