"""Adding to the audit log.

    await record(work.session, "order.exported", "order", order.id, details={"format": "csv"})

Who did it, from where and with which request is found by itself.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

import structlog
from pydantic_core import to_json
from sqlalchemy.ext.asyncio import AsyncSession

from app.audit.models import AuditEntry, Outcome
from app.audit.origin import origin
from app.core.access import Principal
from app.core.redaction import redact

logger = structlog.stdlib.get_logger(__name__)

LARGEST = 4096
"""The most that details may take, in bytes of JSON."""


async def record(
    session: AsyncSession,
    action: str,
    object_type: str | None = None,
    object_id: UUID | str | None = None,
    *,
    outcome: Outcome = Outcome.SUCCESS,
    details: Mapping[str, Any] | None = None,
    actor: Principal | None = None,
) -> None:
    """Write down what was done, in the transaction of the session: both are kept, or neither.

    Args:
        session: That of the unit of work which makes the change.
        action: What was done to what, such as `order.exported`; at most 64 characters.
        object_type: What kind of thing it was done to, such as `order`.
        object_id: Which one.
        outcome: How it ended.
        details: What else an auditor wants to know: few, and no personal data. Secrets are
            taken out by their names; details that are too large are left out.
        actor: Who did it, where that is not the caller.

    Raises:
        Exception: Whatever the database raises. It is for the unit of work to roll back.
    """
    where = origin()
    actor = actor or where.actor
    session.add(
        AuditEntry(
            actor=actor.subject,
            via=actor.via,
            agent=actor.agent,
            action=action,
            outcome=outcome,
            object_type=object_type,
            object_id=None if object_id is None else str(object_id),
            address=where.address,
            request_id=where.request_id,
            details=_safe(action, details or {}),
        )
    )
    # Now and not with the commit, so that a session which only reads says no.
    await session.flush()


def _safe(action: str, details: Mapping[str, Any]) -> dict[str, Any]:
    safe = redact(details)
    size = len(to_json(safe))
    if size > LARGEST:
        logger.warning("audit_details_left_out", action=action, size=size)
        return {"left_out": f"{size} bytes"}
    return safe
