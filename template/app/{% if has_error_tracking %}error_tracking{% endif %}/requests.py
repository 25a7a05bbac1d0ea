"""What reports say about the request in which something went wrong."""

from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl

from sentry_sdk.types import Event, Hint
from starlette.types import Scope

from app.core.access import CALLER, Principal
from app.core.context import problem_members
from app.core.redaction import REDACTED
from app.core.routes import Routes

HEADERS = frozenset(
    (b"accept", b"accept-encoding", b"content-length", b"content-type", b"host", b"user-agent")
)
"""The headers that tell nothing about anybody."""


def describe(
    scope: Scope, routes: Routes, *, personal: bool
) -> Callable[[Event, Hint], Event | None]:
    """Return what adds a request to reports: as late as that, when all about it is known."""

    def add(event: Event, hint: Hint) -> Event | None:
        template = routes.template(scope)
        event.setdefault("transaction", template)
        event.setdefault("transaction_info", {"source": "route"})
        event["request"] = _request(scope, template, personal=personal)
        event.setdefault("contexts", {})["path_parameters"] = {
            name: str(value) for name, value in scope.get("path_params", {}).items()
        }
        event.setdefault("tags", {}).update(problem_members.get() or {})
        event.setdefault("user", _user(scope, personal=personal))
        return event

    return add


def _request(scope: Scope, template: str, *, personal: bool) -> dict[str, Any]:
    headers = {
        name.decode(): value.decode("latin-1")
        for name, value in scope["headers"]
        if name in HEADERS
    }
    query = dict(parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True))
    if not personal:
        # A name without a value may be one: of a link such as /unsubscribe?<token>.
        query = {name if value else REDACTED: REDACTED for name, value in query.items()}
    return {
        # The template, as a path may hold a secret, and has no end of forms.
        "url": f"{scope['scheme']}://{headers.get('host', '')}{template}",
        "method": scope.get("method"),
        "query_string": query,
        "headers": headers,
    }


def _user(scope: Scope, *, personal: bool) -> dict[str, Any]:
    caller: Principal | None = scope.get(CALLER)
    user = {} if caller is None or caller.is_anonymous else {"id": caller.subject}
    if personal and scope.get("client"):
        user["ip_address"] = scope["client"][0]
    return user
