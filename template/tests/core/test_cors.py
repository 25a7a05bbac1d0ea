"""Which pages of other origins may call the service."""

from collections.abc import AsyncIterator

import pytest
from fastapi import APIRouter
from httpx2 import AsyncClient

from app.core.feature import Feature, MiddlewareMount
from tests.core.serving import routed, serving

ORIGIN = "https://www.example.com"

router = APIRouter()


@router.get("/fail")
async def fail() -> None:
    raise RuntimeError("unexpected")


@pytest.fixture
async def shop() -> AsyncIterator[AsyncClient]:
    async with serving(
        routed(router), cors_origins=(ORIGIN,), cors_credentials=True, max_body_size=10
    ) as client:
        yield client


def preflight(origin: str = ORIGIN, method: str = "POST", headers: str = "") -> dict[str, str]:
    asked = {"Origin": origin, "Access-Control-Request-Method": method}
    return {**asked, "Access-Control-Request-Headers": headers} if headers else asked


@pytest.mark.parametrize("path", ["/health", "/nothing", "/api/v1/fail"])
async def test_a_page_of_the_origin_may_read_any_answer(shop: AsyncClient, path: str) -> None:
    response = await shop.get(path, headers={"Origin": ORIGIN})
    assert response.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert response.headers["Access-Control-Allow-Credentials"] == "true"
    assert "X-Request-ID" in response.headers["Access-Control-Expose-Headers"]
    assert "X-Request-ID" in response.headers


async def test_too_large_a_body_is_readable_too(shop: AsyncClient) -> None:
    response = await shop.post("/health", headers={"Origin": ORIGIN}, content=b"x" * 11)
    assert response.headers["Access-Control-Allow-Origin"] == ORIGIN


async def test_a_page_of_another_origin_may_not(shop: AsyncClient) -> None:
    response = await shop.get("/health", headers={"Origin": "https://evil.example.net"})
    assert response.status_code == 200
    assert "Access-Control-Allow-Origin" not in response.headers


async def test_a_browser_that_asks_first_is_answered(shop: AsyncClient) -> None:
    response = await shop.options("/health", headers=preflight(headers="Authorization"))
    assert response.status_code == 200
    assert response.headers["Access-Control-Allow-Origin"] == ORIGIN
    assert "POST" in response.headers["Access-Control-Allow-Methods"]
    assert "Authorization" in response.headers["Access-Control-Allow-Headers"]


@pytest.mark.parametrize(
    "headers",
    [
        preflight(origin="https://evil.example.net"),
        preflight(method="TRACE"),
        preflight(headers="X-Evil"),
    ],
)
async def test_a_browser_that_may_not_is_refused_with_a_problem(
    shop: AsyncClient, headers: dict[str, str]
) -> None:
    response = await shop.options("/health", headers=headers)
    assert response.status_code == 400
    assert response.headers["Content-Type"] == "application/problem+json"
    assert "Disallowed CORS" in response.json()["detail"]
    assert "Origin" in response.headers["Vary"]


async def test_features_add_headers_that_pages_may_send_and_read() -> None:
    mount = MiddlewareMount(1400, lambda app, _: app, exposes=("X-Told",), accepts=("X-Asked",))
    feature = Feature(name="trial", middleware=(mount,))
    async with serving(feature, cors_origins=(ORIGIN,)) as client:
        asked = await client.options("/health", headers=preflight(headers="X-Asked"))
        answer = await client.get("/health", headers={"Origin": ORIGIN})
    assert asked.status_code == 200
    assert "X-Told" in answer.headers["Access-Control-Expose-Headers"]


async def test_without_origins_nothing_is_said() -> None:
    async with serving() as client:
        response = await client.get("/health", headers={"Origin": ORIGIN})
    assert not [name for name in response.headers if name.startswith("access-control")]
