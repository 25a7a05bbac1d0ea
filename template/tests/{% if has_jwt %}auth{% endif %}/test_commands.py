"""The commands of an operator, and the seeds of a developer."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from dirty_equals import IsPartialDict
from httpx2 import AsyncClient
from sqlalchemy import func, select
from typer.testing import CliRunner, Result

from app.auth.models import FailedAttempts, SignedInSession
from app.core.cli import build_cli
from app.core.settings import Settings
from app.database.base import now
from app.database.session import unit_of_work
from app.users.roles import Role
from app.wiring import FEATURES
from tests.core.fixtures import in_environment
from tests.users.people import PASSWORD, People

Run = Callable[..., Awaitable[Result]]

CREATE = ("admin", "create", "--email", "Ada@Example.com", "--username", "Ada")


@pytest.fixture
def run(
    committed: None,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    settings: list[Settings],
) -> Run:
    """Run a command on the database of the tests, and type what it reads."""
    monkeypatch.chdir(tmp_path)
    for name, text in in_environment(settings).items():
        monkeypatch.setenv(name, text)
    cli = build_cli(FEATURES)

    async def run(*arguments: str, typed: str = "") -> Result:
        return await asyncio.to_thread(CliRunner().invoke, cli, arguments, input=typed)

    return run


async def test_the_first_administrator_signs_in(run: Run, people: People) -> None:
    result = await run(*CREATE, "--password-stdin", typed=f"{PASSWORD}\n")
    assert result.exit_code == 0, result.output
    assert "ada@example.com is an administrator now." in result.output
    client = await people.client()
    answer = await client.post(
        "/api/v1/auth/login", data={"username": "ada@example.com", "password": PASSWORD}
    )
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    shown = await client.get("/api/v1/users", headers=headers)
    assert shown.json()["items"] == [IsPartialDict(username="ada", role="admin", is_active=True)]


async def test_the_password_is_asked_for_twice_and_not_shown(run: Run, people: People) -> None:
    typed = f"Grace@example.com\ngrace\n{PASSWORD}\n{PASSWORD}\n"
    result = await run("admin", "create", typed=typed)
    assert result.exit_code == 0, result.output
    assert PASSWORD not in result.output
    differing = f"{PASSWORD}\nanother good password\n{PASSWORD}\n{PASSWORD}\n"
    result = await run(*CREATE, typed=differing)
    assert result.exit_code == 0, result.output
    assert "do not match" in result.output


@pytest.mark.parametrize(
    ("options", "password", "says"),
    [
        ((), "password12345", "very common"),
        ((), "ada@example.com", "name of the account"),
        ((), "short", "12 to 128 characters"),
        (("--email", "ada"), PASSWORD, "email: "),
        (("--username", "a"), PASSWORD, "username: "),
    ],
)
async def test_what_does_not_fit_is_refused(
    run: Run, people: People, options: tuple[str, ...], password: str, says: str
) -> None:
    result = await run(*CREATE, *options, "--password-stdin", typed=f"{password}\n")
    assert result.exit_code == 1
    assert says in result.output
    assert password not in result.output.replace("ada@example.com", "")
    result = await run("admin", "promote", "ada@example.com")
    assert result.exit_code == 1


async def test_who_has_an_account_is_promoted_instead(run: Run, people: People) -> None:
    user = await people.add(username="grace", email="ada@example.com", is_active=False)
    refused = await run(*CREATE, "--password-stdin", typed=f"{PASSWORD}\n")
    assert refused.exit_code == 1
    assert "python -m app admin promote ada@example.com" in refused.output
    promoted = await run("admin", "promote", "Ada@example.com")
    assert promoted.exit_code == 0, promoted.output
    client = await people.sign_in(user)
    assert (await client.get("/api/v1/users/me")).json()["role"] == "admin"


async def test_nobody_is_not_promoted(run: Run, people: People) -> None:
    refused = await run("admin", "promote", "nobody")
    assert refused.exit_code == 1
    assert "nobody" in refused.output


async def test_a_username_that_is_taken_is_refused(run: Run, people: People) -> None:
    await people.add(username="ada", email="countess@example.com")
    refused = await run(*CREATE, "--password-stdin", typed=f"{PASSWORD}\n")
    assert refused.exit_code == 1
    assert "--username" in refused.output


async def test_what_is_over_is_cleaned_up_and_nothing_else(
    run: Run, people: People, client: AsyncClient
) -> None:
    user = await people.add()
    there, here = await people.sign_in(user), await people.sign_in(user)
    for name in ("old", "new"):
        await client.post("/api/v1/auth/login", data={"username": name, "password": "wrong"})
    moment = now() - timedelta(seconds=1)
    async with unit_of_work(people.registry) as work:
        session = await work.session.scalar(
            select(SignedInSession).order_by(SignedInSession.signed_in_at).limit(1)
        )
        attempts = await work.session.scalar(
            select(FailedAttempts).order_by(FailedAttempts.forgotten_at).limit(1)
        )
        assert session
        assert attempts
        session.expires_at = attempts.forgotten_at = moment
    result = await run("auth", "cleanup")
    assert result.exit_code == 0, result.output
    assert "Removed 2 rows." in result.output
    assert (await here.get("/api/v1/users/me")).status_code == 200
    assert (await there.get("/api/v1/users/me")).status_code == 401
    async with unit_of_work(people.registry) as work:
        assert await work.session.scalar(select(func.count(FailedAttempts.name))) == 1
        assert await work.session.scalar(select(func.count(SignedInSession.id))) == 1


async def test_a_development_database_gets_people_of_every_role_once(
    run: Run, people: People
) -> None:
    result = await run("seed")
    assert result.exit_code == 0, result.output
    found = re.search(r"added (\d+)\. Sign in as (\S+) .* with the password (\S+)", result.output)
    assert found
    added, username, password = found.groups()
    client = await people.client()
    answer = await client.post(
        "/api/v1/auth/login", data={"username": username, "password": password}
    )
    headers = {"Authorization": f"Bearer {answer.json()['access_token']}"}
    shown = (await client.get("/api/v1/users?size=100", headers=headers)).json()
    assert shown["total"] == int(added)
    assert {one["role"] for one in shown["items"]} == set(Role)
    assert {one["is_active"] for one in shown["items"]} == {True, False}

    again = await run("seed")
    assert again.exit_code == 0, again.output
    assert "all of them are there" in again.output
    shown = (await client.get("/api/v1/users", headers=headers)).json()
    assert shown["total"] == int(added)
