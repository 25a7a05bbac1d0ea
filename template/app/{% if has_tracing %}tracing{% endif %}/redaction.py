"""What leaves in a span: everything but secrets.

It is done when spans are sent, in the thread that sends them: no request waits for it, and
it holds for the spans of libraries and for your own.
"""

from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit, urlunsplit

from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.trace import Status

from app.core.redaction import redact, redact_text

HIDDEN = "REDACTED"

_QUERIES = ("url.query",)
_URLS = ("url.full", "http.url", "http.target")
"""The second and the third are what older instrumentations call it."""


def redact_span(span: ReadableSpan) -> ReadableSpan:
    """Return the same span without secrets, and with the names alone of what URLs ask for."""
    status = span.status
    if status.description:
        status = Status(status.status_code, redact_text(status.description))
    return ReadableSpan(
        name=redact_text(span.name),
        context=span.context,
        parent=span.parent,
        resource=span.resource,
        attributes=_redact_attributes(span.attributes or {}),
        events=[
            Event(event.name, redact(event.attributes or {}), event.timestamp)
            for event in span.events
        ],
        links=span.links,
        kind=span.kind,
        status=status,
        start_time=span.start_time,
        end_time=span.end_time,
        instrumentation_scope=span.instrumentation_scope,
    )


def redact_query(query: str) -> str:
    """Return the names that a query string has, without their values."""
    # A name without a value may be a value: of a link such as /unsubscribe?<token>.
    pairs = parse_qsl(query, keep_blank_values=True)
    return "&".join(f"{name}={HIDDEN}" if value else HIDDEN for name, value in pairs)


def redact_url(url: str) -> str:
    """Return a URL without user, password and fragment, and with a redacted query."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return HIDDEN
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit((parts.scheme, place, parts.path, redact_query(parts.query), ""))


def _redact_attributes(attributes: Mapping[str, Any]) -> dict[str, Any]:
    safe = redact(attributes)
    for name in _QUERIES:
        if name in safe:
            safe[name] = redact_query(str(attributes[name]))
    for name in _URLS:
        if name in safe:
            safe[name] = redact_url(str(attributes[name]))
    return safe
