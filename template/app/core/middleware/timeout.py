"""How long a caller waits for an answer to begin."""

import asyncio

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.errors import ServiceUnavailable


class TimeoutMiddleware:
    """Gives up a request whose answer has not begun in time.

    What has begun may take as long as it needs: downloads and event streams do. Work in
    a thread cannot be interrupted; its caller is answered when it is done.
    """

    def __init__(self, app: ASGIApp, seconds: float) -> None:
        self.app = app
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request.

        Raises:
            ServiceUnavailable: It took too long.
        """
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        limit = asyncio.timeout(self._seconds)

        async def send_in_time(message: Message) -> None:
            if message["type"] == "http.response.start" and not limit.expired():
                limit.reschedule(None)
            await send(message)

        try:
            async with limit:
                await self.app(scope, receive, send_in_time)
        except TimeoutError as error:
            if not limit.expired():
                raise  # of something that the endpoint waited for
            raise ServiceUnavailable("This took too long.", code="request_timeout") from error
