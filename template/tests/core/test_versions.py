"""Versions of the API, and how the old ones say goodbye."""

from datetime import date

import pytest
from fastapi import APIRouter

from app.core.feature import Deprecation, Feature, RouterMount
from tests.core.serving import serving

old = APIRouter(prefix="/orders", tags=["orders"])
new = APIRouter(prefix="/orders", tags=["orders"])
other = APIRouter(prefix="/orders", tags=["orders"])


@old.get("")
@new.get("")
async def list_orders(size: int = 1) -> int:
    return size


@old.get("/fail")
async def fail() -> None:
    raise RuntimeError("unexpected")


@other.post("")
async def create_order() -> str:
    return "order"


GOODBYE = Deprecation(since=date(2026, 1, 1), sunset=date(2026, 12, 31), successor="/api/v2/orders")
FEATURE = Feature(
    name="orders",
    routers=(
        RouterMount(old, version="v1", deprecation=GOODBYE),
        RouterMount(new, version="v2"),
        RouterMount(other, version="v1"),
    ),
)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/v1/orders", 200),
        ("/api/v1/orders?size=x", 422),
        ("/api/v1/orders/fail", 500),
    ],
)
async def test_each_answer_of_the_old_version_says_when_it_goes(path: str, status: int) -> None:
    async with serving(FEATURE) as client:
        response = await client.get(path)
    assert response.status_code == status
    assert response.headers["Deprecation"] == "@1767225600"
    assert response.headers["Sunset"] == "Thu, 31 Dec 2026 00:00:00 GMT"
    assert response.headers["Link"] == '</api/v2/orders>; rel="successor-version"'


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", "/api/v2/orders"), ("POST", "/api/v1/orders"), ("GET", "/api/v1/nothing")],
)
async def test_nothing_else_does(method: str, path: str) -> None:
    async with serving(FEATURE) as client:
        response = await client.request(method, path)
    assert "Deprecation" not in response.headers
    assert "Sunset" not in response.headers


async def test_the_documentation_marks_it_as_well() -> None:
    async with serving(FEATURE) as client:
        paths = (await client.get("/openapi.json")).json()["paths"]
    assert paths["/api/v1/orders"]["get"]["deprecated"] is True
    assert "deprecated" not in paths["/api/v2/orders"]["get"]
    assert "deprecated" not in paths["/api/v1/orders"]["post"]
