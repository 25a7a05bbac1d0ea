"""Where exceptions end that nothing else has answered."""

import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.problems import Problems

logger = structlog.stdlib.get_logger(__name__)


class ErrorMiddleware:
    """Answers exceptions inside the middleware that every answer must pass.

    So even an unexpected error has its CORS headers and its request id, and a middleware
    further in may raise a `Problem`.
    """

    def __init__(self, app: ASGIApp, problems: Problems) -> None:
        self.app = app
        self._problems = problems

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request; an exception becomes a problem."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def send_noting(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self.app(scope, receive, send_noting)
        except Exception as error:
            if started:
                # Too late for another answer. The server sees that this one is incomplete
                # and closes the connection, so that the caller sees it, too.
                logger.exception("answer_broken_off")
                self._problems.occurred(scope, error)
                return
            response = self._problems.answer(scope, error)
            await response(scope, receive, send)
