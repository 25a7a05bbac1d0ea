"""The table of the audit log, to which entries are only ever added."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, Index, String, event
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Mapped, ORMExecuteState, mapped_column

from app.database.base import Keyed, now
from app.database.session import StrictSession


class Outcome(StrEnum):
    """How it ended."""

    SUCCESS = "success"
    FAILURE = "failure"


class AuditEntry(Keyed):
    """Who did what to what, when, from where, with which request.

    Nothing here refers to another table: an entry outlives what it tells of.
    """

    __tablename__ = "audit_entries"
    __table_args__ = (
        # The order of the list, and each filter in that order.
        Index(None, "at", "id"),
        Index(None, "actor", "at"),
        Index(None, "agent", "at"),
        Index(None, "action", "at"),
        Index(None, "outcome", "at"),
        Index(None, "object_type", "at"),
        Index(None, "object_id", "at"),
        Index(None, "request_id", "at"),
    )

    at: Mapped[datetime] = mapped_column(default=now)
    actor: Mapped[str] = mapped_column(String(255))
    via: Mapped[str] = mapped_column(String(64))
    agent: Mapped[str | None] = mapped_column(String(255))
    action: Mapped[str] = mapped_column(String(64))
    outcome: Mapped[Outcome]
    object_type: Mapped[str | None] = mapped_column(String(64))
    object_id: Mapped[str | None] = mapped_column(String(255))
    # With room for the name of a network interface, which some addresses of IPv6 have.
    address: Mapped[str | None] = mapped_column(String(64))
    request_id: Mapped[str | None] = mapped_column(String(64))
    details: Mapped[dict[str, Any]] = mapped_column(JSON)


def _refuse() -> None:
    raise InvalidRequestError("The audit log is append-only: add another entry.")


@event.listens_for(AuditEntry, "before_update")
@event.listens_for(AuditEntry, "before_delete")
def _refuse_change(*_: Any) -> None:
    _refuse()


@event.listens_for(StrictSession, "do_orm_execute")
def _refuse_statement(execution: ORMExecuteState) -> None:
    """Refuse statements that change entries.

    The deletion of old ones is about the table and not about the model, so that it is not
    seen here: app/database/pruning.py.
    """
    mapper = execution.bind_mapper
    if mapper and mapper.class_ is AuditEntry and (execution.is_update or execution.is_delete):
        _refuse()
