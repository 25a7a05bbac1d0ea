"""What a request changes is kept as a whole, or not at all, before it is answered."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient
from sqlalchemy import event, select, text
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from app.core.application import create_app
from app.core.errors import Conflict
from app.core.events import Phase, Subscriber
from app.core.feature import Feature
from app.core.registry import Registry
from app.core.settings import CoreSettings
from app.database.feature import feature as database
from app.database.session import Database, Work, unit_of_work
from app.database.settings import DatabaseSettings
from tests.database.fixtures import emptied
from tests.database.library import Book, BookAdded, BookRepository, library

BOOKS = "/api/v1/books"

pytestmark = pytest.mark.usefixtures("committed")


async def titles(app: FastAPI) -> list[str]:
    """Return what another connection sees."""
    async with app.state.registry.get(Database).read_session() as session:
        return list(await session.scalars(select(Book.title).order_by(Book.title)))


def checked_out(app: FastAPI) -> int:
    """Return how many connections are in use."""
    engines = app.state.registry.get(Database).engines
    pools = {engine.sync_engine.pool for engine in (engines.writing, engines.reading)}
    return sum(pool.checkedout() for pool in pools)


async def test_it_is_committed_before_the_answer_is_sent(app: FastAPI) -> None:
    seen: list[list[str]] = []

    async def watched(scope: Any, receive: Any, send: Any) -> None:
        async def watch(message: Any) -> None:
            if message["type"] == "http.response.start":
                seen.append(await titles(app))
            await send(message)

        await app(scope, receive, watch)

    async with AsyncClient(
        transport=ASGITransport(watched), base_url="http://testserver"
    ) as client:
        assert (await client.post(BOOKS, json={"title": "Emma"})).status_code == 201
    assert seen == [["Emma"]]


async def test_a_commit_that_fails_is_an_error(app: FastAPI, client: AsyncClient) -> None:
    @app.post("/late")
    async def add(work: Work) -> None:
        await BookRepository(work.session).add(Book(title="Emma"))
        event.listen(work.session.sync_session, "before_commit", fail)

    def fail(_session: Any) -> None:
        raise RuntimeError

    assert (await client.post("/late")).status_code == 500
    assert await titles(app) == []


@pytest.mark.parametrize(("error", "status"), [(Conflict("No."), 409), (RuntimeError(), 500)])
async def test_an_error_rolls_back(
    app: FastAPI, client: AsyncClient, error: Exception, status: int
) -> None:
    @app.post("/failing")
    async def add(work: Work) -> None:
        await BookRepository(work.session).add(Book(title="Emma"))
        raise error

    assert (await client.post("/failing")).status_code == status
    assert await titles(app) == []
    assert checked_out(app) == 0


async def test_a_request_that_is_cancelled_rolls_back(app: FastAPI, client: AsyncClient) -> None:
    flushed = asyncio.Event()

    @app.post("/waiting")
    async def add(work: Work) -> None:
        await BookRepository(work.session).add(Book(title="Emma"))
        flushed.set()
        await asyncio.Event().wait()

    request = asyncio.create_task(client.post("/waiting"))
    await asyncio.wait_for(flushed.wait(), 10)
    request.cancel()
    with pytest.raises(asyncio.CancelledError):
        await request
    assert await titles(app) == []
    assert checked_out(app) == 0


async def test_no_connection_is_held_while_nothing_is_queried(
    app: FastAPI, client: AsyncClient
) -> None:
    @app.get("/used")
    async def used(work: Work) -> list[int]:
        before = checked_out(app)
        await work.session.execute(text("SELECT 1"))
        return [before, checked_out(app)]

    assert (await client.get("/used")).json() == [0, 1]
    assert checked_out(app) == 0


async def test_what_was_loaded_stays_readable_after_the_commit(app: FastAPI) -> None:
    async with unit_of_work(app.state.registry) as work:
        book = await BookRepository(work.session).add(Book(title="Emma"))
    assert book.title == "Emma"


async def test_a_session_that_has_ended_is_not_used_again(app: FastAPI) -> None:
    async with unit_of_work(app.state.registry) as work:
        pass
    with pytest.raises(InvalidRequestError):
        await work.session.execute(text("SELECT 1"))


async def test_related_rows_are_not_loaded_behind_ones_back(app: FastAPI) -> None:
    async with unit_of_work(app.state.registry) as work:
        await BookRepository(work.session).add(Book(title="Emma"))
    async with app.state.registry.get(Database).read_session() as session:
        book = (await session.scalars(select(Book))).one()
        with pytest.raises(InvalidRequestError, match="raise"):
            _ = book.shelf
    async with app.state.registry.get(Database).read_session() as session:
        book = (await session.scalars(select(Book).options(joinedload(Book.shelf)))).one()
        assert book.shelf is None


async def test_a_reading_session_refuses_to_write(app: FastAPI) -> None:
    async with app.state.registry.get(Database).read_session() as session:
        session.add(Book(title="Emma"))
        with pytest.raises(InvalidRequestError, match="only reads"):
            await session.flush()
    assert await titles(app) == []


async def test_each_query_of_a_reading_session_sees_what_is_there_now(app: FastAPI) -> None:
    async with app.state.registry.get(Database).read_session() as session:
        assert await BookRepository(session).count() == 0
        async with unit_of_work(app.state.registry) as work:
            await BookRepository(work.session).add(Book(title="Emma"))
        assert await BookRepository(session).count() == 1


class Listener:
    """Writes a book of its own for each that is added, and may fail at it."""

    def __init__(self, phase: Phase) -> None:
        self.phase = phase
        self.fails = False
        self.heard: list[list[str]] = []

    async def __call__(self, _event: BookAdded, registry: Registry) -> None:
        if self.fails:
            raise RuntimeError
        if self.phase is Phase.IN_TRANSACTION:
            registry.get(AsyncSession).add(Book(title="A second one"))
        else:
            async with unit_of_work(registry) as work:
                found = await work.session.scalars(select(Book.title).order_by(Book.title))
                self.heard.append(list(found))


@pytest.fixture
def listener(request: pytest.FixtureRequest) -> Listener:
    return Listener(request.param)


@pytest.fixture
async def listening(
    listener: Listener,
    core_settings: CoreSettings,
    database_settings: DatabaseSettings,
    library_tables: None,
) -> AsyncIterator[FastAPI]:
    ears = Feature(name="ears", subscribers=(Subscriber(BookAdded, listener, listener.phase),))
    app = create_app(
        (database, library, ears), settings=[core_settings, database_settings], env_file=None
    )
    async with app.router.lifespan_context(app), emptied(app.state.registry):
        yield app


async def add_book(app: FastAPI) -> int:
    async with AsyncClient(transport=ASGITransport(app), base_url="http://testserver") as client:
        return (await client.post(BOOKS, json={"title": "Emma"})).status_code


in_transaction = pytest.mark.parametrize("listener", [Phase.IN_TRANSACTION], indirect=True)
after_commit = pytest.mark.parametrize("listener", [Phase.AFTER_COMMIT], indirect=True)


@in_transaction
async def test_what_a_subscriber_writes_in_the_transaction_is_committed_with_it(
    listening: FastAPI,
) -> None:
    assert await add_book(listening) == 201
    assert await titles(listening) == ["A second one", "Emma"]


@in_transaction
async def test_a_subscriber_that_fails_in_the_transaction_rolls_it_back(
    listening: FastAPI, listener: Listener
) -> None:
    listener.fails = True
    assert await add_book(listening) == 500
    assert await titles(listening) == []


@after_commit
async def test_a_subscriber_after_the_commit_has_a_unit_of_work_of_its_own(
    listening: FastAPI, listener: Listener
) -> None:
    assert await add_book(listening) == 201
    assert listener.heard == [["Emma"]]


@after_commit
async def test_a_subscriber_that_fails_after_the_commit_changes_nothing(
    listening: FastAPI, listener: Listener
) -> None:
    listener.fails = True
    assert await add_book(listening) == 201
    assert await titles(listening) == ["Emma"]


@after_commit
async def test_after_a_rollback_nobody_hears_of_what_did_not_happen(
    listening: FastAPI, listener: Listener
) -> None:
    @listening.post("/failing")
    async def add(work: Work) -> None:
        await work.events.emit(BookAdded())
        raise Conflict("No.")

    async with AsyncClient(transport=ASGITransport(listening), base_url="http://test") as client:
        assert (await client.post("/failing")).status_code == 409
    assert listener.heard == []
