"""No statement runs for ever."""

import time

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from sqlalchemy import text

from app.database.session import ReadSession, Work
from tests.database.place import SLOW


@pytest.fixture
def changed_settings() -> dict[str, object]:
    return {"statement_timeout": 0.3}


@pytest.mark.usefixtures("committed")
@pytest.mark.parametrize("path", ["/reading", "/writing"])
async def test_a_statement_that_takes_too_long_is_503(
    app: FastAPI, client: AsyncClient, path: str
) -> None:
    @app.get("/reading")
    async def read(session: ReadSession) -> None:
        await session.execute(text(SLOW))

    @app.get("/writing")
    async def write(work: Work) -> None:
        await work.session.execute(text(SLOW))

    began = time.monotonic()
    answer = await client.get(path)
    assert (answer.status_code, answer.json()["code"]) == (503, "database_busy")
    assert time.monotonic() - began < 20
    assert (await client.get("/api/v1/books")).status_code == 200
