"""The id, the duration and the log line of a request; what its lines say and hide."""

import logging
import re
from typing import Any

import pytest
import structlog
from dirty_equals import IsFloat, IsPartialDict, IsStr
from fastapi import APIRouter
from httpx2 import AsyncClient

from app.core.context import bind, bind_principal
from app.core.feature import Feature, ReadinessCheck, RouterMount
from tests.core.serving import log_lines, routed, serving

logger = structlog.stdlib.get_logger("shop")

inner = APIRouter()


@inner.get("/{number}")
async def read_order(number: int) -> str:
    bind_principal("user-7")
    bind(basket=number)
    logger.info("order_read", number=number)
    logging.getLogger("library").info("fetched %s", number, extra={"rows": 2})
    return "order"


@inner.get("/in-thread/{number}")
def read_in_thread(number: int) -> str:
    logger.info("in_thread", number=number)
    return "order"


outer = APIRouter(prefix="/shops/{shop}")
outer.include_router(inner, prefix="/orders")


@pytest.fixture
async def shop() -> Any:
    async with serving(routed(outer), log_format="json", version="1.2.3") as client:
        yield client


async def test_each_request_is_one_line(
    shop: AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    capsys.readouterr()
    response = await shop.get("/api/v1/shops/a/orders/7?token=hunter2")
    own, library, line = log_lines(capsys)
    about = {
        "service": "my-service",
        "version": "1.2.3",
        "environment": "test",
        "request_id": response.headers["X-Request-ID"],
        "principal": "user-7",
        "basket": 7,
        "timestamp": IsStr(regex=r"\d{4}-\d\d-\d\dT[\d:.]+\+00:00"),
        "level": "info",
    }
    about["service"] = line["service"]
    assert own == {**about, "logger": "shop", "event": "order_read", "number": 7}
    assert library == {**about, "logger": "library", "event": "fetched 7", "rows": 2}
    assert line == {
        **about,
        "logger": "app.core.middleware.request",
        "event": "request",
        "method": "GET",
        "route": "/api/v1/shops/{shop}/orders/{number}",
        "status": 200,
        "duration_ms": IsFloat(ge=0),
        "client": "127.0.0.1",
    }


async def test_a_line_from_a_thread_names_the_request(
    shop: AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    response = await shop.get("/api/v1/shops/a/orders/in-thread/7")
    lines = {line["event"]: line for line in log_lines(capsys)}
    assert lines["in_thread"]["request_id"] == response.headers["X-Request-ID"]


async def test_nothing_of_one_request_is_in_the_lines_of_the_next(
    shop: AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    await shop.get("/api/v1/shops/a/orders/7")
    capsys.readouterr()
    await shop.get("/nothing")
    (line,) = log_lines(capsys)
    assert line["principal"] is None
    assert "basket" not in line


@pytest.mark.parametrize(
    ("method", "path", "route", "status"),
    [
        ("GET", "/nothing/at/all", "unmatched", 404),
        ("GET", "/api/v1/shops/a/orders/x", "/api/v1/shops/{shop}/orders/{number}", 422),
        ("PUT", "/api/v1/shops/a/orders/7", "/api/v1/shops/{shop}/orders/{number}", 405),
        ("HEAD", "/api/v1/shops/a/orders/7", "/api/v1/shops/{shop}/orders/{number}", 200),
        ("GET", "/openapi.json", "/openapi.json", 200),
        ("GET", "/docs", "/docs", 200),
    ],
)
async def test_a_line_names_the_route_and_never_the_path(
    shop: AsyncClient,
    capsys: pytest.CaptureFixture[str],
    method: str,
    path: str,
    route: str,
    status: int,
) -> None:
    capsys.readouterr()
    await shop.request(method, path)
    line = log_lines(capsys)[-1]
    assert (line["method"], line["route"], line["status"]) == (method, route, status)


async def test_one_endpoint_in_two_versions_has_two_routes(
    capsys: pytest.CaptureFixture[str],
) -> None:
    feature = Feature(
        name="shop", routers=(RouterMount(inner, version="v1"), RouterMount(inner, version="v2"))
    )
    async with serving(feature, log_format="json") as client:
        capsys.readouterr()
        await client.get("/api/v1/7")
        await client.get("/api/v2/7")
    routes = [line["route"] for line in log_lines(capsys) if line["event"] == "request"]
    assert routes == ["/api/v1/{number}", "/api/v2/{number}"]


async def test_probes_are_logged_only_while_debugging(capsys: pytest.CaptureFixture[str]) -> None:
    async with serving(log_format="json") as client:
        await client.get("/health")
        await client.get("/ready")
        await client.head("/health")
        assert log_lines(capsys) == []
    async with serving(log_format="json", debug=True) as client:
        await client.get("/health")
        assert log_lines(capsys) == [IsPartialDict(level="debug", route="/health")]


async def test_a_probe_that_fails_is_logged(capsys: pytest.CaptureFixture[str]) -> None:
    async def fail(registry: Any) -> None:
        raise ConnectionError("nobody there")

    feature = Feature(name="away", checks=(ReadinessCheck("away", fail),))
    async with serving(feature, log_format="json") as client:
        await client.get("/ready")
    check, line = log_lines(capsys)
    assert check == IsPartialDict(event="check_failed", check="away", level="warning")
    assert line == IsPartialDict(level="error", status=503, route="/ready")


@pytest.mark.parametrize(
    "identifier",
    ["abcdefgh", "A.b_c-1234", "0" * 64, "123e4567-e89b-12d3-a456-426614174000"],
)
async def test_a_well_formed_request_id_is_kept(shop: AsyncClient, identifier: str) -> None:
    response = await shop.get("/health", headers={"X-Request-ID": identifier})
    assert response.headers.get_list("X-Request-ID") == [identifier]


@pytest.mark.parametrize(
    "identifier",
    ["", "short", "0" * 65, "spaces in it", "new\tline", "<script>alert(1)</script>", "é" * 10],
)
async def test_any_other_request_id_is_replaced(shop: AsyncClient, identifier: str) -> None:
    headers = [(b"X-Request-ID", identifier.encode())]
    response = await shop.get("/health", headers=headers)
    assert re.fullmatch("[0-9a-f]{32}", response.headers["X-Request-ID"])


@pytest.mark.parametrize("path", ["/health", "/nothing", "/api/v1/shops/a/orders/x"])
async def test_every_answer_has_an_id_of_its_own_and_a_duration(
    shop: AsyncClient, path: str
) -> None:
    answers = [await shop.get(path) for _ in range(2)]
    assert len({answer.headers["X-Request-ID"] for answer in answers}) == 2
    assert all(0 <= float(answer.headers["X-Process-Time"]) < 60 for answer in answers)
