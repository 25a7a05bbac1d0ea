"""A service that takes its time: `python -m tests.core.slow_service run`."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import structlog
from fastapi import APIRouter
from fastapi.responses import StreamingResponse

from app.core.cli import run_cli
from app.core.feature import Feature, RouterMount
from app.core.registry import Registry
from app.core.settings import CoreSettings, Environment
from app.core.startup import StartupError

logger = structlog.stdlib.get_logger("slow")
router = APIRouter()


@router.get("/slow")
async def be_slow() -> str:
    logger.info("slow_begins")
    await asyncio.sleep(1.5)
    logger.info("slow_ends")
    return "done"


@router.get("/broken-off")
async def break_off() -> StreamingResponse:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"one"
        raise RuntimeError("in the middle")

    return StreamingResponse(chunks())


@asynccontextmanager
async def first(registry: Registry) -> AsyncIterator[None]:
    yield
    logger.info("first_stops")


@asynccontextmanager
async def second(registry: Registry) -> AsyncIterator[None]:
    yield
    logger.info("second_stops")


@asynccontextmanager
async def unable(registry: Registry) -> AsyncIterator[None]:
    if registry.get(CoreSettings).environment is Environment.DEVELOPMENT:
        raise StartupError("The archive is away. Start it.")
    yield


SLOW = (
    Feature(name="first", lifespan=first, routers=(RouterMount(router),)),
    Feature(name="second", lifespan=second),
)
UNABLE = (*SLOW, Feature(name="unable", lifespan=unable))

if __name__ == "__main__":
    run_cli(SLOW)
