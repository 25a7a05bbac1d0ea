"""What can go wrong with a call to another service, as types that a caller can tell apart.

An endpoint may let them through: each becomes a problem that says nothing of what is
behind it. The log gets the host and the reason.
"""

import math
from typing import ClassVar

import httpx2
import structlog

from app.core.errors import Problem, ServiceUnavailable

logger = structlog.stdlib.get_logger(__name__)


class BadGateway(Problem):
    """Another service gave an answer that is of no use."""

    status = 502
    code = "bad_gateway"


class GatewayTimeout(Problem):
    """Another service did not answer in time."""

    status = 504
    code = "gateway_timeout"


class RemoteError(Exception):
    """A call to another service failed. `host` says which one, with its port unless usual."""

    problem: ClassVar[type[Problem]] = BadGateway
    code: ClassVar[str] = "remote_failed"
    told: ClassVar[str] = "Another service that this needs does not work."
    """What an endpoint's caller is told."""

    def __init__(self, host: str, reason: str, *, retry_after: float | None = None) -> None:
        super().__init__(f"{host}: {reason}")
        self.host = host
        self.retry_after = retry_after
        """Seconds after which it may be tried again, when that is known."""


class RemoteTimeout(RemoteError):
    """There was no connection, no part of an answer, or not all of it in time."""

    problem = GatewayTimeout
    code = "remote_timeout"
    told = "Another service that this needs did not answer in time."


class RemoteAway(RemoteError):
    """The name is unknown, or the connection was refused or broken off."""

    problem = ServiceUnavailable
    code = "remote_away"
    told = "Another service that this needs cannot be reached. Try again in a moment."


class CircuitOpen(RemoteError):
    """It failed so often that it is left alone for now; nothing was sent."""

    problem = ServiceUnavailable
    code = "remote_paused"
    told = "Another service that this needs does not work for now. Try again later."


class HostBusy(RemoteError):
    """As many requests as are allowed are on their way to this host; nothing was sent."""

    problem = ServiceUnavailable
    code = "remote_busy"
    told = "Another service that this needs is busy. Try again in a moment."


class AddressRefused(RemoteError):
    """It is not a place to send requests to, such as an address on a private network."""

    code = "remote_refused"
    told = "This leads to a place where no requests are sent to."


class AnswerTooLarge(RemoteError):
    """The body is larger than `HTTP_CLIENT_MAX_BODY_SIZE`."""

    code = "remote_answer_too_large"
    told = "The answer of another service is too large."


class WrongAnswer(RemoteError):
    """The body is not what it should be."""

    code = "remote_wrong_answer"
    told = "The answer of another service makes no sense."


class BadStatus(RemoteError):
    """The answer has another status than 2xx; `response` is all of it."""

    code = "remote_bad_status"
    told = "Another service that this needs gave an error."

    def __init__(
        self, host: str, response: httpx2.Response, *, retry_after: float | None = None
    ) -> None:
        super().__init__(host, f"answered {response.status_code}", retry_after=retry_after)
        self.response = response

    @property
    def status(self) -> int:
        """The status of the answer, such as 404."""
        return self.response.status_code


def tell(error: RemoteError) -> Problem:
    """Tell the caller that another service failed, and the log which one and why."""
    logger.error("remote_failed", host=error.host, code=error.code, reason=str(error))
    headers = {}
    if error.retry_after is not None:
        headers["Retry-After"] = str(max(1, math.ceil(error.retry_after)))
    return error.problem(error.told, code=error.code, headers=headers)
