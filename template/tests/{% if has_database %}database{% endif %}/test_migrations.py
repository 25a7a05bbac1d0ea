"""The migrations lead to the models and back, and new ones find their place by themselves."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import inspect

from app.database.dialect import create_migration_engine
from app.database.settings import DatabaseSettings
from tests.core.fixtures import PROJECT
from tests.database.fixtures import alembic_config


@pytest.fixture
def migrations(empty_database: DatabaseSettings) -> Config:
    return alembic_config(empty_database)


def tables(settings: DatabaseSettings) -> set[str]:
    """Return the names of the tables of a database."""

    async def look() -> set[str]:
        engine = create_migration_engine(settings)
        async with engine.connect() as connection:
            return set(await connection.run_sync(lambda sync: inspect(sync).get_table_names()))

    return asyncio.run(look())


def test_they_lead_to_the_models(migrations: Config) -> None:
    command.upgrade(migrations, "heads")
    command.check(migrations)


def test_they_lead_back(migrations: Config, empty_database: DatabaseSettings) -> None:
    command.upgrade(migrations, "heads")
    command.downgrade(migrations, "base")
    assert tables(empty_database) <= {"alembic_version"}
    command.upgrade(migrations, "heads")
    command.check(migrations)


COMMANDS = """
import sys
from alembic.config import main
for command in sys.argv[1:]:
    main(command.split())
"""


class Checkout:
    """A copy of this project, to which an owner adds something."""

    def __init__(self, folder: Path, settings: DatabaseSettings) -> None:
        self.folder = folder
        self._url = settings.url.get_secret_value()
        for name in ("app", "migrations"):
            shutil.copytree(
                PROJECT / name, folder / name, ignore=shutil.ignore_patterns("__pycache__")
            )
        shutil.copy(PROJECT / "pyproject.toml", folder)

    def add_models(self, module: str, *lines: str) -> None:
        """Write a module with models, and let the service know it."""
        path = self.folder / "app" / module / "models.py"
        path.parent.mkdir(exist_ok=True)
        head = (
            "from uuid import UUID",
            "from sqlalchemy import ForeignKey, String",
            "from sqlalchemy.orm import Mapped, mapped_column",
            "from app.database.base import Entity",
        )
        path.write_text("\n".join((*head, *lines, "")))
        wiring = self.folder / "app" / "wiring.py"
        imported = f"import app.{module}.models\n"
        if imported not in wiring.read_text():
            wiring.write_text(wiring.read_text() + imported)

    def add_branch(self, module: str) -> None:
        """Give a module a branch of revisions of its own."""
        project = self.folder / "pyproject.toml"
        last = '    "%(here)s/migrations",\n'
        branch = f'    "%(here)s/app/{module}/migrations",\n'
        project.write_text(project.read_text().replace(last, last + branch))

    def start(self, *commands: str) -> subprocess.Popen[str]:
        """Start a process that does what these command lines of Alembic say."""
        return subprocess.Popen(
            [sys.executable, "-W", "error", "-c", COMMANDS, *commands],
            cwd=self.folder,
            env={**os.environ, "DATABASE_URL": self._url},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *commands: str) -> str:
        """Do what these command lines of Alembic say, and return what it said."""
        process = self.start(*commands)
        output, _ = process.communicate(timeout=60)
        assert process.returncode == 0, output
        return output

    def revisions(self) -> ScriptDirectory:
        """Return all revisions, as Alembic reads them."""
        return ScriptDirectory.from_config(Config(toml_file=self.folder / "pyproject.toml"))


@pytest.fixture
def checkout(tmp_path: Path, empty_database: DatabaseSettings) -> Checkout:
    return Checkout(tmp_path / "checkout", empty_database)


PARCELS = (
    "class CheckoutParcel(Entity):",
    "    __tablename__ = 'checkout_parcels'",
    "    note: Mapped[str] = mapped_column(String(20))",
)
SHELVES = (
    "class CheckoutShelf(Entity):",
    "    __tablename__ = 'checkout_shelves'",
    "    label: Mapped[str] = mapped_column(String(20), unique=True)",
)
SHELF_OF_PARCEL = (
    "    shelf_id: Mapped[UUID | None] = mapped_column(ForeignKey('checkout_shelves.id'))",
)


def test_new_ones_go_to_the_owners_branch(checkout: Checkout) -> None:
    revisions = checkout.revisions()
    heads = set(revisions.get_heads())
    owned = {head for head in heads if "main" in revisions.get_revision(head).branch_labels}
    checkout.add_models("checkout_parcels", *PARCELS)
    output = checkout.run(
        "upgrade heads",
        "revision --autogenerate -m checkout_parcels",
        "upgrade heads --sql",
        "upgrade heads",
    )
    assert "CREATE TABLE checkout_parcels" in output
    (file,) = (checkout.folder / "migrations").glob("*_checkout_parcels.py")
    assert re.fullmatch(r"\d{4}(_\d\d){2}_\d{4}_checkout_parcels", file.stem)
    first = checkout.revisions().get_revision("main@head")
    assert first.branch_labels == {"main"}
    assert {first.down_revision} - {None} == owned
    assert first.dependencies is None

    # A feature that comes later brings a branch of its own.
    checkout.add_models("checkout_shelves", *SHELVES)
    checkout.add_branch("checkout_shelves")
    checkout.run(
        "revision --autogenerate -m shelves --rev-id=checkout_shelves_0001 --head=base "
        "--branch-label=checkout_shelves --version-path=app/checkout_shelves/migrations",
        "upgrade heads",
    )
    checkout.add_models("checkout_parcels", *PARCELS, *SHELF_OF_PARCEL)
    output = checkout.run(
        "revision --autogenerate -m place",
        "upgrade heads",
        "check",
        "revision -m data",
        "downgrade base",
        "upgrade heads",
    )
    assert "No new upgrade operations" in output
    data = checkout.revisions().get_revision("main@head")
    place = checkout.revisions().get_revision(str(data.down_revision))
    assert place.down_revision == first.revision
    assert place.dependencies == "checkout_shelves_0001"
    assert set(checkout.revisions().get_heads()) == {
        *(heads - owned),
        "checkout_shelves_0001",
        data.revision,
    }
    lint = [sys.executable, "-m", "ruff", "check", "--quiet", "migrations"]
    subprocess.run(lint, cwd=checkout.folder, check=True)


def test_two_processes_do_not_migrate_at_once(
    checkout: Checkout, empty_database: DatabaseSettings
) -> None:
    checkout.add_models("checkout_parcels", *PARCELS)
    checkout.run("upgrade heads", "revision --autogenerate -m checkout_parcels")
    processes = [checkout.start("upgrade heads") for _ in range(2)]
    outputs = [process.communicate(timeout=60)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0], outputs
    assert sum("Running upgrade" in output for output in outputs) == 1, outputs
    assert "checkout_parcels" in tables(empty_database)
