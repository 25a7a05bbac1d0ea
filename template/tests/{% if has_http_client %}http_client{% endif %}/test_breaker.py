"""When a breaker lets calls through."""

import asyncio

import pytest

from app.http_client.breaker import Breaker
from app.http_client.errors import CircuitOpen


class Clock:
    """Time that passes when the test says so."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


class Broken(Exception):
    """What the guarded calls fail with."""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("app.http_client.breaker.monotonic", clock)
    return clock


def fail(breaker: Breaker, times: int = 1) -> None:
    for _ in range(times):
        with pytest.raises(Broken), breaker.guard():
            raise Broken


def succeed(breaker: Breaker) -> None:
    with breaker.guard():
        pass


def assert_refuses(breaker: Breaker) -> CircuitOpen:
    with pytest.raises(CircuitOpen) as caught, breaker.guard():
        pytest.fail("let through")
    return caught.value


def test_it_opens_after_five_failures_in_a_row(clock: Clock) -> None:
    breaker = Breaker("shop")
    fail(breaker, 4)
    succeed(breaker)
    fail(breaker, 4)
    assert breaker.state == "closed"
    fail(breaker)
    assert breaker.state == "open"
    clock.now += 20
    assert assert_refuses(breaker).retry_after == 40


def test_after_a_minute_one_success_closes_it(clock: Clock) -> None:
    breaker = Breaker("shop")
    fail(breaker, 5)
    clock.now += 59.9
    assert_refuses(breaker)
    clock.now += 0.1
    assert breaker.state == "half-open"
    succeed(breaker)
    assert breaker.state == "closed"
    fail(breaker, 4)
    succeed(breaker)


def test_after_a_minute_one_failure_opens_it_again(clock: Clock) -> None:
    breaker = Breaker("shop")
    fail(breaker, 5)
    clock.now += 60
    fail(breaker)
    assert breaker.state == "open"
    clock.now += 59.9
    assert_refuses(breaker)
    clock.now += 0.1
    succeed(breaker)


async def test_only_one_call_is_the_probe(clock: Clock) -> None:
    breaker = Breaker("shop")
    called: list[int] = []
    answer = asyncio.Event()

    @breaker
    async def call(number: int) -> int:
        called.append(number)
        await answer.wait()
        return number

    fail(breaker, 5)
    clock.now += 60
    calls = [asyncio.create_task(call(number)) for number in range(10)]
    await asyncio.sleep(0)
    answer.set()
    results = await asyncio.gather(*calls, return_exceptions=True)
    assert called == [0]
    assert results[0] == 0
    assert all(isinstance(result, CircuitOpen) for result in results[1:])
    assert breaker.state == "closed"


async def test_a_probe_that_is_given_up_makes_way_for_the_next(clock: Clock) -> None:
    breaker = Breaker("shop")

    @breaker
    async def hang() -> None:
        await asyncio.Event().wait()

    fail(breaker, 5)
    clock.now += 60
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await hang()
    assert breaker.state == "half-open"
    succeed(breaker)
    assert breaker.state == "closed"


def test_what_a_call_finds_out_too_late_does_not_matter(clock: Clock) -> None:
    breaker = Breaker("shop")
    with breaker.guard():  # succeeds after it has opened
        fail(breaker, 5)
    assert breaker.state == "open"


def test_what_a_call_fails_with_too_late_does_not_matter(clock: Clock) -> None:
    breaker = Breaker("shop")

    def fail_when_it_has_closed_again() -> None:
        with breaker.guard():
            fail(breaker, 5)
            clock.now += 60
            succeed(breaker)
            fail(breaker, 4)
            raise Broken

    with pytest.raises(Broken):
        fail_when_it_has_closed_again()
    assert breaker.state == "closed"


def test_what_is_not_its_fault_says_nothing(clock: Clock) -> None:
    breaker = Breaker("shop", failures=1, counts=lambda error: isinstance(error, Broken))
    with pytest.raises(ValueError, match="amount"), breaker.guard():
        raise ValueError("amount")
    assert breaker.state == "closed"
    fail(breaker)
    clock.now += 60
    with pytest.raises(ValueError, match="amount"), breaker.guard():
        raise ValueError("amount")
    assert breaker.state == "half-open"


async def test_a_guarded_function_stays_what_it_is() -> None:
    breaker = Breaker("shop")

    @breaker
    async def add(first: int, *, second: int) -> int:
        """Add two numbers."""
        return first + second

    assert await add(1, second=2) == 3
    assert (add.__name__, add.__doc__) == ("add", "Add two numbers.")
