"""Exactly so many pass in any window, and memory is bounded."""

import asyncio
from collections import Counter

import pytest

from app.rate_limit.memory import MemoryWindows
from app.rate_limit.quota import Limit
from tests.rate_limit.limited import Limits, limited

FREE = "/api/v1/free"


async def test_of_many_calls_at_a_time_exactly_the_limit_passes(limits: Limits) -> None:
    async with limited(limits(default="70/minute")) as callers:
        client = await callers.at("192.0.2.1")
        answers = await asyncio.gather(*(client.get(FREE) for _ in range(200)))
    assert Counter(answer.status_code for answer in answers) == {200: 70, 429: 130}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The seconds that memory windows see; a test moves them."""
    now = [1000.0]
    monkeypatch.setattr("app.rate_limit.memory.time.monotonic", lambda: now[0])
    return now


MINUTE = Limit("trial", 3, 60)


async def waits(windows: MemoryWindows, key: str = "ada", cost: int = 1) -> float:
    return (await windows.take(key, MINUTE, cost)).wait


async def test_the_window_slides(clock: list[float]) -> None:
    windows = MemoryWindows(10)
    assert await waits(windows) == 0
    clock[0] += 40
    assert [await waits(windows), await waits(windows)] == [0, 0]
    # A fixed window would begin anew within this minute, and let three more pass.
    assert await waits(windows) == 20
    clock[0] += 19.5
    assert await waits(windows) == 0.5
    clock[0] += 0.5
    assert [await waits(windows), await waits(windows)] == [0, 40]
    clock[0] += 40
    assert [await waits(windows), await waits(windows), await waits(windows)] == [0, 0, 20]


async def test_what_is_refused_does_not_count(clock: list[float]) -> None:
    windows = MemoryWindows(10)
    for _ in range(20):
        await waits(windows)
        clock[0] += 1
    clock[0] += 41
    assert await waits(windows) == 0


async def test_what_costs_more_waits_until_enough_is_free(clock: list[float]) -> None:
    windows = MemoryWindows(10)
    for _ in range(3):
        await waits(windows)
        clock[0] += 10
    verdict = await windows.take("ada", MINUTE, 2)
    assert (verdict.remaining, verdict.until_more, verdict.wait) == (0, 30, 40)


async def test_memory_is_bounded_and_the_silent_are_forgotten_first(clock: list[float]) -> None:
    windows = MemoryWindows(100)
    for _ in range(3):
        await waits(windows, "busy")
    for number in range(1000):
        clock[0] += 0.01
        await waits(windows, f"caller {number}")
        if number % 50 == 0:
            assert await waits(windows, "busy") > 0
    assert windows.state()["windows"] == 100


async def test_windows_that_are_over_are_forgotten(clock: list[float]) -> None:
    windows = MemoryWindows(100)
    for number in range(50):
        await waits(windows, f"caller {number}")
    clock[0] += 60
    await waits(windows, "another")
    assert windows.state()["windows"] == 1
