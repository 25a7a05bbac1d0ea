"""What is sent again, when, and how often."""

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import httpx2
import pytest
from dirty_equals import IsApprox

from app.http_client.errors import BadStatus, RemoteAway, RemoteError
from app.http_client.retries import RESERVE, pause_before_retry, read_retry_after
from tests.http_client.calling import calling
from tests.http_client.remote import Remote


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
async def test_three_errors_are_overcome(remote: Remote, method: str) -> None:
    async with calling() as client:
        answer = await client.request(method, f"{remote.url}/failing/3")
    assert answer.json() == "well"
    assert len(remote.received) == 4


async def test_four_errors_are_not(remote: Remote) -> None:
    async with calling() as client:
        with pytest.raises(BadStatus) as caught:
            await client.request("GET", f"{remote.url}/failing/4")
    assert caught.value.status == 500
    assert len(remote.received) == 4


@pytest.mark.parametrize("method", ["POST", "PATCH"])
async def test_what_would_be_done_twice_is_sent_once(remote: Remote, method: str) -> None:
    async with calling() as client:
        for path, error in ("failing/3", BadStatus), ("resetting/3", RemoteAway):
            with pytest.raises(error):
                await client.request(method, f"{remote.url}/{path}", json={"amount": 1})
    assert len(remote.received) == 2


async def test_with_a_key_it_is_sent_again_as_it_was(remote: Remote) -> None:
    key = {"Idempotency-Key": "order-4711"}
    async with calling() as client:
        await client.request("POST", f"{remote.url}/failing/3", json={"amount": 1}, headers=key)
    assert len(remote.received) == 4
    for received in remote.received:
        assert received.headers["idempotency-key"] == "order-4711"
        assert received.body == b'{"amount":1}'


async def test_a_reset_connection_is_overcome(remote: Remote) -> None:
    async with calling() as client:
        answer = await client.request("GET", f"{remote.url}/resetting/3")
    assert answer.json() == "well"


@pytest.mark.parametrize("status", [400, 401, 404, 409, 422, 501])
async def test_what_will_not_get_better_is_not_sent_again(remote: Remote, status: int) -> None:
    async with calling() as client:
        with pytest.raises(BadStatus) as caught:
            await client.request("GET", f"{remote.url}/status/{status}")
    assert caught.value.status == status
    assert len(remote.received) == 1


async def test_a_server_decides_when_to_come_back(remote: Remote) -> None:
    started = time.monotonic()
    async with calling() as client:
        answer = await client.request("GET", f"{remote.url}/busy/1")
    assert answer.json() == "well"
    assert time.monotonic() - started >= 1


def _answer(retry_after: str) -> httpx2.Response:
    return httpx2.Response(503, headers={"Retry-After": retry_after})


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("0", 0), ("120", 120), ("soon", None), ("-1", None), ("1.5", None), ("", None)],
)
def test_seconds_of_retry_after_are_read(value: str, seconds: float | None) -> None:
    assert read_retry_after(_answer(value)) == seconds


def test_dates_of_retry_after_are_read() -> None:
    in_a_minute = format_datetime(datetime.now(UTC) + timedelta(minutes=1), usegmt=True)
    assert read_retry_after(_answer(in_a_minute)) == IsApprox(60, delta=5)
    assert read_retry_after(_answer("Wed, 21 Oct 2015 07:28:00 GMT")) == 0
    assert read_retry_after(_answer("Wed, 21 Oct 2015 07:28:00 -0000")) == 0


@pytest.mark.parametrize(("retry", "ceiling"), [(0, 0.2), (1, 0.4), (2, 0.8), (30, 10)])
def test_pauses_lie_anywhere_below_a_limit_that_doubles(retry: int, ceiling: float) -> None:
    error = RemoteAway("shop.example", "gone")
    pauses = [pause_before_retry(retry, 0.2, error) for _ in range(500)]
    assert 0 <= min(pauses) < 0.2 * ceiling
    assert 0.8 * ceiling < max(pauses) <= ceiling


def test_what_a_server_asks_for_comes_on_top() -> None:
    error = RemoteError("shop.example", "busy", retry_after=3)
    assert 3 <= pause_before_retry(0, 0.2, error) <= 3.2


async def test_retries_to_a_host_are_never_most_of_its_requests(remote: Remote) -> None:
    async with calling(retry_budget=0.1, breaker_failures=1000) as client:
        for _ in range(40):
            with pytest.raises(BadStatus):
                await client.request("GET", f"{remote.url}/status/500")
    assert 40 + RESERVE <= len(remote.received) <= 40 + RESERVE + 40 * 0.1
