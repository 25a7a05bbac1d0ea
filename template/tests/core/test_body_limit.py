"""How large a request may be, also when it does not say so."""

from collections.abc import AsyncIterator
from typing import Annotated

import pytest
from fastapi import APIRouter, Body, Request
from httpx2 import AsyncClient

from tests.core.serving import routed, serving

router = APIRouter()


@router.post("/json")
async def take_json(data: Annotated[str, Body()]) -> int:
    return len(data)


@router.post("/stream")
async def take_stream(request: Request) -> int:
    return sum([len(chunk) async for chunk in request.stream()])


@router.post("/nothing")
async def take_nothing() -> str:
    return "fine"


@router.post("/upload", max_body_size=1000)
async def take_upload(request: Request) -> int:
    return len(await request.body())


@pytest.fixture
async def shop() -> AsyncIterator[AsyncClient]:
    async with serving(routed(router), max_body_size=100) as client:
        yield client


async def in_chunks(size: int) -> AsyncIterator[bytes]:
    yield b'"'
    for _ in range(size - 2):
        yield b"x"
    yield b'"'


JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize("path", ["json", "stream"])
async def test_a_body_within_the_limit_is_taken(shop: AsyncClient, path: str) -> None:
    whole = await shop.post(f"/api/v1/{path}", content=b'"' + b"x" * 98 + b'"', headers=JSON)
    chunked = await shop.post(f"/api/v1/{path}", content=in_chunks(100), headers=JSON)
    assert (whole.status_code, chunked.status_code) == (200, 200)


@pytest.mark.parametrize("path", ["json", "stream", "nothing"])
async def test_a_larger_one_is_refused_with_a_problem(shop: AsyncClient, path: str) -> None:
    response = await shop.post(f"/api/v1/{path}", content=b"x" * 101, headers=JSON)
    assert response.status_code == 413
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "content_too_large"
    assert response.json()["request_id"] == response.headers["X-Request-ID"]


@pytest.mark.parametrize("path", ["json", "stream"])
async def test_one_that_does_not_say_its_size_is_counted(shop: AsyncClient, path: str) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 10
            yield b"x" * 10

    response = await shop.post(f"/api/v1/{path}", content=endless(), headers=JSON)
    assert response.status_code == 413
    assert response.json()["code"] == "content_too_large"
    assert sent <= 120


async def test_a_size_that_is_a_lie_is_counted(shop: AsyncClient) -> None:
    headers = {**JSON, "Content-Length": "10"}
    response = await shop.post("/api/v1/stream", content=in_chunks(101), headers=headers)
    assert response.status_code == 413


async def test_an_endpoint_may_take_more(shop: AsyncClient) -> None:
    assert (await shop.post("/api/v1/upload", content=b"x" * 1000)).json() == 1000
    assert (await shop.post("/api/v1/upload", content=b"x" * 1001)).status_code == 413
