"""Errors that are answers: raise one anywhere and the caller gets a problem (RFC 9457)."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any


class Problem(Exception):
    """An error that the caller is told about, as `application/problem+json`.

    `code` is for programs and never changes; `detail` is a sentence for people and
    must hold nothing secret. `extra` adds members to the document.
    """

    status: int = HTTPStatus.INTERNAL_SERVER_ERROR
    code: str = "internal_error"

    def __init__(
        self,
        detail: str,
        *,
        code: str | None = None,
        headers: Mapping[str, str] | None = None,
        **extra: Any,
    ) -> None:
        super().__init__(detail)
        self.detail = detail
        self.code = code or type(self).code
        self.headers = dict(headers or {})
        self.extra = extra


class BadRequest(Problem):
    """The request makes no sense in a way that no schema describes."""

    status = HTTPStatus.BAD_REQUEST
    code = "bad_request"


class Unauthorized(Problem):
    """Nobody is signed in, or the credentials are not good."""

    status = HTTPStatus.UNAUTHORIZED
    code = "unauthorized"


class Forbidden(Problem):
    """The caller is known and may not do this."""

    status = HTTPStatus.FORBIDDEN
    code = "forbidden"


class NotFound(Problem):
    """There is no such thing, or the caller may not know that there is."""

    status = HTTPStatus.NOT_FOUND
    code = "not_found"


class Conflict(Problem):
    """The request contradicts what is there already."""

    status = HTTPStatus.CONFLICT
    code = "conflict"


class PreconditionFailed(Problem):
    """The thing has changed since the caller read it."""

    status = HTTPStatus.PRECONDITION_FAILED
    code = "precondition_failed"


class ContentTooLarge(Problem):
    """The body of the request is larger than the service takes."""

    status = 413
    code = "content_too_large"


class UnsupportedMediaType(Problem):
    """The body of the request is of a kind that the endpoint cannot read."""

    status = HTTPStatus.UNSUPPORTED_MEDIA_TYPE
    code = "unsupported_media_type"


class Unprocessable(Problem):
    """Well formed, but refused by a rule of the domain."""

    status = HTTPStatus.UNPROCESSABLE_ENTITY
    code = "unprocessable"


class TooManyRequests(Problem):
    """The caller must wait. Give `headers={"Retry-After": "<seconds>"}`."""

    status = HTTPStatus.TOO_MANY_REQUESTS
    code = "too_many_requests"


class ServiceUnavailable(Problem):
    """Something that the service needs is away for now."""

    status = HTTPStatus.SERVICE_UNAVAILABLE
    code = "service_unavailable"
