"""The endpoints of the audit log: it is read, and written by what happens elsewhere."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response

from app.audit.listing import AuditCursors
from app.audit.models import AuditEntry
from app.audit.repository import AuditRepository
from app.audit.schemas import AuditEntryResponse
from app.core.access import Principal, Requires
from app.core.listing.answers import cursor_page_of
from app.core.openapi import problems
from app.database.session import ReadSession

router = APIRouter(prefix="/audit", tags=["audit"])

MayRead = Annotated[Principal, Requires("audit:read")]


@router.get("", response_model=cursor_page_of(AuditEntryResponse), summary="Read the audit log")
async def list_entries(
    query: Annotated[AuditCursors, Query()], _caller: MayRead, session: ReadSession
) -> Response:
    """Return who did what, the newest first."""
    found = await AuditRepository(session).cursor_page(query, show=AuditEntryResponse)
    return query.respond(found, AuditEntryResponse)


@router.get(
    "/{entry_id}",
    response_model=AuditEntryResponse,
    summary="Get an entry of the audit log",
    responses=problems(404),
)
async def get_entry(entry_id: UUID, _caller: MayRead, session: ReadSession) -> AuditEntry:
    """Return an entry."""
    return await AuditRepository(session).require(entry_id)
