"""Sessions, and the unit of work: everything that a request changes, or nothing of it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy import event
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import ORMExecuteState, Session, raiseload
from starlette.requests import HTTPConnection

from app.core.events import Events, Subscribers
from app.core.registry import Registry
from app.database.engines import Engines

RAISE = raiseload("*")


class StrictSession(Session):
    """Loads related rows only where a query says so (`selectinload`, `joinedload`).

    Otherwise each row of a list could silently take a query of its own.
    """


class ReadingSession(StrictSession):
    """Refuses to write: each statement would be committed by itself, at once."""


@event.listens_for(StrictSession, "do_orm_execute")
def _forbid_lazy_loads(execution: ORMExecuteState) -> None:
    mapper = execution.bind_mapper
    if execution.is_select and mapper and mapper.relationships:
        execution.statement = execution.statement.options(RAISE)


@event.listens_for(ReadingSession, "before_flush")
def _refuse_to_write(session: Session, *_: Any) -> None:
    if session.new or session.dirty or session.deleted:
        raise InvalidRequestError("This session only reads. Take a unit of work to write.")


class Database:
    """The database of one application.

    A session takes a connection at its first query and gives it back when it ends.
    What it loaded stays readable after that.
    """

    def __init__(self, engines: Engines) -> None:
        self.engines = engines
        self.session = async_sessionmaker(
            engines.writing,
            sync_session_class=StrictSession,
            expire_on_commit=False,
            close_resets_only=False,
        )
        self.read_session = async_sessionmaker(
            engines.reading,
            sync_session_class=ReadingSession,
            expire_on_commit=False,
            close_resets_only=False,
        )

    async def dispose(self) -> None:
        """Close every connection."""
        await self.engines.writing.dispose()
        await self.engines.reading.dispose()


@dataclass(frozen=True, slots=True)
class UnitOfWork:
    """What is changed and what is told of it, together or not at all.

    Services flush and emit; they never commit.
    """

    session: AsyncSession
    events: Events


@asynccontextmanager
async def unit_of_work(registry: Registry) -> AsyncIterator[UnitOfWork]:
    """Open a unit of work: it commits at the end, and rolls back on any error.

    In a request, `Work` does this. Use it directly in commands and in subscribers that
    run after a commit. Never open one within another: the inner one would wait for
    what the outer one has locked.
    """
    unit = registry.child()
    events = unit.add(registry.get(Subscribers).unit(unit))
    async with registry.get(Database).session() as session:
        unit.add(session, AsyncSession)
        yield UnitOfWork(session, events)
        await session.commit()
    # The connection is back in the pool, so that a subscriber can have it.
    await events.committed()


UNIT_OF_WORK = "app.unit_of_work"
"""Where a middleware puts a function to use for a request in place of `unit_of_work`."""


async def get_work(connection: HTTPConnection) -> AsyncIterator[UnitOfWork]:
    """Open the unit of work of a request."""
    open_unit = connection.scope.get(UNIT_OF_WORK, unit_of_work)
    async with open_unit(connection.app.state.registry) as work:
        yield work


async def get_read_session(connection: HTTPConnection) -> AsyncIterator[AsyncSession]:
    """Open a session for reading, without a transaction: each query stands for itself."""
    async with connection.app.state.registry.get(Database).read_session() as session:
        yield session


# The scope makes the commit happen before the response is sent: a failed one is an error
# to the caller, and whoever was answered can read what was written.
Work = Annotated[UnitOfWork, Depends(get_work, scope="function")]
ReadSession = Annotated[AsyncSession, Depends(get_read_session, scope="function")]
