"""Every endpoint of this service says who may call it."""

from typing import Annotated

from fastapi import APIRouter, Depends

from app.core.access import PUBLIC, Principal, Requires, get_caller
from app.core.application import create_app
from app.core.feature import Feature, RouterMount
from app.core.openapi import undeclared
from app.core.settings import Settings
from app.wiring import FEATURES

router = APIRouter()


@router.get("/forgotten")
@router.post("/forgotten")
async def forget() -> None: ...


@router.get("/optional")
async def know(caller: Annotated[Principal, Depends(get_caller)]) -> str:
    return caller.subject


@router.get("/public", dependencies=[PUBLIC])
async def show() -> None: ...


@router.get("/signed-in")
async def greet(caller: Annotated[Principal, Requires()]) -> str:
    return caller.subject


def test_every_endpoint_names_its_scopes_or_says_that_it_is_public(
    settings: list[Settings],
) -> None:
    """Give one that fails a `Requires("orders:read")`, or `dependencies=[PUBLIC]`."""
    assert undeclared(create_app(FEATURES, settings=settings, env_file=None)) == []


def test_one_that_says_nothing_is_noticed() -> None:
    app = create_app([Feature(name="trial", routers=(RouterMount(router),))], env_file=None)
    assert undeclared(app) == [
        "POST /api/v1/forgotten",
        "GET /api/v1/forgotten",
        "GET /api/v1/optional",
    ]
