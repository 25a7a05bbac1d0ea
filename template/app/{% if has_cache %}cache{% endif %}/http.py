"""`Cache-Control` (RFC 9111): what browsers and proxies may keep.

An answer to a GET that says nothing is `private, no-cache`: a browser may keep it, has to
ask each time whether it is still current, and is answered 304 where there is an entity
tag (app/core/etag.py). An endpoint whose answers may be older says so:

    @router.get("/prices", dependencies=[keep_for(60)])
    @router.get("/countries", dependencies=[keep_for(3600, public=True)])
"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import Depends, Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.feature import MiddlewareMount
from app.core.middleware.stack import Order

ASK_EACH_TIME = (b"cache-control", b"private, no-cache")

SAID = "app.cache_control"
"""Where a request keeps what its endpoint says about the age of answers."""


def keep_for(seconds: int, *, public: bool = False) -> Any:
    """Let answers of an endpoint be used for a while without asking again.

    Private answers are kept by the browser of one caller. Public ones are kept by every
    proxy on the way, for everybody: only for what does not depend on who is calling.
    """
    said = {"Cache-Control": f"{'public' if public else 'private'}, max-age={seconds}"}
    if not public:
        said["Vary"] = "Authorization"  # somebody else may sign in with the same browser

    async def say_so(request: Request) -> None:
        request.scope[SAID].update(said)

    return Depends(say_so)


class CacheControlMiddleware:
    """Says of each answer to a GET what its endpoint says, or `private, no-cache`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request; an answer that has the header already keeps it."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        said: dict[str, str] = {}
        scope[SAID] = said
        reads = scope["method"] in {"GET", "HEAD"}

        async def send_with_control(message: Message) -> None:
            if reads and message["type"] == "http.response.start":
                headers = message.get("headers", ())
                if not any(name.lower() == b"cache-control" for name, _ in headers):
                    if said and message["status"] < HTTPStatus.BAD_REQUEST:
                        _add(said, MutableHeaders(scope=message))
                    else:
                        message["headers"] = [*headers, ASK_EACH_TIME]
            await send(message)

        await self.app(scope, receive, send_with_control)


def _add(said: Mapping[str, str], headers: MutableHeaders) -> None:
    headers["Cache-Control"] = said["Cache-Control"]
    if "Vary" in said:
        headers.add_vary_header(said["Vary"])


MIDDLEWARE = (
    # Around what turns errors into answers, whose age is nobody's business either.
    MiddlewareMount(Order.ERRORS - 50, lambda app, _: CacheControlMiddleware(app)),
)
