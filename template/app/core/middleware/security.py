"""Headers that tell browsers what not to do with the answers of an API."""

from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADERS = {
    # An answer is data: nothing in it is run, loaded, framed or submitted.
    "Content-Security-Policy": (
        "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": (
        "accelerometer=(), camera=(), geolocation=(), gyroscope=(), magnetometer=(), "
        "microphone=(), payment=(), usb=()"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


class SecurityHeadersMiddleware:
    """Adds the headers to every answer; one that the answer has already stays as it is."""

    def __init__(self, app: ASGIApp, hsts_max_age: int) -> None:
        self.app = app
        self._plain = _encode(HEADERS)
        hsts = f"max-age={hsts_max_age}; includeSubDomains"
        self._secure = self._plain
        if hsts_max_age:
            self._secure = _encode({**HEADERS, "Strict-Transport-Security": hsts})
        self._names = frozenset(name for name, _ in self._secure)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request with the headers of its scheme."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                added = self._secure if scope["scheme"] == "https" else self._plain
                headers = message.get("headers", ())
                present = [name.lower() for name, _ in headers]
                if not self._names.isdisjoint(present):
                    added = [header for header in added if header[0] not in present]
                message["headers"] = [*headers, *added]
            await send(message)

        await self.app(scope, receive, send_guarded)


def _encode(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode(), value.encode()) for name, value in headers.items()]
