"""HEAD is GET without the body, and OPTIONS says what there is."""

import pytest
from fastapi import APIRouter, Response

from tests.core.serving import routed, serving

router = APIRouter()


@router.get("/orders")
async def list_orders(response: Response, size: int = 1) -> list[str]:
    response.headers["X-Total"] = str(size)
    return ["x"] * size


@router.post("/orders")
async def create_order() -> str:
    return "order"


@router.get("/orders/{number}")
async def read_order(number: int) -> int:
    return number


@router.put("/orders/{name}")
async def write_order(name: str) -> str:
    return name


@pytest.mark.parametrize(
    ("path", "status"),
    [("orders?size=3", 200), ("orders?size=x", 422), ("orders/7", 200), ("nothing", 404)],
)
async def test_head_is_get_without_the_body(path: str, status: int) -> None:
    async with serving(routed(router)) as client:
        got = await client.get(f"/api/v1/{path}")
        head = await client.head(f"/api/v1/{path}")
    assert head.content == b""
    assert head.status_code == got.status_code == status
    varying = {"x-request-id", "x-process-time"}
    assert {k: v for k, v in head.headers.items() if k not in varying} == {
        k: v for k, v in got.headers.items() if k not in varying
    }


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/api/v1/orders", "GET, HEAD, OPTIONS, POST"),
        ("/api/v1/orders/7", "GET, HEAD, OPTIONS, PUT"),
        ("/api/v1/orders/seven", "GET, HEAD, OPTIONS, PUT"),
        ("/docs", "GET, HEAD, OPTIONS"),
    ],
)
async def test_options_says_what_there_is(path: str, allowed: str) -> None:
    async with serving(routed(router)) as client:
        response = await client.options(path)
        refused = await client.delete(path)
    assert (response.status_code, response.content) == (204, b"")
    assert response.headers["Allow"] == allowed
    assert refused.status_code == 405
    assert refused.headers["Allow"] == allowed


async def test_options_of_nothing_is_not_found() -> None:
    async with serving() as client:
        assert (await client.options("/nothing")).status_code == 404
