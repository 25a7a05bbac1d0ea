"""What is written down stays as it is: the service refuses a change, and so does the database."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from sqlalchemy import delete, text, update
from sqlalchemy.exc import DBAPIError, InvalidRequestError
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.models import AuditEntry
from app.database.session import Database, unit_of_work
from tests.audit.archive import AUDIT, DOCUMENTS, entries


async def change(session: AsyncSession, entry: AuditEntry) -> None:
    entry.actor = "nobody"
    await session.flush()


async def delete_one(session: AsyncSession, entry: AuditEntry) -> None:
    await session.delete(entry)
    await session.flush()


async def change_all(session: AsyncSession, _entry: AuditEntry) -> None:
    await session.execute(update(AuditEntry).values(actor="nobody"))


async def delete_all(session: AsyncSession, _entry: AuditEntry) -> None:
    await session.execute(delete(AuditEntry))


@pytest.mark.parametrize("attempt", [change, delete_one, change_all, delete_all])
async def test_code_of_the_service_cannot_change_it(
    archive_app: FastAPI,
    ann: AsyncClient,
    auditor: AsyncClient,
    attempt: Callable[[AsyncSession, AuditEntry], Awaitable[Any]],
) -> None:
    await ann.post(f"{DOCUMENTS}/Emma", json={})
    before = await entries(auditor)

    async def try_it() -> None:
        async with unit_of_work(archive_app.state.registry) as work:
            entry = await work.session.get_one(AuditEntry, UUID(before[0]["id"]))
            await attempt(work.session, entry)

    with pytest.raises(InvalidRequestError, match="append-only"):
        await try_it()
    assert await entries(auditor) == before


async def test_nor_can_sql(archive_app: FastAPI, ann: AsyncClient, auditor: AsyncClient) -> None:
    await ann.post(f"{DOCUMENTS}/Emma", json={})
    before = await entries(auditor)
    engine = archive_app.state.registry.get(Database).engines.writing
    with pytest.raises(DBAPIError, match="audit_entries is append-only"):
        async with engine.begin() as connection:
            await connection.execute(text("UPDATE audit_entries SET actor = 'nobody'"))
    assert await entries(auditor) == before


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
async def test_nor_can_a_request(ann: AsyncClient, auditor: AsyncClient, method: str) -> None:
    await ann.post(f"{DOCUMENTS}/Emma", json={})
    before = await entries(auditor)
    for url in (AUDIT, f"{AUDIT}/{before[0]['id']}"):
        assert (await auditor.request(method, url, json={})).status_code == 405
    assert await entries(auditor) == before
