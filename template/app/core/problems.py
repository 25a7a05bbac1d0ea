"""How errors become answers: every one is a problem document (RFC 9457)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from http import HTTPStatus
from typing import Any

import structlog
from fastapi.exceptions import RequestValidationError, ResponseValidationError
from fastapi.utils import is_body_allowed_for_status_code
from pydantic import BaseModel, Field
from pydantic_core import to_json
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Scope

from app.core.context import problem_members
from app.core.errors import BadRequest, Problem, Unprocessable, UnsupportedMediaType
from app.core.routes import Routes

logger = structlog.stdlib.get_logger(__name__)

MEDIA_TYPE = "application/problem+json"

TITLES = {413: "Content Too Large", 416: "Range Not Satisfiable", 422: "Unprocessable Content"}
"""The names of RFC 9110, where Python's differ from one version to the next."""

UNEXPECTED = "Something went wrong here. It has been logged under the request id."

MESSAGES = {
    "union_tag_invalid": "Input should be one of the kinds that are expected here",
    "uuid_parsing": "Input should be a valid UUID",
}
"""Instead of Pydantic's own message, where that repeats what was sent."""


class ProblemDocument(BaseModel):
    """What went wrong (RFC 9457)."""

    type: str = Field(examples=["about:blank"])
    title: str = Field(description="The name of the status.", examples=["Not Found"])
    status: int = Field(examples=[404])
    detail: str = Field(description="What happened, for people.", examples=["Item not found."])
    instance: str = Field(description="The path of the request.", examples=["/api/v1/orders/1"])
    code: str = Field(description="What happened, for programs.", examples=["not_found"])
    request_id: str | None = Field(description="Name this when you report the problem.")


class FieldProblem(BaseModel):
    """What is wrong with one field of a request."""

    field: str = Field(description="Where it is.", examples=["body.name", "query.size"])
    message: str = Field(examples=["Field required"])
    code: str = Field(description="What is wrong, for programs.", examples=["missing"])


class ValidationProblemDocument(ProblemDocument):
    """What is wrong with a request, field by field where it can be told."""

    errors: list[FieldProblem] = Field(
        default=[], description="Not there when what was refused is more than one field's fault."
    )


@cache
def title_of(status: int) -> str:
    """Return the name of a status."""
    try:
        return TITLES.get(status) or HTTPStatus(status).phrase
    except ValueError:
        return "Unknown Error"


@cache
def _code_of(status: int) -> str:
    return title_of(status).lower().replace(" ", "_").replace("'", "")


def problem_response(scope: Scope, problem: Problem) -> Response:
    """Return the answer that tells the caller of a problem."""
    document = {
        "type": "about:blank",
        "title": title_of(problem.status),
        "status": problem.status,
        "detail": problem.detail,
        "instance": scope["path"],
        "code": problem.code,
        "request_id": None,
        **(problem_members.get() or {}),
        **problem.extra,
    }
    return Response(
        to_json(document), problem.status, headers=problem.headers, media_type=MEDIA_TYPE
    )


@dataclass(frozen=True, slots=True)
class Occurrence:
    """An exception that became an answer, for whoever keeps account of them.

    `foreseen` says whether the service knows such an exception, as it knows a `Problem`
    and what its features have mapped to one.
    """

    scope: Scope
    error: Exception
    problem: Problem
    foreseen: bool


class Problems:
    """Turns the exceptions of one application into answers."""

    def __init__(
        self,
        mappings: Mapping[type[Exception], Callable[[Any], Problem]],
        routes: Routes,
        *,
        listeners: Sequence[Callable[[Occurrence], None]] = (),
        tell_unexpected: bool = False,
    ) -> None:
        self._mappings: dict[type, Callable[[Any], Problem]] = {
            **mappings,
            ClientDisconnect: from_disconnect,
            HTTPException: from_http_exception,
            RequestValidationError: from_validation_error,
            ResponseValidationError: from_response_error,
        }
        self._routes = routes
        self._listeners = listeners
        self._tell_unexpected = tell_unexpected

    def answer(self, scope: Scope, error: Exception) -> Response:
        """Return the answer to an exception; log one that nobody foresaw."""
        occurrence = self.occurred(scope, error)
        problem = occurrence.problem
        if not occurrence.foreseen:
            logger.error("unexpected_error", exc_info=error)
        if problem.status == HTTPStatus.METHOD_NOT_ALLOWED:
            allow = {"Allow": ", ".join(self._routes.methods(scope))}
            if scope["method"] == "OPTIONS":
                return Response(status_code=HTTPStatus.NO_CONTENT, headers=allow)
            problem.headers |= allow
        if not is_body_allowed_for_status_code(problem.status):
            return Response(status_code=problem.status, headers=problem.headers)
        return problem_response(scope, problem)

    def occurred(self, scope: Scope, error: Exception) -> Occurrence:
        """Tell the listeners of an exception, as the problem that it is."""
        foreseen = self._foreseen(error)
        problem = foreseen or self._unexpected(error)
        occurrence = Occurrence(scope, error, problem, foreseen=foreseen is not None)
        for listen in self._listeners:
            try:
                listen(occurrence)
            except Exception:
                logger.exception("problem_listener_failed")
        return occurrence

    def _foreseen(self, error: Exception) -> Problem | None:
        if isinstance(error, Problem):
            return error
        for kind in type(error).__mro__:
            if kind in self._mappings:
                return self._mappings[kind](error)
        return None

    def _unexpected(self, error: Exception) -> Problem:
        if self._tell_unexpected:
            return Problem(f"{type(error).__name__}: {error}")
        return Problem(UNEXPECTED)


def from_disconnect(error: ClientDisconnect) -> Problem:
    """Return the problem for a caller who left before all of the body had arrived."""
    return BadRequest("The connection was closed before the body was complete.")


def from_http_exception(error: HTTPException) -> Problem:
    """Return the problem for an error of the framework."""
    title = title_of(error.status_code)
    problem = Problem(
        str(error.detail) or title, code=_code_of(error.status_code), headers=error.headers
    )
    problem.status = error.status_code
    return problem


def from_validation_error(error: RequestValidationError) -> Problem:
    """Return the problem for a request that does not fit its schema, without its input."""
    found = error.errors()
    if any(one["loc"][0] == "body" for one in found) and isinstance(error.body, bytes):
        # FastAPI leaves a body as bytes when its content type says that it is not JSON.
        return UnsupportedMediaType(
            "Send JSON, with the header Content-Type: application/json.",
            headers={"Accept": "application/json"},
        )
    return Unprocessable(
        "The request does not fit: see errors.",
        code="validation_failed",
        errors=[_field_problem(one) for one in found],
    )


def from_response_error(error: ResponseValidationError) -> Problem:
    """Return the problem for an answer that does not fit its schema; log it without its data."""
    wrong = [_field_problem(one) for one in error.errors()]
    logger.error("answer_does_not_fit", endpoint=error.endpoint_path, errors=wrong)
    return Problem(UNEXPECTED)


def _field_problem(found: dict[str, Any]) -> dict[str, str]:
    code = found["type"]
    if code == "json_invalid":
        place, position = found["loc"]
        message = f"Not valid JSON at position {position}: {found['ctx']['error']}"
        return {"field": place, "message": message, "code": code}
    message = MESSAGES.get(code) or found["msg"].removeprefix("Value error, ")
    return {"field": ".".join(map(str, found["loc"])), "message": message, "code": code}
