"""`Cache-Control`: private by default, and what endpoints say instead."""

import pytest
from fastapi import APIRouter, Response

from app.cache.http import MIDDLEWARE, keep_for
from app.core.errors import NotFound
from app.core.etag import not_modified
from app.core.feature import Feature, RouterMount
from tests.core.serving import serving

router = APIRouter()


@router.get("/plain")
@router.post("/plain")
async def plain() -> str:
    return "plain"


@router.get("/own", dependencies=[keep_for(60)])
async def own() -> str:
    return "own"


@router.get("/shared", dependencies=[keep_for(3600, public=True)])
async def shared(*, held: bool = False, missing: bool = False) -> Response:
    if missing:
        raise NotFound("There is none.")
    return not_modified('"tag"') if held else Response("shared")


@router.get("/secret")
async def secret(response: Response) -> str:
    response.headers["Cache-Control"] = "no-store"
    return "secret"


trial = Feature(name="trial", middleware=MIDDLEWARE, routers=(RouterMount(router, version=None),))


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/plain", "private, no-cache"),
        ("HEAD", "/plain", "private, no-cache"),
        ("POST", "/plain", None),
        ("GET", "/nowhere", "private, no-cache"),
        ("GET", "/own", "private, max-age=60"),
        ("GET", "/shared", "public, max-age=3600"),
        ("GET", "/shared?held=true", "public, max-age=3600"),
        ("GET", "/shared?missing=true", "private, no-cache"),
        ("GET", "/secret", "no-store"),
    ],
)
async def test_what_an_answer_says(method: str, path: str, expected: str | None) -> None:
    async with serving(trial) as client:
        answer = await client.request(method, path)
    assert answer.headers.get("cache-control") == expected


async def test_a_private_answer_is_for_one_who_signs_in_alike() -> None:
    async with serving(trial) as client:
        kept, shared_by_all = await client.get("/own"), await client.get("/shared")
    assert "Authorization" in kept.headers["vary"]
    assert "Authorization" not in shared_by_all.headers.get("vary", "")
