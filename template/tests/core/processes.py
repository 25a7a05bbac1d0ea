"""A service in a process of its own."""

import asyncio
import json
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any


class Service:
    """A running service and what it logs."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.lines: list[dict[str, Any]] = []

    async def wait_for(self, event: str) -> dict[str, Any]:
        """Return the next line that logs an event."""
        assert self.process.stdout is not None
        async with asyncio.timeout(120):
            while line := await self.process.stdout.readline():
                self.lines.append(json.loads(line))
                if event in self.lines[-1]["event"]:
                    return self.lines[-1]
        raise AssertionError(f"{event} was never logged: {self.lines}")

    async def url(self) -> str:
        """Wait until it serves requests, and return where."""
        line = await self.wait_for("Uvicorn running on")
        return str(line["event"].split()[3])

    async def end(self) -> list[str]:
        """Wait for the end, and return the events that were logged."""
        assert self.process.stdout is not None
        async with asyncio.timeout(30):
            self.lines += [json.loads(line) async for line in self.process.stdout]
            await self.process.wait()
        return [line["event"] for line in self.lines]


@asynccontextmanager
async def running(module: str, **variables: str) -> AsyncIterator[Service]:
    """Run a service where no `.env` is, with these variables."""
    here = Path(__file__).parent
    own = {"APP_LOG_FORMAT": "json", "APP_PORT": "0", "PYTHONPATH": str(here.parents[1])}
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", module, "run"),
        stdout=PIPE,
        cwd=here,
        env={**os.environ, **own, **variables},
        start_new_session=True,
    )
    try:
        yield Service(process)
    finally:
        if process.returncode is None:
            # Those that it has started as well, which would keep its output open.
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
