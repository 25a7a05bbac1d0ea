"""The name, the duration and the log line of each request."""

import logging
import random
import re
import time
from collections.abc import Container, Mapping
from http import HTTPStatus
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.core.context import log_fields, problem_members, request_id
from app.core.logging import log_line
from app.core.routes import Routes

# The standard library's makes the same line as structlog in less time, and this is the one
# line that every request has.
logger = logging.getLogger(__name__)

_WELL_FORMED = re.compile(rb"[A-Za-z0-9._-]{8,64}")
"""What a request id of a caller may look like: enough for every usual kind, harmless in logs."""


class RequestMiddleware:
    """Gives each request an id, tells the caller how long it took, and logs one line."""

    def __init__(
        self, app: ASGIApp, routes: Routes, probes: Container[str], about: Mapping[str, Any]
    ) -> None:
        self.app = app
        self._routes = routes
        self._probes = probes
        self._about = about

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request with its id at hand for every log line and answer."""
        if scope["type"] not in ("http", "websocket"):
            await self.app(scope, receive, send)
            return
        started = time.perf_counter()
        identifier = _identifier(scope)
        status = 500  # unless an answer is sent

        async def send_named(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
                seconds = f"{time.perf_counter() - started:.6f}"
                message["headers"] = [
                    *message.get("headers", ()),
                    (b"x-request-id", identifier.encode()),
                    (b"x-process-time", seconds.encode()),
                ]
            await send(message)

        id_token = request_id.set(identifier)
        members_token = problem_members.set({"request_id": identifier})
        fields_token = log_fields.set({**self._about, "request_id": identifier, "principal": None})
        try:
            await self.app(scope, receive, send_named)
        finally:
            if scope["type"] == "http":
                self._log(scope, status, time.perf_counter() - started)
            log_fields.reset(fields_token)
            problem_members.reset(members_token)
            request_id.reset(id_token)

    def _log(self, scope: Scope, status: int, seconds: float) -> None:
        route = self._routes.template(scope)
        level = logging.INFO
        if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
            level = logging.ERROR
        elif route in self._probes:
            level = logging.DEBUG
        if logger.isEnabledFor(level):
            client = scope.get("client")
            fields = {
                "method": scope["method"],
                "route": route,
                "status": status,
                "duration_ms": round(seconds * 1000, 2),
                "client": client[0] if client else None,
            }
            log_line(logger, level, "request", fields)


def _identifier(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id" and _WELL_FORMED.fullmatch(value):
            return str(value, "ascii")
    # It need not be a secret, and asking the system for randomness takes 20 times as long.
    return f"{random.getrandbits(128):032x}"
