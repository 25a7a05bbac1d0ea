"""Who is doing something, from where and with which request."""

from contextvars import ContextVar
from dataclasses import dataclass

from starlette.types import ASGIApp, Receive, Scope, Send

from app.core.access import ANONYMOUS, CALLER, Principal
from app.core.context import request_id
from app.core.middleware.stack import Order

ORDER = Order.STARTUP + 500

SYSTEM = Principal(subject="system", via="command")
"""Who does what nobody has sent a request for."""

_request: ContextVar[Scope | None] = ContextVar("audited_request", default=None)


class RequestAtHandMiddleware:
    """Keeps the request at hand for whatever is recorded while it is served.

    The scope and not what stands in it: who is calling is found out further in.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        token = _request.set(scope)
        try:
            await self.app(scope, receive, send)
        finally:
            _request.reset(token)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a change comes from; neither address nor request id outside of requests."""

    actor: Principal
    address: str | None = None
    request_id: str | None = None


def origin() -> Origin:
    """Return where what happens now comes from."""
    scope = _request.get()
    if scope is None:
        return Origin(SYSTEM)
    client = scope.get("client")
    return Origin(
        actor=scope.get(CALLER, ANONYMOUS),
        address=client[0] if client else None,
        request_id=request_id.get(),
    )
