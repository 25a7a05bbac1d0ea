"""A request that fails."""

from fastapi import APIRouter

from app.core.feature import Feature, RouterMount

router = APIRouter(prefix="/use", tags=["use"])


@router.get("/failing")
async def fail() -> None:
    raise RuntimeError("Nobody expected this.")


feature = Feature(name="use of failing", routers=(RouterMount(router),))
