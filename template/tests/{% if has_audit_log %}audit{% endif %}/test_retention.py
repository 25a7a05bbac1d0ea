"""Old entries are deleted when the owner says so, and that is written down as well."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from fastapi import FastAPI
from typer.testing import CliRunner

from app.audit.feature import feature as audit
from app.audit.models import AuditEntry, Outcome
from app.audit.settings import AuditSettings
from app.core.cli import build_cli
from app.core.configuration import ConfigurationError, load_settings
from app.core.registry import Registry
from app.core.settings import Settings
from app.database import pruning
from app.database.base import now
from app.database.feature import feature as database
from app.database.session import unit_of_work
from tests.audit.archive import recorded
from tests.core.fixtures import in_environment

Prune = Callable[[], Awaitable[str]]


@pytest.fixture
def prune(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, archive_settings: list[Settings]
) -> Prune:
    """Run the command, and return the last thing that it says."""
    monkeypatch.chdir(tmp_path)
    for name, text in in_environment(archive_settings).items():
        monkeypatch.setenv(name, text)
    cli = build_cli((database, audit))

    async def run() -> str:
        result = await asyncio.to_thread(CliRunner().invoke, cli, ("audit", "prune"))
        assert result.exit_code == 0, result.output
        return result.output.splitlines()[-1]

    return run


async def add(app: FastAPI, *ages: float) -> None:
    """Write entries that are so many days old."""
    async with unit_of_work(app.state.registry) as work:
        for age in ages:
            entry = AuditEntry(
                at=now() - timedelta(days=age),
                actor="ann",
                via="name",
                action=f"{age:g} days ago",
                outcome=Outcome.SUCCESS,
                details={},
            )
            work.session.add(entry)


async def actions(app: FastAPI) -> list[str]:
    """Return what is still known to have been done."""
    return [entry.action for entry in await recorded(app)]


async def test_entries_of_a_year_are_kept(archive_app: FastAPI, prune: Prune) -> None:
    await add(archive_app, 1000, 365.1, 364.9, 1)
    assert await prune() == "Deleted 2 entries."
    assert await actions(archive_app) == ["364.9 days ago", "1 days ago", "audit.pruned"]
    (pruned,) = await recorded(archive_app, action="audit.pruned")
    assert (pruned.actor, pruned.details["deleted"]) == ("system", 2)
    assert await prune() == "Deleted 0 entries."
    assert len(await actions(archive_app)) == 3


async def test_or_for_as_long_as_the_setting_says(
    archive_app: FastAPI, prune: Prune, monkeypatch: pytest.MonkeyPatch
) -> None:
    await add(archive_app, 40000, 8, 6)
    monkeypatch.setenv("AUDIT_RETENTION_DAYS", "0")
    assert await prune() == "Deleted 0 entries."
    monkeypatch.setenv("AUDIT_RETENTION_DAYS", "7")
    assert await prune() == "Deleted 2 entries."
    assert await actions(archive_app) == ["6 days ago", "audit.pruned"]


async def test_many_are_deleted_a_few_at_a_time(
    archive_app: FastAPI, prune: Prune, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pruning, "BATCH", 2)
    await add(archive_app, *range(500, 505), 1)
    assert await prune() == "Deleted 5 entries."
    assert await actions(archive_app) == ["1 days ago", "audit.pruned"]


def test_a_time_that_makes_no_sense_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUDIT_RETENTION_DAYS", "-1")
    with pytest.raises(ConfigurationError, match="AUDIT_RETENTION_DAYS"):
        load_settings([AuditSettings], [], Registry(), None)
