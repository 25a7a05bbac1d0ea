"""A service takes the next version and other answers, and nothing of its owner's is lost."""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests import owner
from tests.generate import Answers, TemplateRepository, recorded, update
from tests.matrix.rows import VARIABLE
from tests.matrix.space import describe
from tests.service import Service, generated
from tests.services import SERVERS
from tests.variants import chosen

pytestmark = pytest.mark.live

ADD_AN_ORDER = """
import asyncio
from app.core.application import create_app
from app.database.session import unit_of_work
from app.orders.models import Order, OrderStatus
from app.wiring import FEATURES

async def main():
    app = create_app(FEATURES)
    async with app.router.lifespan_context(app):
        async with unit_of_work(app.state.registry) as work:
            work.session.add(Order(
                name="First", description=None, status=OrderStatus.DRAFT, quantity=1, owner="ada",
                note="Ring twice.",
            ))

asyncio.run(main())
"""


@dataclass(frozen=True)
class Change:
    """What a service starts with, and what its owner answers later."""

    first: Answers
    then: Answers
    downgrades: tuple[str, ...] = ()
    """Where the README says to take the database first."""

    def __str__(self) -> str:
        return f"{describe(self.first)} > {describe(self.then)}"


CHANGES = [
    Change({"database": "postgresql", "example": True}, {"example": False}, ("items@base",)),
    Change({"database": "mysql", "auth": "none", "example": False}, {"auth": "jwt"}),
    Change({"database": "sqlite", "example": False}, {"example": True}),
]
if os.environ.get(VARIABLE) == "triples":
    CHANGES += [
        Change({"example": False}, {"auth": "none"}, ("auth@base", "users@base")),
        Change({"example": False}, {"database": "postgresql"}),
        Change({"example": False}, {"database": "mysql"}),
    ]


@pytest.fixture(params=CHANGES, ids=str)
def change(request: pytest.FixtureRequest) -> Change:
    """What the owner answers at first, and later."""
    found: Change = request.param
    return found


@pytest.fixture
def run(change: Change, testrun_uid: str) -> str:
    """What stands in the names of databases."""
    return f"owned_{CHANGES.index(change)}_{testrun_uid[:8]}"


@pytest.fixture
def owned(
    change: Change, run: str, releases: TemplateRepository, tmp_path: Path
) -> Iterator[Service]:
    """A service of version 0.1.0 with its owner's work, committed, and data in its database."""
    answers = {"project_slug": run.replace("_", "-"), **change.first}
    with generated(releases.root, tmp_path / "service", answers, run) as service:
        work_as_its_owner(service)
        yield service


def work_as_its_owner(service: Service) -> None:
    """Add a module, a migration, a dependency, settings, a target, prose, and rows."""
    service.make("module", "name=orders")
    models = service.root / "app" / "orders" / "models.py"
    line = "    owner: Mapped[str] = mapped_column(String(255))\n"
    note = "    note: Mapped[str | None] = mapped_column(String(200))\n"
    assert line in models.read_text()
    models.write_text(models.read_text().replace(line, line + note))
    service.app("database", "create")
    service.make("migrate")
    service.make("migration", "m=add a note to orders")
    service.make("migrate")
    service.run("uv", "add", "--quiet", "packaging>=24")
    owner.edit(service.root)
    service.make("setup")
    if chosen(service.answers)["has_users"]:
        service.make("seed")
    service.run(".venv/bin/python", "-c", ADD_AN_ORDER)
    owner.commit(service.root, "Keep orders")


def release_the_next_version(template: TemplateRepository) -> None:
    """Change code, dependencies, settings and prose next to what owners add."""

    def insert(name: str, before: str, text: str) -> None:
        path = template.root / "template" / name
        assert before in path.read_text(), name
        path.write_text(path.read_text().replace(before, text + before, 1))

    insert(
        "app/core/errors.py",
        "class BadRequest(Problem):",
        'class Gone(Problem):\n    """It was here once."""\n\n    status = HTTPStatus.GONE\n'
        '    code = "gone"\n\n\n',
    )
    insert("README.md.jinja", "## What is in it", "It is better than before.\n\n")
    insert("pyproject.toml.jinja", "    # your own: `uv add <", '    "idna>=3.10,<4",\n')
    insert(".env.example.jinja", "\n# --- Your own settings", "# Something new to know.\n")
    template.release("0.2.0")


def assert_its_checks_pass(service: Service) -> None:
    """Prepared, linted, typed, migrated without drift, tested."""
    service.make("setup")
    service.make("lint")
    service.make("types")
    service.app("database", "create")
    service.make("migrate")
    service.run(".venv/bin/python", "-m", "alembic", "check")
    service.test()


def rows(service: Service) -> dict[str, int]:
    """Count the rows of the tables that the service has filled."""
    names = ["orders", "users"] if chosen(service.answers)["has_users"] else ["orders"]
    return {name: count(service, f"SELECT count(*) FROM {name}") for name in names}


def count(service: Service, statement: str) -> int:
    """Return what a statement counts in the database of a service."""
    server = SERVERS.get(str(chosen(service.answers)["database"]))
    if server:
        name = service.variables["DATABASE_URL"].rpartition("/")[2]
        return int(server.query(name, statement)[0])
    path = service.root / f"{service.answers['project_slug']}.db"
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute(statement).fetchone()[0])


def test_an_owner_takes_the_next_version_and_another_answer(
    owned: Service, releases: TemplateRepository, change: Change, run: str
) -> None:
    """Without a conflict; checks pass, and the data is carried along."""
    theirs = owner.files_of_the_owner(owned.root)
    assert theirs
    before = rows(owned)
    assert all(before.values())

    release_the_next_version(releases)
    update(owned.root)
    assert recorded(owned.root)["_commit"] == "v0.2.0"
    owner.assert_merged(owned.root)
    owner.assert_nothing_is_lost(owned.root, theirs)
    assert "class Gone(Problem)" in (owned.root / "app/core/errors.py").read_text()
    assert "It is better than before." in (owned.root / "README.md").read_text()
    owned.make("setup")
    owned.make("migrate")
    owner.commit(owned.root, "Take version 0.2.0")

    for place in change.downgrades:
        owned.make("downgrade", f"to={place}")
    update(owned.root, change.then, same_version=True)
    assert recorded(owned.root)["_commit"] == "v0.2.0"
    assert change.then.items() <= recorded(owned.root).items()
    owner.assert_merged(owned.root)
    owner.assert_nothing_is_lost(owned.root, theirs)

    owned.answers = {**owned.answers, **change.then}
    owned.reach_its_servers(run)
    assert_its_checks_pass(owned)
    if "database" not in change.then:  # no row moves to another server by itself
        after = rows(owned)
        assert after.keys() & before.keys()
        assert all(after[name] == before[name] for name in after.keys() & before.keys())
