"""Requests that may be repeated without being done twice.

It follows draft-ietf-httpapi-idempotency-key-header.
"""

from starlette.requests import HTTPConnection, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.access import ANONYMOUS, Principal, recognise
from app.core.errors import Unauthorized
from app.core.middleware.stack import Order
from app.core.registry import Registry
from app.idempotency.answers import Answer
from app.idempotency.keys import keyed_request, read_key
from app.idempotency.store import Claim, Store

UNSAFE = {"POST", "PUT", "PATCH", "DELETE"}

ORDER = Order.STARTUP + 1000
"""Nearest to the application: an answer is kept as the application gives it, and what other
middleware does to answers, it does to those that are sent again as well."""


class IdempotencyMiddleware:
    """Serves the first request with a key, and answers its repetitions as it was answered.

    Keys belong to the caller. Of those whom nobody knows they are ignored: nothing tells
    one of them from another.
    """

    def __init__(self, app: ASGIApp, registry: Registry) -> None:
        self.app = app
        self._registry = registry
        self._store = Store(registry)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request, or answer it from the store.

        Raises:
            BadRequest: The key is not well formed.
            KeyInUse: The first request with it is still being served.
            KeyUsedOtherwise: It stands for another request.
        """
        if scope["type"] != "http" or scope["method"] not in UNSAFE:
            await self.app(scope, receive, send)
            return
        key = read_key(scope)
        caller = await self._caller(scope) if key else ANONYMOUS
        if key is None or caller is ANONYMOUS:
            await self.app(scope, receive, send)
            return
        body = await Request(scope, receive).body()
        name = caller.agent or caller.subject
        found = await self._store.claim(keyed_request(name, key, scope, body))
        if isinstance(found, Answer):
            await found.send_again(send)
        else:
            await self._serve(found, scope, _again(body, receive), send)

    async def _caller(self, scope: Scope) -> Principal:
        try:
            return await recognise(HTTPConnection(scope), self._registry)
        except Unauthorized:
            # The endpoint says so, if it asks at all.
            return ANONYMOUS

    async def _serve(self, claim: Claim, scope: Scope, receive: Receive, send: Send) -> None:
        start: Message | None = None

        async def send_concluded(message: Message) -> None:
            nonlocal start
            if message["type"] == "http.response.start":
                start = message
                return
            if start is not None:
                begun, start = start, None
                try:
                    await claim.conclude(Answer.to_keep(begun, message))
                except Exception as error:
                    raise _NotConcluded(error) from error
                await send(begun)
            await send(message)

        try:
            async with claim.held(scope):
                await self.app(scope, receive, send_concluded)
        except _NotConcluded as failure:
            # Nothing has been sent yet, so this can still be the answer.
            raise failure.reason from None


class _NotConcluded(Exception):
    """Carries an error past the handlers of the application, which believe to have answered."""

    def __init__(self, reason: Exception) -> None:
        super().__init__()
        self.reason = reason


def _again(body: bytes, receive: Receive) -> Receive:
    """Return what lets the application receive the body that has been read already."""
    waiting = True

    async def receive_again() -> Message:
        nonlocal waiting
        if waiting:
            waiting = False
            return {"type": "http.request", "body": body, "more_body": False}
        return await receive()

    return receive_again
