"""When keys were used last: known to a minute or two, and never in the way."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from fastapi import FastAPI
from httpx2 import AsyncClient
from sqlalchemy import event

from app.api_keys.last_use import LastUses
from app.database.session import Database
from tests.api_keys.making import URL, make_key, status_with


async def last_used(person: AsyncClient, made: dict[str, Any]) -> datetime | None:
    shown = (await person.get(f"{URL}/{made['id']}")).json()
    return datetime.fromisoformat(shown["last_used_at"]) if shown["last_used_at"] else None


@pytest.mark.usefixtures("committed")  # as time goes by, others read at the same time
async def test_it_is_written_at_most_once_a_minute(app: FastAPI, signed_in: AsyncClient) -> None:
    made = await make_key(signed_in)
    uses: LastUses = app.state.registry.get(LastUses)
    start = datetime.now(UTC).replace(microsecond=0)
    with time_machine.travel(start, tick=False) as clock:
        await status_with(signed_in, made["key"])
        await uses.write()
        assert await last_used(signed_in, made) == start
        clock.shift(timedelta(seconds=59))
        await status_with(signed_in, made["key"])
        await uses.write()
        assert await last_used(signed_in, made) == start
        clock.shift(timedelta(seconds=1))
        await status_with(signed_in, made["key"])
        await uses.write()
        assert await last_used(signed_in, made) == start + timedelta(minutes=1)


async def test_being_used_is_no_change_and_a_bad_key_is_no_use(
    app: FastAPI, signed_in: AsyncClient
) -> None:
    made = await make_key(signed_in)
    before = (await signed_in.get(f"{URL}/{made['id']}")).json()
    await status_with(signed_in, made["key"][:-1])
    await app.state.registry.get(LastUses).write()
    assert await last_used(signed_in, made) is None
    await status_with(signed_in, made["key"])
    await app.state.registry.get(LastUses).write()
    after = (await signed_in.get(f"{URL}/{made['id']}")).json()
    assert after["last_used_at"] is not None
    assert after["updated_at"] == before["updated_at"]


async def test_a_request_writes_nothing(app: FastAPI, signed_in: AsyncClient) -> None:
    made = await make_key(signed_in)
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    engine = app.state.registry.get(Database).engines.writing.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    await status_with(signed_in, made["key"])
    event.remove(engine, "before_cursor_execute", note)
    assert not [statement for statement in asked if statement.startswith("UPDATE")]
