"""The audit log is read by who may: filtered, page by page, the newest first."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from app.audit.models import AuditEntry, Outcome
from app.database.session import unit_of_work
from tests.audit.archive import AUDIT, calling, entries

NOON = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.fixture
async def past(archive_app: FastAPI) -> None:
    """What was done an hour apart, named 1 to 4 from the first to the last."""
    happened = [
        {"actor": "ann", "action": "order.paid", "object_type": "order", "object_id": "1"},
        {"actor": "bob", "action": "order.paid", "object_type": "order", "object_id": "2"},
        {"actor": "bob", "action": "order.lost", "object_type": "order", "object_id": "1"},
        {"actor": "ann", "action": "user.signed_in", "object_type": "user", "object_id": "1"},
    ]
    async with unit_of_work(archive_app.state.registry) as work:
        for hours, (name, fields) in enumerate(zip("1234", happened, strict=True)):
            entry = AuditEntry(
                **fields,
                at=NOON + timedelta(hours=hours),
                via="name",
                outcome=Outcome.FAILURE if name == "3" else Outcome.SUCCESS,
                request_id=f"request-{name}",
                details={"name": name},
            )
            work.session.add(entry)


def names(found: list[dict[str, Any]]) -> str:
    """Return which entries were found, in their order."""
    return "".join(entry["details"]["name"] for entry in found)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, "4321"),
        ({"sort": "at"}, "1234"),
        ({"actor": "ann"}, "41"),
        ({"action": "order.paid"}, "21"),
        ({"object_type": "order"}, "321"),
        ({"object_id": "1"}, "431"),
        ({"object_type": "order", "object_id": "1"}, "31"),
        ({"outcome": "failure"}, "3"),
        ({"request_id": "request-2"}, "2"),
        ({"after": "2026-01-31T13:00:00Z"}, "432"),
        ({"before": "2026-01-31T13:00:00+00:00"}, "21"),
        ({"after": "2026-01-31T14:30:00+01:00", "before": "2026-01-31T14:00:00Z"}, "3"),
        ({"actor": "ann", "action": "order.paid"}, "1"),
        ({"actor": "nobody"}, ""),
    ],
)
async def test_it_is_filtered(
    past: None, auditor: AsyncClient, query: dict[str, str], expected: str
) -> None:
    assert names(await entries(auditor, **query)) == expected


async def test_it_is_read_with_a_cursor_that_new_entries_do_not_disturb(
    past: None, archive_app: FastAPI, auditor: AsyncClient
) -> None:
    read, query = "", {"size": "3"}
    while True:
        answer = (await auditor.get(AUDIT, params=query)).json()
        read += names(answer["items"])
        if not answer["has_next"]:
            break
        query["cursor"] = answer["next_cursor"]
        async with unit_of_work(archive_app.state.registry) as work:
            late = {"actor": "ann", "via": "name", "action": "late", "outcome": Outcome.SUCCESS}
            work.session.add(AuditEntry(**late, details={"name": "5"}))
    assert read == "4321"


async def test_an_entry_is_read_by_its_id(past: None, auditor: AsyncClient) -> None:
    newest, *_ = await entries(auditor)
    assert (await auditor.get(f"{AUDIT}/{newest['id']}")).json() == newest
    assert (await auditor.get(f"{AUDIT}/{uuid4()}")).status_code == 404


async def test_only_what_was_asked_for_is_shown(past: None, auditor: AsyncClient) -> None:
    assert await entries(auditor, fields="actor,action", size=1) == [
        {"actor": "ann", "action": "user.signed_in"}
    ]


@pytest.mark.parametrize(
    "query", [{"sort": "actor"}, {"outcome": "unknown"}, {"after": "yesterday"}, {"who": "ann"}]
)
async def test_what_it_does_not_know_is_refused(
    auditor: AsyncClient, query: dict[str, str]
) -> None:
    assert (await auditor.get(AUDIT, params=query)).status_code == 422


async def test_only_those_who_may_read_it(archive_app: FastAPI, ann: AsyncClient) -> None:
    for url in (AUDIT, f"{AUDIT}/{uuid4()}"):
        async with calling(archive_app) as stranger:
            assert (await stranger.get(url)).status_code == 401
        assert (await ann.get(url)).status_code == 403
