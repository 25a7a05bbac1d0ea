"""The queries about the audit log."""

from app.audit.models import AuditEntry
from app.database.repository import Repository


class AuditRepository(Repository[AuditEntry]):
    """The entries, to be read."""

    model = AuditEntry
