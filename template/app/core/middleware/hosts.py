"""Which names the service answers to."""

from collections.abc import Container, Sequence

from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send


class HostMiddleware:
    """Refuses requests for other hosts, so that no answer is made for a name of an attacker.

    Probes pass: those who ask know the address of the process, not its name.
    """

    def __init__(self, app: ASGIApp, allowed: Sequence[str], probes: Container[str]) -> None:
        self.app = app
        self._probes = probes
        self._guarded = TrustedHostMiddleware(app, allowed, www_redirect=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request, unless it is for a host that is not ours."""
        app = self.app if scope.get("path") in self._probes else self._guarded
        await app(scope, receive, send)
