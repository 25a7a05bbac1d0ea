"""Where requests are counted, and where answers tell of it."""

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.registry import Registry
from app.rate_limit.headers import headers_of
from app.rate_limit.limiter import TALLY, Limiter, Tally
from app.rate_limit.routes import RouteLimits


class RateLimitMiddleware:
    """Counts each request before its body is read, and refuses those that are too many."""

    def __init__(self, app: ASGIApp, registry: Registry) -> None:
        self.app = app
        self._registry = registry

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request, unless it is one too many.

        Raises:
            TooManyRequests: It is.
            ServiceUnavailable: It cannot be counted, and must not pass uncounted.
        """
        if scope["type"] == "http":
            await self._count(HTTPConnection(scope))
        await self.app(scope, receive, send)

    async def _count(self, connection: HTTPConnection) -> None:
        limiter = self._registry.get(Limiter)
        tally = await limiter.open(connection, self._registry)
        if tally is None:
            return
        connection.scope[TALLY] = tally
        await limiter.take(tally, limiter.default, tally.caller)
        found = self._registry.get(RouteLimits).find(connection.scope)
        if found:
            route, limit = found
            await limit.check(connection, self._registry, route)


class RateLimitHeadersMiddleware:
    """Tells callers where they stand, on every answer to a request that was counted.

    It is further out than what answers errors, so that those have the headers, too.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request."""

        async def send_telling(message: Message) -> None:
            if message["type"] == "http.response.start":
                tally: Tally | None = scope.get(TALLY)
                if tally is not None and tally.verdicts:
                    message["headers"] = [
                        *message.get("headers", ()),
                        *headers_of(tally.verdicts),
                    ]
            await send(message)

        await self.app(scope, receive, send_telling)
