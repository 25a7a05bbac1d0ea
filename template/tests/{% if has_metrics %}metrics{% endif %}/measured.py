"""A small service to measure, also in a process of its own.

`python -m tests.metrics.measured run`
"""

import asyncio
import time

from fastapi import APIRouter, WebSocket

from app.core.cli import run_cli
from app.core.errors import Conflict
from app.core.feature import Feature, RouterMount
from app.metrics.feature import feature as metrics

router = APIRouter()
gate = asyncio.Event()


class ShelfFull(Conflict):
    """There is no room."""


@router.get("/shelves/{shelf_id}")
async def read_shelf(shelf_id: int) -> int:
    return shelf_id


@router.post("/shelves/{shelf_id}")
async def fill_shelf(shelf_id: int) -> None:
    raise ShelfFull("No room.")


@router.get("/broken")
async def be_broken() -> None:
    raise RuntimeError("unexpected")


@router.get("/gate")
async def wait_at_gate() -> None:
    await gate.wait()


@router.get("/slow")
async def be_slow() -> None:
    await asyncio.sleep(0.3)


@router.get("/rude")
async def hold_up_the_loop() -> None:
    time.sleep(0.5)  # noqa: ASYNC251, that is what it does wrong


@router.websocket("/echo")
async def echo(websocket: WebSocket) -> None:
    await websocket.accept()
    async for text in websocket.iter_text():
        await websocket.send_text(text)


MEASURED = (metrics, Feature(name="trial", routers=(RouterMount(router),)))

if __name__ == "__main__":
    run_cli(MEASURED)
