from typing import Annotated

from fastapi import APIRouter

from app.core.access import Principal, Requires

NAME = "one that knows its caller"
router = APIRouter()


@router.get("/trial/caller")
async def know_caller(caller: Annotated[Principal, Requires()]) -> dict[str, str]:
    return {"status": caller.via}
