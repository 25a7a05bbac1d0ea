"""What is known about the request being served, for logs and answers."""

from contextvars import ContextVar
from typing import Any

from app.core.redaction import redact

request_id: ContextVar[str | None] = ContextVar("request_id", default=None)

log_fields: ContextVar[dict[str, Any] | None] = ContextVar("log_fields", default=None)
"""What every log line of this request says. One dictionary for all its threads and tasks."""


def bind(**fields: Any) -> None:
    """Put fields into every later log line of this request."""
    safe = redact(fields)
    bound = log_fields.get()
    if bound is None:
        log_fields.set(safe)
    else:
        bound.update(safe)


def bind_principal(subject: str) -> None:
    """Put the caller into every later log line of this request."""
    bind(principal=subject)
