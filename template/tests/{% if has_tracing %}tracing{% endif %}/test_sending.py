"""How spans are sent: whoever is to take them may be away, and nobody notices."""

import asyncio
import time
from typing import Any

import pytest
from fastapi import APIRouter
from httpx2 import AsyncClient

from tests.core.serving import log_lines, routed
from tests.tracing.receiver import Receiver, until
from tests.tracing.tracing import traced_service

router = APIRouter()

SOON: dict[str, Any] = {"interval": 0.05, "timeout": 0.5}
"""Spans are sent at once, and given up soon."""


@router.get("/orders/{order}")
async def show_order(order: int) -> int:
    return order


shop = routed(router)


def told(capsys: pytest.CaptureFixture[str]) -> list[str]:
    """Return what was logged that was not a request."""
    return [line["event"] for line in log_lines(capsys) if line["event"] != "request"]


async def state_of(client: AsyncClient) -> dict[str, object]:
    features: dict[str, dict[str, object]] = (await client.get("/health/detailed")).json()[
        "features"
    ]
    return features["tracing"]


async def ask_until(client: AsyncClient, *, away: bool) -> None:
    """Send requests until the receiver is found to be away, or to be back."""
    async with asyncio.timeout(30):
        while (await state_of(client))["away"] is not away:
            await client.get("/api/v1/orders/1")
            await asyncio.sleep(0.05)


async def test_spans_are_sent_while_the_service_runs(receiver: Receiver) -> None:
    async with traced_service(receiver, shop, **SOON) as client:
        await client.get("/api/v1/orders/1")
        await receiver.wait_for("GET /api/v1/orders/{order}")


async def test_it_is_told_once_that_nobody_takes_spans_and_once_that_somebody_does(
    receiver: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    async with traced_service(receiver, shop, **SOON) as client:
        await client.get("/api/v1/orders/1")
        await receiver.wait_for("GET /api/v1/orders/{order}")
        receiver.cut()
        await ask_until(client, away=True)
        for _ in range(10):  # several more that fail
            await client.get("/api/v1/orders/1")
            await asyncio.sleep(0.2)
        assert told(capsys) == ["tracing_away"]
        receiver.restore()
        await ask_until(client, away=False)
        assert told(capsys) == ["tracing_back"]


async def test_a_service_starts_and_ends_without_a_receiver(
    receiver: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    receiver.cut()
    async with traced_service(receiver, shop, timeout=30) as client:
        assert (await client.get("/api/v1/orders/1")).status_code == 200
        started = time.monotonic()
    assert time.monotonic() - started < 10
    assert set(told(capsys)) <= {"tracing_away"}


async def test_a_receiver_that_refuses_is_named_with_its_reason(
    receiver: Receiver, capsys: pytest.CaptureFixture[str]
) -> None:
    receiver.status = 401
    async with traced_service(receiver, shop, **SOON, headers="x-key=hunter2") as client:
        await ask_until(client, away=True)
    [line] = [line for line in log_lines(capsys) if line["event"] == "tracing_away"]
    assert "401" in line["reason"]
    assert "hunter2" not in str(line)


async def test_requests_do_not_wait_for_a_silent_receiver(receiver: Receiver) -> None:
    receiver.fall_silent()
    async with traced_service(receiver, shop, interval=0.01, timeout=30) as client:
        await client.get("/api/v1/orders/1")
        await until(lambda: bool(receiver.asked))
        async with asyncio.timeout(10):
            for order in range(50):
                assert (await client.get(f"/api/v1/orders/{order}")).status_code == 200
        started = time.monotonic()
    assert time.monotonic() - started < 15  # and not the 30 seconds of each attempt


async def test_what_waits_is_bounded(receiver: Receiver) -> None:
    receiver.fall_silent()
    async with traced_service(receiver, shop, interval=0.01, timeout=30, queue_size=10) as client:
        for order in range(50):
            await client.get(f"/api/v1/orders/{order}")
        lost = (await state_of(client))["spans_lost"]
        assert isinstance(lost, int)
        assert lost >= 40
        receiver.speak_again()
        await until(lambda: len(receiver.spans) >= 10)
        await client.get("/api/v1/orders/1")
    # The state was asked for once, and the last request found room again.
    assert len(receiver.spans) in (11, 12)
    assert (receiver.spans[-1].attributes["url.path"]) == "/api/v1/orders/1"
