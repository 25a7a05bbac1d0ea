"""What is known about the request being served, for logs and answers."""

from contextvars import ContextVar
from typing import Any

from app.core.redaction import redact

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)

log_fields: ContextVar[dict[str, Any] | None] = ContextVar("log_fields", default=None)
"""What every log line of this request says. One dictionary for all its threads and tasks."""

problem_members: ContextVar[dict[str, str] | None] = ContextVar("problem_members", default=None)
"""What every problem of this request is named by, beside what it says."""


def name_request(**names: str) -> None:
    """Give the request further names, which its log lines and its problems will carry."""
    bind(**names)
    members = problem_members.get()
    if members is not None:
        members.update(names)


def bind(**fields: Any) -> None:
    """Put fields into every later log line of this request."""
    safe = redact(fields)
    bound = log_fields.get()
    if bound is None:
        log_fields.set(safe)
    else:
        bound.update(safe)


def bind_principal(subject: str, agent: str | None = None) -> None:
    """Put the caller into every later log line of this request, and what calls for them."""
    bind(principal=subject, **({"agent": agent} if agent else {}))
