"""What leaves the service: no secrets, and each error once."""

import re
from typing import Any, cast

from sentry_sdk.types import Event, Hint

from app.core.redaction import REDACTED, is_secret, redact_text

_REPORTED = "app.error_tracking.reported"

# What did not fit, as errors of Pydantic and of FastAPI repeat it.
_INPUT = re.compile(r"(?<=input_value=).*(?=, input_type=)|(?<='input': ).*")


def is_reported(error: BaseException) -> bool:
    """Say whether an exception needs no report any more."""
    return _REPORTED in vars(error)


def mark_reported(error: BaseException) -> None:
    """Let nobody report an exception again, wherever it goes from here."""
    vars(error)[_REPORTED] = True


def scrub(event: Event, hint: Hint) -> Event | None:
    """Return a report as it may be sent; nothing for an exception that was reported before."""
    if "exc_info" in hint:
        error = hint["exc_info"][1]
        if is_reported(error):
            return None
        mark_reported(error)
    for one in event.get("exception", {}).get("values", ()):
        one["value"] = _INPUT.sub(REDACTED, one.get("value") or "")
    return cast("Event", _scrub(event))


def _scrub(value: Any) -> Any:
    """Return what can be written as JSON without secrets, however deep they are."""
    if isinstance(value, dict):
        return {
            name: REDACTED if is_secret(name) else _scrub(inner) for name, inner in value.items()
        }
    if isinstance(value, list):
        return [_scrub(one) for one in value]
    return redact_text(value) if isinstance(value, str) else value
