"""Who is calling, when trusted proxies stand in front of the service."""

from ipaddress import ip_address

from starlette.types import ASGIApp, Receive, Scope, Send


class ClientAddressMiddleware:
    """Takes the caller's address and scheme from the headers of a known number of proxies.

    Each proxy appends the address that it was called from to `X-Forwarded-For`. With `n`
    proxies of one's own, the n-th entry from the right was written by the outermost of
    them; whatever stands further left was sent by the caller, who may have made it up. A
    request with fewer entries did not come through all the proxies and keeps the address
    of its connection.
    """

    def __init__(self, app: ASGIApp, proxies: int) -> None:
        self.app = app
        self._proxies = proxies

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request under the address that the proxies vouch for."""
        if scope["type"] in ("http", "websocket"):
            addresses = _entries(scope, b"x-forwarded-for")
            if len(addresses) >= self._proxies:
                client = _address(addresses[-self._proxies])
                if client is not None:
                    scope["client"] = (client, 0)
                    self._set_scheme(scope)
        await self.app(scope, receive, send)

    def _set_scheme(self, scope: Scope) -> None:
        """Take the scheme; a proxy either appends it, too, or replaces the header."""
        schemes = _entries(scope, b"x-forwarded-proto")
        if schemes:
            secure = schemes[-min(self._proxies, len(schemes))].lower() in ("https", "wss")
            plain = "http" if scope["type"] == "http" else "ws"
            scope["scheme"] = f"{plain}s" if secure else plain


def _entries(scope: Scope, name: bytes) -> list[str]:
    lines = [value.decode("latin-1") for key, value in scope["headers"] if key == name]
    return [entry for entry in (one.strip() for one in ",".join(lines).split(",")) if entry]


def _address(entry: str) -> str | None:
    """Return the address in an entry, which may have a port; None when it is not one."""
    host = entry
    if entry.startswith("["):
        host = entry[1:].partition("]")[0]
    elif entry.count(":") == 1:
        host = entry.partition(":")[0]
    try:
        return str(ip_address(host))
    except ValueError:
        return None
