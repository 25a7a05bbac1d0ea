"""How long a caller waits for an answer to begin."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from fastapi import APIRouter
from fastapi.responses import StreamingResponse
from httpx2 import AsyncClient

from tests.core.serving import routed, serving

router = APIRouter()
undone: list[str] = []


@router.get("/slow")
async def be_slow() -> None:
    try:
        await asyncio.sleep(60)
    finally:
        undone.append("slow")


@router.get("/download")
async def download() -> StreamingResponse:
    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(3):
            await asyncio.sleep(0.15)
            yield b"x"

    return StreamingResponse(chunks())


@router.get("/own")
async def give_up() -> None:
    async with asyncio.timeout(0):
        await asyncio.sleep(60)


@router.get("/stubborn")
async def be_stubborn() -> str:
    try:
        await asyncio.sleep(60)
    except asyncio.CancelledError:
        return "late"
    return "never"


@pytest.fixture
async def shop() -> AsyncIterator[AsyncClient]:
    async with serving(routed(router), request_timeout=0.3) as client:
        yield client


async def test_what_takes_too_long_is_given_up(shop: AsyncClient) -> None:
    undone.clear()
    response = await shop.get("/api/v1/slow")
    assert response.status_code == 503
    assert response.json()["code"] == "request_timeout"
    assert undone == ["slow"]


async def test_what_has_begun_may_take_its_time(shop: AsyncClient) -> None:
    assert (await shop.get("/api/v1/download")).text == "xxx"


async def test_a_timeout_of_the_endpoint_is_an_error_of_its_own(shop: AsyncClient) -> None:
    response = await shop.get("/api/v1/own")
    assert response.status_code == 500
    assert response.json()["code"] == "internal_error"


async def test_an_answer_that_comes_anyway_is_sent(shop: AsyncClient) -> None:
    assert (await shop.get("/api/v1/stubborn")).json() == "late"
