"""What is compressed, and what is not worth it."""

from collections.abc import AsyncIterator

import pytest
from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from tests.core.serving import routed, serving

router = APIRouter()


@router.get("/text/{size}")
async def show_text(size: int) -> str:
    return "x" * size


@router.get("/events")
async def tell_events() -> StreamingResponse:
    async def events() -> AsyncIterator[str]:
        for _ in range(100):
            yield f"data: {'x' * 100}\n\n"

    return StreamingResponse(events(), media_type="text/event-stream")


@pytest.mark.parametrize(
    ("path", "accepted", "encoding"),
    [
        ("text/5000", "gzip", "gzip"),
        ("text/5000", "identity", None),
        ("text/10", "gzip", None),
        ("events", "gzip", None),
    ],
)
async def test_large_answers_are_compressed(path: str, accepted: str, encoding: str | None) -> None:
    async with serving(routed(router)) as client:
        response = await client.get(f"/api/v1/{path}", headers={"Accept-Encoding": accepted})
    assert response.headers.get("Content-Encoding") == encoding
    assert "x" * 10 in response.text
    if encoding:
        assert int(response.headers["Content-Length"]) < 500
        assert "Accept-Encoding" in response.headers["Vary"]
