"""What middleware of others refuses in plain text, as a problem."""

from http import HTTPStatus

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.problems import from_http_exception, problem_response

_REPLACED = (b"content-type", b"content-length")


class PlainRefusalMiddleware:
    """Answers errors in plain text as problem documents.

    The middleware of Starlette answers an unknown host, a page of another origin or too
    large a body by itself, where no exception handler sees it.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request, holding back an error in plain text until it is complete."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        refusal: Message | None = None
        text = b""

        async def send_problem(message: Message) -> None:
            nonlocal refusal, text
            if message["type"] == "http.response.start" and _is_plain_refusal(message):
                refusal = message
            elif refusal is None:
                await send(message)
            else:
                text += message.get("body", b"")
                if not message.get("more_body", False):
                    await _answer(scope, receive, send, refusal, text)

        await self.app(scope, receive, send_problem)


def _is_plain_refusal(message: Message) -> bool:
    return message["status"] >= HTTPStatus.BAD_REQUEST and any(
        name.lower() == b"content-type" and value.startswith(b"text/plain")
        for name, value in message.get("headers", ())
    )


async def _answer(
    scope: Scope, receive: Receive, send: Send, refusal: Message, text: bytes
) -> None:
    error = HTTPException(refusal["status"], text.decode(errors="replace"))
    response = problem_response(scope, from_http_exception(error))
    response.raw_headers += [
        header for header in refusal["headers"] if header[0].lower() not in _REPLACED
    ]
    await response(scope, receive, send)
