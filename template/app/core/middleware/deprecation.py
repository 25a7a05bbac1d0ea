"""Headers of what is going away."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from email.utils import format_datetime

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.feature import Deprecation
from app.core.route_index import RouteKey
from app.core.routes import Routes


class DeprecationMiddleware:
    """Tells the callers of deprecated routes when they go and what replaces them."""

    def __init__(
        self, app: ASGIApp, routes: Routes, deprecated: Mapping[RouteKey, Deprecation]
    ) -> None:
        self.app = app
        self._routes = routes
        self._headers = {key: headers_of(one) for key, one in deprecated.items()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request, and mark the answer of a deprecated route."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                added = self._headers.get(self._routes.key(scope), ())
                message["headers"] = [*message.get("headers", ()), *added]
            await send(message)

        await self.app(scope, receive, send_marked)


def headers_of(deprecation: Deprecation) -> list[tuple[bytes, bytes]]:
    """Return `Deprecation` (RFC 9745), `Sunset` (RFC 8594) and the link to the successor."""
    headers = {
        "deprecation": f"@{_midnight(deprecation.since).timestamp():.0f}",
        "sunset": format_datetime(_midnight(deprecation.sunset), usegmt=True),
        "link": f'<{deprecation.successor}>; rel="successor-version"',
    }
    return [(name.encode(), value.encode()) for name, value in headers.items()]


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
