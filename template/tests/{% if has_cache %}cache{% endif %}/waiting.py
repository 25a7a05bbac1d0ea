"""Waiting for what comes about by itself, soon."""

import asyncio
from collections.abc import Awaitable, Callable


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(10):
        while not condition():  # noqa: ASYNC110, there is no event to wait for
            await asyncio.sleep(0.01)


async def until_it_is(expected: object, ask: Callable[[], Awaitable[object]]) -> None:
    """Wait until the answer to a question is this."""
    async with asyncio.timeout(10):
        while await ask() != expected:  # noqa: ASYNC110, as above
            await asyncio.sleep(0.01)
