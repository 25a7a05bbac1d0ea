"""What can be asked of the audit log."""

from typing import Annotated

from app.audit.models import AuditEntry, Outcome
from app.audit.schemas import AuditEntryResponse
from app.core.listing.moments import Moment
from app.core.listing.names import FieldsOf, SortableBy
from app.database.listing import AtLeast, AtMost, Cursors, Equals


class AuditCursors(Cursors):
    """The query of the audit log."""

    actor: Annotated[str | None, Equals(AuditEntry.actor)] = None
    agent: Annotated[str | None, Equals(AuditEntry.agent)] = None
    action: Annotated[str | None, Equals(AuditEntry.action)] = None
    outcome: Annotated[Outcome | None, Equals(AuditEntry.outcome)] = None
    object_type: Annotated[str | None, Equals(AuditEntry.object_type)] = None
    object_id: Annotated[str | None, Equals(AuditEntry.object_id)] = None
    request_id: Annotated[str | None, Equals(AuditEntry.request_id)] = None
    after: Annotated[Moment | None, AtLeast(AuditEntry.at)] = None
    before: Annotated[Moment | None, AtMost(AuditEntry.at)] = None
    sort: Annotated[str, SortableBy("at")] = "-at"
    fields: Annotated[str | None, FieldsOf(AuditEntryResponse)] = None
