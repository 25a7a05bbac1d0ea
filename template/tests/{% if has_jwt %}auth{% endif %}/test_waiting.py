"""Waiting after wrong passwords."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from dirty_equals import IsPartialDict
from httpx2 import AsyncClient, Response
from sqlalchemy import select

from app.auth.models import FailedAttempts
from app.auth.passwords import Passwords
from app.database.session import unit_of_work
from tests.users.people import PASSWORD, People

LOGIN = "/api/v1/auth/login"


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """A clock that stands still until it is moved."""
    with time_machine.travel("2030-05-01T12:00:00Z", tick=False) as clock:
        yield clock


async def attempt(client: AsyncClient, name: str, password: str = "wrong") -> Response:
    return await client.post(LOGIN, data={"username": name, "password": password})


async def statuses(client: AsyncClient, name: str, times: int) -> list[int]:
    return [(await attempt(client, name)).status_code for _ in range(times)]


@pytest.mark.parametrize("name", ["ada", "ada@example.com", "nobody", "nobody@example.com"])
async def test_after_five_wrong_passwords_any_name_waits(
    people: People, client: AsyncClient, clock: time_machine.Traveller, name: str
) -> None:
    await people.add(username="ada")
    assert await statuses(client, name, 7) == [401] * 5 + [429] * 2
    refused = await attempt(client, name)
    assert refused.headers["Retry-After"] == "60"
    assert refused.json() == IsPartialDict(code="too_many_failures", status=429)


async def test_even_the_right_password_waits(
    people: People, client: AsyncClient, clock: time_machine.Traveller
) -> None:
    await people.add(username="ada")
    await statuses(client, "ada", 5)
    assert (await attempt(client, "ada", PASSWORD)).status_code == 429
    clock.shift(timedelta(seconds=59))
    refused = await attempt(client, "Ada", PASSWORD)
    assert (refused.status_code, refused.headers["Retry-After"]) == (429, "1")
    clock.shift(timedelta(seconds=1))
    assert (await attempt(client, "ada", PASSWORD)).status_code == 200


async def test_each_further_wrong_password_waits_longer(
    client: AsyncClient, clock: time_machine.Traveller
) -> None:
    await statuses(client, "ada", 5)
    for minutes in (1, 2, 4, 8, 15, 15):
        refused = await attempt(client, "ada")
        assert (refused.status_code, refused.headers["Retry-After"]) == (429, str(minutes * 60))
        clock.shift(timedelta(minutes=minutes))
        assert (await attempt(client, "ada")).status_code == 401


async def test_a_success_forgets_the_failures(
    people: People, client: AsyncClient, clock: time_machine.Traveller
) -> None:
    await people.add(username="ada")
    for _ in range(3):
        assert await statuses(client, "ada", 4) == [401] * 4
        assert (await attempt(client, "ada", PASSWORD)).status_code == 200


async def test_failures_are_forgotten_after_a_quarter_of_an_hour(
    client: AsyncClient, clock: time_machine.Traveller
) -> None:
    assert await statuses(client, "ada", 4) == [401] * 4
    clock.shift(timedelta(minutes=15))
    assert await statuses(client, "ada", 6) == [401] * 5 + [429]
    clock.shift(timedelta(minutes=16))
    assert await statuses(client, "ada", 6) == [401] * 5 + [429]


async def test_one_name_does_not_make_another_wait(
    people: People, client: AsyncClient, clock: time_machine.Traveller
) -> None:
    await people.add(username="grace")
    await statuses(client, "ada", 6)
    assert (await attempt(client, "grace", PASSWORD)).status_code == 200


async def test_the_table_holds_no_names(people: People, client: AsyncClient) -> None:
    await attempt(client, "ada@example.com")
    async with unit_of_work(people.registry) as work:
        (failed,) = (await work.session.scalars(select(FailedAttempts))).all()
    assert "ada" not in failed.name
    assert len(failed.name) == 64


async def test_a_right_password_is_not_told_while_others_have_guessed_wrong(
    people: People, client: AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    await people.add(username="ada")
    verify = Passwords.verify

    async def verify_meanwhile(
        self: Passwords, password: str, kept: str | None
    ) -> tuple[bool, str | None]:
        if password == PASSWORD:
            await statuses(client, "ada", 5)
        return await verify(self, password, kept)

    monkeypatch.setattr(Passwords, "verify", verify_meanwhile)
    assert (await attempt(client, "ada", PASSWORD)).status_code == 429


async def test_many_guesses_at_a_time_are_no_more_guesses(
    committed: None, people: People, client: AsyncClient
) -> None:
    await people.add(username="ada")
    for name in ("ada", "nobody"):
        answers = await asyncio.gather(*(attempt(client, name, str(n)) for n in range(20)))
        assert Counter(answer.status_code for answer in answers) == {401: 5, 429: 15}
        assert (await attempt(client, name, PASSWORD)).status_code == 429


async def test_many_right_passwords_at_a_time_are_all_right(
    committed: None, people: People, client: AsyncClient
) -> None:
    await people.add(username="ada")
    answers = await asyncio.gather(*(attempt(client, "ada", PASSWORD) for _ in range(20)))
    assert {answer.status_code for answer in answers} == {200}
