"""Starting, and being told in plain text why that is not possible."""

import asyncio
import os
import re
import subprocess
import sys

import pytest
from alembic import command
from fastapi import FastAPI
from httpx2 import AsyncClient
from pydantic import SecretStr, ValidationError

from app.core.application import create_app
from app.core.settings import CoreSettings
from app.core.startup import StartupError
from app.database.feature import feature
from app.database.server import drop_database
from app.database.settings import DatabaseSettings
from tests.core.fixtures import PROJECT
from tests.database.fixtures import alembic_config
from tests.database.place import UNREACHABLE

KIND = UNREACHABLE.partition(":")[0]
COMMANDS = """
from app.core.cli import run_cli
from app.database.feature import feature
run_cli((feature,))
"""

SHELVES = """
from sqlalchemy import text
from app.core.cli import run_cli
from app.core.feature import Feature
from app.database.feature import feature
from app.database.session import Database

async def seed(registry):
    async with registry.get(Database).read_session() as session:
        await session.execute(text("SELECT label FROM shelves"))

run_cli((feature, Feature(name="library", seed=seed)))
"""


def run(
    *arguments: str, program: str = COMMANDS, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a command of a service that is nothing but a database, or of another program."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", program, *arguments],
        cwd=PROJECT,
        env={**os.environ, "APP_ENVIRONMENT": "test", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_a_service_without_its_database_ends_with_a_sentence() -> None:
    ended = run("run", "--port", "0", DATABASE_URL=UNREACHABLE, DATABASE_STARTUP_TIMEOUT="1")
    output = ended.stdout + ended.stderr
    assert ended.returncode == 1, output
    assert "The database could not be reached within 1 seconds" in output
    assert "database_away" in output, "it says that it waits"
    assert "Traceback" not in output


def test_a_command_on_a_database_without_its_tables_ends_with_a_sentence(
    empty_database: DatabaseSettings,
) -> None:
    url = empty_database.url.get_secret_value()
    ended = run("seed", program=SHELVES, DATABASE_URL=url)
    assert ended.returncode == 1, ended.stdout + ended.stderr
    assert "`python -m alembic upgrade heads` brings it up to date." in ended.stderr
    assert "shelves" in ended.stderr
    assert "Traceback" not in ended.stdout + ended.stderr


async def test_a_start_gives_up_on_a_database_that_stays_away(
    core_settings: CoreSettings,
) -> None:
    settings = DatabaseSettings(url=SecretStr(UNREACHABLE), startup_timeout=0.1)
    app = create_app((feature,), settings=[core_settings, settings], env_file=None)
    with pytest.raises(StartupError, match=r"could not be reached within 0\.1 seconds"):
        await app.router.lifespan_context(app).__aenter__()
    await asyncio.sleep(0.1)  # for what a driver still has to tidy up


@pytest.mark.parametrize("url", ["", "nonsense", "oracle://localhost/service", f"{KIND}://"])
def test_a_url_of_the_wrong_kind_is_refused_with_the_right_one(url: str) -> None:
    with pytest.raises(ValidationError, match=re.escape(f"{KIND}://")):
        DatabaseSettings(url=SecretStr(url))


def test_the_password_is_not_shown() -> None:
    assert UNREACHABLE not in repr(DatabaseSettings(url=SecretStr(UNREACHABLE)))


async def test_a_started_service_is_ready(app: FastAPI, client: AsyncClient) -> None:
    answer = await client.get("/ready")
    assert answer.status_code == 200
    assert [check["name"] for check in answer.json()["checks"]] == ["database"]


def test_a_missing_database_is_created_once(empty_database: DatabaseSettings) -> None:
    url = empty_database.url.get_secret_value()
    asyncio.run(drop_database(empty_database))
    first = run("database", "create", DATABASE_URL=url)
    assert first.stdout.startswith("Created"), first.stderr
    command.upgrade(alembic_config(empty_database), "heads")
    second = run("database", "create", DATABASE_URL=url)
    assert "is there already" in second.stdout, second.stderr
