"""A small service that writes its audit log by hand, and the people who call it."""

from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI
from fastapi.security.base import SecurityBase
from httpx2 import ASGITransport, AsyncClient
from sqlalchemy import select
from starlette.requests import HTTPConnection

from app.audit.feature import feature as audit
from app.audit.models import AuditEntry
from app.audit.recording import record
from app.core.access import Principal, get_caller
from app.core.application import create_app
from app.core.errors import Conflict
from app.core.feature import Feature, RouterMount
from app.core.registry import Registry
from app.core.settings import Settings
from app.database.feature import feature as database
from app.database.session import Database, ReadSession, Work
from tests.database.fixtures import emptied
from tests.database.library import Book, BookRepository

AUDIT = "/api/v1/audit"
DOCUMENTS = "/api/v1/documents"
ADDRESS = "192.0.2.7"


class Name:
    """Takes callers for whom they say they are; one of them may read the audit log."""

    name = "name"
    scheme: SecurityBase | None = None
    challenge: str | None = None

    async def __call__(self, connection: HTTPConnection, registry: Registry) -> Principal | None:
        caller = connection.headers.get("X-Caller")
        scopes = frozenset({"audit:read"} if caller == "auditor" else ())
        return Principal(subject=caller, via=self.name, scopes=scopes) if caller else None


router = APIRouter(prefix="/documents")


@router.post("/{title}")
async def add(
    title: str,
    details: dict[str, Any],
    _caller: Annotated[Principal, Depends(get_caller)],
    work: Work,
) -> str:
    book = await BookRepository(work.session).add(Book(title=title))
    await record(work.session, "document.added", "document", book.id, details=details)
    if title == "Refused":
        raise Conflict("Not this one.")
    return str(book.id)


@router.get("/export")
async def export(session: ReadSession) -> None:
    await record(session, "document.exported")


callers = Feature(name="callers", authenticators=(Name(),))
documents = Feature(name="documents", routers=(RouterMount(router),))


@asynccontextmanager
async def archive(settings: Iterable[Settings], *features: Feature) -> AsyncIterator[FastAPI]:
    """Start the service. What it commits is there for everyone, and gone in the end."""
    app = create_app((database, audit, *features, documents), settings=settings, env_file=None)
    async with app.router.lifespan_context(app), emptied(app.state.registry):
        yield app


def calling(app: FastAPI, **headers: str) -> AsyncClient:
    """Return a caller with an address."""
    transport = ASGITransport(app, raise_app_exceptions=False, client=(ADDRESS, 4321))
    return AsyncClient(transport=transport, base_url="http://testserver", headers=headers)


async def entries(auditor: AsyncClient, **query: Any) -> list[dict[str, Any]]:
    """Ask for the audit log as its readers do: the newest entry is the first."""
    answer = await auditor.get(AUDIT, params=query)
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return found


async def recorded(app: FastAPI, **having: str) -> list[AuditEntry]:
    """Read the audit log from the database, the oldest entry first."""
    query = select(AuditEntry).filter_by(**having).order_by(AuditEntry.at, AuditEntry.id)
    async with app.state.registry.get(Database).read_session() as session:
        return list(await session.scalars(query))


async def titles(app: FastAPI) -> list[str]:
    """Return what has been changed, and not only recorded."""
    async with app.state.registry.get(Database).read_session() as session:
        return list(await session.scalars(select(Book.title).order_by(Book.title)))
