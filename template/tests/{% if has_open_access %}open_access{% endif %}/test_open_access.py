"""Whoever reaches the service may do everything it offers."""

from typing import Annotated, Any

import pytest
from fastapi import APIRouter

from app.core.access import Principal, Reach, Requires, Scope
from app.core.feature import Feature, RouterMount
from app.open_access.feature import feature as open_access
from tests.core.serving import serving

router = APIRouter()


@router.get("/doors")
async def open_door(caller: Annotated[Principal, Requires("doors:open")]) -> dict[str, Any]:
    return {"subject": caller.subject, "is_anonymous": caller.is_anonymous}


DOORS = Feature(
    name="doors",
    routers=(RouterMount(router),),
    scopes=(Scope("doors:open", "Open doors.", Reach.SERVICE),),
)


@pytest.mark.parametrize("headers", [{}, {"Authorization": "Bearer of good news"}])
async def test_everyone_is_the_same_anonymous_caller_with_every_scope(
    headers: dict[str, str],
) -> None:
    async with serving(open_access, DOORS) as client:
        answer = await client.get("/api/v1/doors", headers=headers)
    assert answer.status_code == 200
    assert answer.json() == {"subject": "anonymous", "is_anonymous": True}


async def test_without_it_nobody_gets_in() -> None:
    async with serving(DOORS) as client:
        answer = await client.get("/api/v1/doors")
    assert answer.status_code == 401
