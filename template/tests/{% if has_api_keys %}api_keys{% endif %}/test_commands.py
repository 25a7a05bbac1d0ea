"""The commands of an operator."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from httpx2 import AsyncClient
from typer.testing import CliRunner, Result

from app.core.cli import build_cli
from app.core.settings import Settings
from app.wiring import FEATURES
from tests.api_keys.making import CALLER, READ, URL, make_key, status_with
from tests.api_keys.owner import name_of_owner
from tests.core.fixtures import in_environment

Run = Callable[..., Awaitable[Result]]


@pytest.fixture
def run(
    committed: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: list[Settings]
) -> Run:
    """Run a command on the database of the tests."""
    monkeypatch.chdir(tmp_path)
    for name, text in in_environment(settings).items():
        monkeypatch.setenv(name, text)
    cli = build_cli(FEATURES)

    async def run(*arguments: str) -> Result:
        return await asyncio.to_thread(CliRunner().invoke, cli, ("api-keys", *arguments))

    return run


async def test_an_operator_makes_a_key_for_somebody(run: Run, signed_in: AsyncClient) -> None:
    owner = await name_of_owner(signed_in)
    made = await run("create", owner, "export", "--scope", READ, "--days", "30")
    assert made.exit_code == 0, made.output
    key = made.stdout.splitlines()[-1]
    caller = (await signed_in.get(CALLER, headers={"X-API-Key": key})).json()
    assert (caller["via"], caller["scopes"]) == ("api_key", [READ])


async def test_an_operator_gives_a_key_a_new_secret(run: Run, signed_in: AsyncClient) -> None:
    made = await make_key(signed_in)
    rotated = await run("rotate", made["id"], "--overlap-hours", "0")
    assert rotated.exit_code == 0, rotated.output
    assert await status_with(signed_in, made["key"]) == 401
    assert await status_with(signed_in, rotated.stdout.splitlines()[-1]) == 200


@pytest.mark.parametrize("known_by", ["id", "key"])
async def test_an_operator_revokes_a_key(run: Run, signed_in: AsyncClient, known_by: str) -> None:
    made = await make_key(signed_in)
    revoked = await run("revoke", made[known_by])
    assert revoked.exit_code == 0, revoked.output
    assert await status_with(signed_in, made["key"]) == 401
    assert (await signed_in.get(URL)).json()["items"] == []


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("create", "{}", "export", "--scope", "no:such"), "There is no scope no:such."),
        (("create", "{}", "export", "--scope", READ, "--network", "x"), "networks: "),
        (("create", "{}", "export", "--scope", READ, "--days", "9999"), "at most 365 days"),
        (("revoke", "nothing"), "neither the id of a key nor a key"),
        (("revoke", "0199d2a4-7c3e-7b52-9a44-3f0a5f2d9c11"), "not found"),
    ],
)
async def test_what_is_refused_is_said_why(
    run: Run, signed_in: AsyncClient, arguments: tuple[str, ...], reason: str
) -> None:
    owner = await name_of_owner(signed_in)
    result = await run(*(argument.format(owner) for argument in arguments))
    assert result.exit_code == 1
    assert reason in result.output
