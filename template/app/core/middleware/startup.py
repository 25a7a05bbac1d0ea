"""What the server is told when the service cannot start."""

import sys

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.startup import StartupError


class StartupMiddleware:
    """Gives the server the sentence of a `StartupError` to log instead of a traceback."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Start and stop the application."""
        if scope["type"] != "lifespan":
            await self.app(scope, receive, send)
            return

        async def send_reason(message: Message) -> None:
            error = sys.exception()
            if message["type"] == "lifespan.startup.failed" and isinstance(error, StartupError):
                message["message"] = str(error)
            await send(message)

        await self.app(scope, receive, send_reason)
