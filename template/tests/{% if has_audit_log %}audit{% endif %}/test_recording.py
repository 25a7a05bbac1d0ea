"""What is done is written down with it: both are kept, or neither."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import pytest
from dirty_equals import IsDatetime, IsPartialDict, IsStr
from fastapi import FastAPI
from httpx2 import AsyncClient
from sqlalchemy import text

from app.audit.recording import LARGEST, record
from app.core.settings import CoreSettings, Settings
from app.database.session import Database, unit_of_work
from tests.audit.archive import (
    ADDRESS,
    DOCUMENTS,
    archive,
    callers,
    calling,
    entries,
    recorded,
    titles,
)


async def test_an_entry_says_who_did_what_to_what_when_from_where_with_which_request(
    ann: AsyncClient, auditor: AsyncClient
) -> None:
    answer = await ann.post(
        f"{DOCUMENTS}/Emma", json={"pages": 474}, headers={"X-Request-ID": "request-0001"}
    )
    (entry,) = await entries(auditor)
    assert entry == {
        "id": IsStr(regex=r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f-]{21}"),
        "at": IsDatetime(approx=datetime.now(UTC), delta=300, iso_string=True),
        "actor": "ann",
        "via": "name",
        "agent": None,
        "action": "document.added",
        "outcome": "success",
        "object_type": "document",
        "object_id": answer.json(),
        "address": ADDRESS,
        "request_id": "request-0001",
        "details": {"pages": 474},
    }


async def test_a_request_without_an_id_is_found_by_the_one_that_it_was_given(
    ann: AsyncClient, auditor: AsyncClient
) -> None:
    answer = await ann.post(f"{DOCUMENTS}/Emma", json={})
    (entry,) = await entries(auditor)
    assert entry["request_id"] == answer.headers["X-Request-ID"]


async def test_whom_nobody_knows_is_anonymous(archive_app: FastAPI, auditor: AsyncClient) -> None:
    async with calling(archive_app) as stranger:
        await stranger.post(f"{DOCUMENTS}/Emma", json={})
    assert await entries(auditor) == [IsPartialDict(actor="anonymous", address=ADDRESS)]


async def test_behind_proxies_the_address_is_that_of_the_caller(
    core_settings: CoreSettings, archive_settings: list[Settings]
) -> None:
    proxied = core_settings.model_copy(update={"trusted_proxies": 1})
    headers = {"X-Forwarded-For": "198.51.100.1, 2001:db8::9"}
    async with (
        archive([proxied, *archive_settings[1:]], callers) as app,
        calling(app, **headers) as client,
    ):
        await client.post(f"{DOCUMENTS}/Emma", json={})
        (entry,) = await recorded(app)
    assert entry.address == "2001:db8::9"


async def test_what_no_request_asked_for_is_done_by_the_system(
    archive_app: FastAPI, auditor: AsyncClient
) -> None:
    async with unit_of_work(archive_app.state.registry) as work:
        await record(work.session, "document.sorted")
    (entry,) = await entries(auditor)
    assert entry == IsPartialDict(
        actor="system",
        via="command",
        object_type=None,
        object_id=None,
        address=None,
        request_id=None,
        details={},
    )


async def test_a_change_that_is_rolled_back_takes_its_entry_along(
    archive_app: FastAPI, ann: AsyncClient, auditor: AsyncClient
) -> None:
    assert (await ann.post(f"{DOCUMENTS}/Refused", json={})).status_code == 409
    assert await titles(archive_app) == []
    assert await entries(auditor) == []


@pytest.fixture
async def broken_log(archive_app: FastAPI) -> AsyncIterator[None]:
    """Have no table to write the audit log to."""
    rename = "ALTER TABLE audit_entries{} RENAME TO audit_entries{}"
    engine = archive_app.state.registry.get(Database).engines.writing
    async with engine.begin() as connection:
        await connection.execute(text(rename.format("", "_away")))
    yield
    async with engine.begin() as connection:
        await connection.execute(text(rename.format("_away", "")))


async def test_what_cannot_be_written_down_is_not_done(
    archive_app: FastAPI, ann: AsyncClient, broken_log: None
) -> None:
    assert (await ann.post(f"{DOCUMENTS}/Emma", json={})).status_code == 500
    assert await titles(archive_app) == []


async def test_a_session_that_only_reads_refuses_instead_of_losing_the_entry(
    ann: AsyncClient, auditor: AsyncClient
) -> None:
    assert (await ann.get(f"{DOCUMENTS}/export")).status_code == 500
    assert await entries(auditor) == []


async def test_no_secret_is_written_down(ann: AsyncClient, auditor: AsyncClient) -> None:
    details: dict[str, Any] = {
        "password": "seven purple lanterns",
        "nested": {"api_key": "key-4711", "kept": True},
        "note": "called with token=abc123",
    }
    await ann.post(f"{DOCUMENTS}/Emma", json=details)
    (entry,) = await entries(auditor)
    assert entry["details"] == {
        "password": "[redacted]",
        "nested": {"api_key": "[redacted]", "kept": True},
        "note": "called with token=[redacted]",
    }


async def test_details_that_are_too_large_are_left_out(
    ann: AsyncClient, auditor: AsyncClient
) -> None:
    for length in (LARGEST - 20, LARGEST):
        assert (await ann.post(f"{DOCUMENTS}/{length}", json={"note": "x" * length})).is_success
    large, fitting = await entries(auditor)
    assert large["details"] == {"left_out": f"{LARGEST + 11} bytes"}
    assert len(fitting["details"]["note"]) == LARGEST - 20
