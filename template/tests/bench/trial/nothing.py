from fastapi import APIRouter

from app.core.access import PUBLIC

NAME = "an endpoint that does nothing"
router = APIRouter()


@router.get("/trial/nothing", dependencies=[PUBLIC])
async def do_nothing() -> dict[str, str]:
    return {"status": "ok"}
