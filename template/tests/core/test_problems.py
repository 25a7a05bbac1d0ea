"""Every error is a problem document, whoever finds it."""

import json
from typing import Annotated, Any, Literal

import pytest
from dirty_equals import IsPartialDict, IsStr
from fastapi import APIRouter, Body, HTTPException, Query, Response
from fastapi.responses import PlainTextResponse, StreamingResponse
from httpx2 import AsyncClient
from pydantic import BaseModel, Field, ValidationInfo, field_validator
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Receive, Scope, Send

from app.core import errors
from app.core.context import name_request, problem_members
from app.core.errors import Conflict, Problem
from app.core.feature import Feature, MiddlewareMount, RouterMount
from app.core.middleware.stack import Order
from app.core.problems import Occurrence
from app.core.registry import Registry
from app.core.settings import CoreSettings
from tests.core.serving import log_lines, routed, serving

router = APIRouter()


class Cat(BaseModel):
    kind: Literal["cat"]


class Dog(BaseModel):
    kind: Literal["dog"]


class Purchase(BaseModel):
    name: str = Field(min_length=2)
    password: str = Field(min_length=12)
    pet: Annotated[Cat | Dog, Field(discriminator="kind")] | None = None

    @field_validator("name")
    @classmethod
    def check_name(cls, name: str, info: ValidationInfo) -> str:
        if name == "nobody":
            raise ValueError("nobody must not order")
        return name


class OutOfStock(Exception):
    pass


@router.post("/orders")
async def create_order(order: Purchase, size: Annotated[int, Query(le=100)] = 1) -> str:
    return order.name


@router.post("/raw")
async def take_raw(data: Annotated[bytes, Body()], size: Annotated[int, Query(le=100)] = 1) -> int:
    return len(data) * size


@router.get("/orders/{number}")
async def read_order(number: int) -> int:
    return number


@router.get("/raise/{name}")
async def fail(name: str) -> Response:
    if name == "teapot":
        raise HTTPException(418, "short and stout", headers={"X-Handle": "here"})
    if name == "unchanged":
        raise HTTPException(304, headers={"ETag": '"1"'})
    if name == "odd":
        raise HTTPException(599)
    if name == "own":
        raise Conflict("There is one.", code="order_exists", headers={"X-Own": "1"}, order=7)
    if name == "stock":
        raise OutOfStock
    if name == "gone":
        raise ClientDisconnect
    if name == "plain":
        return PlainTextResponse("no such luck", 409, {"X-Kept": "yes"})
    kind = getattr(errors, name, None)
    if kind is not None:
        raise kind("As said.")
    raise RuntimeError("password=hunter2")


class Shown(BaseModel):
    name: str


@router.get("/unfit", response_model=Shown)
async def show_unfit() -> dict[str, str]:
    return {"nickname": "hunter2"}


@router.get("/broken-off")
async def break_off() -> StreamingResponse:
    async def chunks() -> Any:
        yield b"one"
        raise RuntimeError("in the middle")

    return StreamingResponse(chunks())


FEATURE = Feature(
    name="orders",
    routers=(RouterMount(router, version=None),),
    problems=((OutOfStock, lambda _: Conflict("Sold out.", code="sold_out")),),
)


@pytest.fixture
async def shop() -> Any:
    async with serving(FEATURE, log_format="json") as client:
        yield client


def document(status: int, code: str, instance: str, **rest: Any) -> Any:
    return {
        "type": "about:blank",
        "title": IsStr(min_length=3),
        "status": status,
        "detail": IsStr(min_length=3),
        "instance": instance,
        "code": code,
        "request_id": IsStr(regex="[0-9a-f]{32}"),
        **rest,
    }


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/nothing", 404, "not_found"),
        ("DELETE", "/orders", 405, "method_not_allowed"),
        ("GET", "/raise/teapot", 418, "im_a_teapot"),
        ("GET", "/raise/odd", 599, "unknown_error"),
        ("GET", "/raise/own", 409, "order_exists"),
        ("GET", "/raise/stock", 409, "sold_out"),
        ("GET", "/raise/gone", 400, "bad_request"),
        ("GET", "/raise/plain", 409, "conflict"),
        ("GET", "/raise/BadRequest", 400, "bad_request"),
        ("GET", "/raise/Unauthorized", 401, "unauthorized"),
        ("GET", "/raise/Forbidden", 403, "forbidden"),
        ("GET", "/raise/NotFound", 404, "not_found"),
        ("GET", "/raise/PreconditionFailed", 412, "precondition_failed"),
        ("GET", "/raise/ContentTooLarge", 413, "content_too_large"),
        ("GET", "/raise/UnsupportedMediaType", 415, "unsupported_media_type"),
        ("GET", "/raise/Unprocessable", 422, "unprocessable"),
        ("GET", "/raise/TooManyRequests", 429, "too_many_requests"),
        ("GET", "/raise/ServiceUnavailable", 503, "service_unavailable"),
        ("GET", "/raise/something", 500, "internal_error"),
        ("GET", "/orders/x", 422, "validation_failed"),
    ],
)
async def test_every_error_is_a_problem_document(
    shop: AsyncClient, method: str, path: str, status: int, code: str
) -> None:
    response = await shop.request(method, path)
    assert response.status_code == status
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json() == IsPartialDict(document(status, code, path))
    assert response.json()["request_id"] == response.headers["X-Request-ID"]
    assert int(response.headers["Content-Length"]) == len(response.content)


async def test_an_answer_that_has_no_body_gets_none(shop: AsyncClient) -> None:
    response = await shop.get("/raise/unchanged")
    assert (response.status_code, response.content) == (304, b"")
    assert response.headers["ETag"] == '"1"'


async def test_a_problem_keeps_its_headers_and_members(shop: AsyncClient) -> None:
    response = await shop.get("/raise/own")
    assert response.headers["X-Own"] == "1"
    assert response.json() == document(409, "order_exists", "/raise/own", order=7)
    assert (await shop.get("/raise/teapot")).headers["X-Handle"] == "here"


async def test_a_refusal_in_plain_text_keeps_its_headers(shop: AsyncClient) -> None:
    response = await shop.get("/raise/plain")
    assert response.json()["detail"] == "no such luck"
    assert response.headers["X-Kept"] == "yes"
    assert len(response.headers.get_list("Content-Type")) == 1


async def test_what_is_not_allowed_says_what_is(shop: AsyncClient) -> None:
    assert (await shop.put("/orders")).headers["Allow"] == "OPTIONS, POST"
    assert (await shop.put("/orders/7")).headers["Allow"] == "GET, HEAD, OPTIONS"


async def test_validation_lists_what_is_wrong_field_by_field(shop: AsyncClient) -> None:
    body = {"name": "x", "password": "hunter2", "pet": {"kind": "hunter3"}}
    response = await shop.post("/orders?size=1000", json=body)
    assert response.status_code == 422
    assert response.json() == document(
        422,
        "validation_failed",
        "/orders",
        errors=[
            {"field": "query.size", "message": IsStr, "code": "less_than_equal"},
            {"field": "body.name", "message": IsStr, "code": "string_too_short"},
            {"field": "body.password", "message": IsStr, "code": "string_too_short"},
            {"field": "body.pet", "message": IsStr, "code": "union_tag_invalid"},
        ],
    )
    assert "hunter" not in response.text


async def test_a_rule_of_a_validator_is_told_in_its_own_words(shop: AsyncClient) -> None:
    response = await shop.post("/orders", json={"name": "nobody", "password": "long enough 12"})
    assert response.json()["errors"] == [
        {"field": "body.name", "message": "nobody must not order", "code": "value_error"}
    ]


async def test_broken_json_says_where(shop: AsyncClient) -> None:
    headers = {"Content-Type": "application/json"}
    response = await shop.post("/orders", content='{"name": hunter2}', headers=headers)
    assert response.status_code == 422
    assert response.json()["errors"] == [
        {
            "field": "body",
            "message": "Not valid JSON at position 9: Expecting value",
            "code": "json_invalid",
        }
    ]


async def test_a_body_that_is_no_text_is_a_bad_request(shop: AsyncClient) -> None:
    headers = {"Content-Type": "application/json"}
    response = await shop.post("/orders", content=b"\xff\xfe\xfa", headers=headers)
    assert response.status_code == 400
    assert response.json()["code"] == "bad_request"


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", None])
async def test_a_body_of_another_kind_is_unsupported(
    shop: AsyncClient, content_type: str | None
) -> None:
    headers = {"Content-Type": content_type} if content_type else {}
    response = await shop.post("/orders", content=b'{"name": "hunter2"}', headers=headers)
    assert response.status_code == 415
    assert response.json() == document(415, "unsupported_media_type", "/orders")
    assert response.headers["Accept"] == "application/json"


async def test_an_endpoint_may_take_a_body_of_any_kind(shop: AsyncClient) -> None:
    headers = {"Content-Type": "application/octet-stream"}
    assert (await shop.post("/raw", content=b"abc", headers=headers)).json() == 3
    response = await shop.post("/raw?size=1000", content=b"abc", headers=headers)
    assert response.json()["code"] == "validation_failed"


async def test_an_unexpected_error_is_logged_and_not_told(
    shop: AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    response = await shop.get("/raise/something")
    assert response.status_code == 500
    assert "hunter2" not in response.text
    assert "RuntimeError" not in response.text
    error, request = log_lines(capsys)
    assert error == IsPartialDict(
        level="error", event="unexpected_error", request_id=response.headers["X-Request-ID"]
    )
    assert "RuntimeError" in error["exception"]
    assert "hunter2" not in json.dumps(error)
    assert request == IsPartialDict(level="error", status=500, route="/raise/{name}")


async def test_an_answer_that_does_not_fit_is_logged_without_its_data(
    shop: AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    response = await shop.get("/unfit")
    assert response.status_code == 500
    output = capsys.readouterr().out
    assert "hunter2" not in response.text + output
    assert json.loads(output.splitlines()[0]) == IsPartialDict(
        level="error",
        event="answer_does_not_fit",
        endpoint="GET /unfit",
        errors=[{"field": "response.name", "message": "Field required", "code": "missing"}],
    )


async def test_debugging_tells_what_an_unexpected_error_was() -> None:
    async with serving(FEATURE, debug=True) as client:
        response = await client.get("/raise/something")
    assert response.json()["detail"] == "RuntimeError: password=hunter2"


async def test_an_answer_that_has_begun_is_broken_off(
    shop: AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    with pytest.raises(AssertionError):  # the test client misses the end of the answer
        await shop.get("/broken-off")
    assert "answer_broken_off" in [line["event"] for line in log_lines(capsys)]


async def test_an_error_of_the_outermost_middleware_is_a_problem_too() -> None:
    async def failing(scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            raise RuntimeError("outside")

    feature = Feature(name="broken", middleware=(MiddlewareMount(1, lambda *_: failing),))
    async with serving(feature) as client:
        response = await client.get("/health")
    assert response.status_code == 500
    assert response.json()["code"] == "internal_error"


async def test_a_middleware_inside_may_raise_a_problem() -> None:
    async def refusing(scope: Any, receive: Any, send: Any) -> None:
        raise errors.TooManyRequests("Wait.", headers={"Retry-After": "3"})

    feature = Feature(
        name="limit", middleware=(MiddlewareMount(Order.ERRORS + 10, lambda *_: refusing),)
    )
    async with serving(feature, cors_origins=("https://www.example.com",)) as client:
        response = await client.get("/health", headers={"Origin": "https://www.example.com"})
    assert response.status_code == 429
    assert response.headers["Retry-After"] == "3"
    assert response.headers["Access-Control-Allow-Origin"] == "https://www.example.com"


def test_a_problem_is_an_exception_with_its_detail_as_message() -> None:
    problem = Problem("What happened.")
    assert str(problem) == "What happened."
    assert (problem.status, problem.code) == (500, "internal_error")


async def test_one_feature_does_not_answer_for_another() -> None:
    async with serving(routed(router, version=None)) as client:
        assert (await client.get("/raise/stock")).status_code == 500


async def test_features_hear_of_every_exception_that_becomes_an_answer() -> None:
    heard: list[tuple[str, int, bool]] = []

    def listen(occurrence: Occurrence, registry: Registry) -> None:
        assert registry.get(CoreSettings).name
        name = type(occurrence.error).__name__
        heard.append((name, occurrence.problem.status, occurrence.foreseen))

    def fail(occurrence: Occurrence, registry: Registry) -> None:
        raise ValueError(occurrence, registry)

    listeners = (Feature(name="deaf", on_problem=fail), Feature(name="account", on_problem=listen))
    async with serving(FEATURE, *listeners) as client:
        assert (await client.get("/raise/something")).status_code == 500
        assert (await client.get("/unknown")).status_code == 404
        with pytest.raises(AssertionError):
            await client.get("/broken-off")
    assert heard == [
        ("RuntimeError", 500, False),
        ("HTTPException", 404, True),
        ("RuntimeError", 500, False),
    ]


async def test_a_further_name_of_a_request_is_in_its_log_lines_and_problems(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def named(app: ASGIApp, _: Registry) -> ASGIApp:
        async def middleware(scope: Scope, receive: Receive, send: Send) -> None:
            name_request(order_number="7")
            await app(scope, receive, send)

        return middleware

    feature = Feature(name="naming", middleware=(MiddlewareMount(Order.REQUEST + 1, named),))
    async with serving(FEATURE, feature, log_format="json") as client:
        capsys.readouterr()
        problem = (await client.get("/unknown")).json()
        assert (problem["order_number"], len(problem["request_id"])) == ("7", 32)
    assert [line["order_number"] for line in log_lines(capsys)] == ["7"]
    assert problem_members.get() is None
