"""Staying signed in."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
import time_machine
from dirty_equals import IsPartialDict
from httpx2 import AsyncClient, Response

from app.auth.models import SignedInSession
from app.database.base import now
from app.database.session import unit_of_work
from tests.users.people import PASSWORD, People

ME = "/api/v1/users/me"


async def sign_in(people: People, client: AsyncClient) -> dict[str, Any]:
    """Make an account, sign in to it, and return the tokens."""
    user = await people.add()
    answer = await client.post(
        "/api/v1/auth/login", data={"username": user.username, "password": PASSWORD}
    )
    tokens: dict[str, Any] = answer.json()
    return tokens


async def refresh(client: AsyncClient, token: str) -> Response:
    return await client.post("/api/v1/auth/refresh", json={"refresh_token": token})


async def me(client: AsyncClient, tokens: dict[str, Any]) -> int:
    """Return the status of a request with an access token."""
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    return (await client.get(ME, headers=headers)).status_code


async def test_a_refresh_token_gives_new_tokens(people: People, client: AsyncClient) -> None:
    tokens = await sign_in(people, client)
    answer = await refresh(client, tokens["refresh_token"])
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    renewed = answer.json()
    assert renewed.keys() == tokens.keys()
    assert renewed["access_token"] != tokens["access_token"]
    assert renewed["refresh_token"] != tokens["refresh_token"]
    assert await me(client, renewed) == 200


async def test_a_token_that_comes_again_ends_the_session(
    people: People, client: AsyncClient
) -> None:
    first = await sign_in(people, client)
    second = (await refresh(client, first["refresh_token"])).json()
    third = (await refresh(client, second["refresh_token"])).json()
    reused = await refresh(client, first["refresh_token"])
    assert reused.status_code == 401
    assert reused.json() == IsPartialDict(code="invalid_token")
    assert reused.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    assert (await refresh(client, third["refresh_token"])).status_code == 401
    assert await me(client, third) == 401


async def test_reuse_is_logged_without_the_token(
    people: People, client: AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    tokens = await sign_in(people, client)
    await refresh(client, tokens["refresh_token"])
    capsys.readouterr()
    await refresh(client, tokens["refresh_token"])
    logged = capsys.readouterr().out
    assert "refresh_token_reused" in logged
    assert tokens["refresh_token"] not in logged


async def test_reuse_ends_no_other_session(people: People, client: AsyncClient) -> None:
    user = await people.add()
    elsewhere = await people.sign_in(user)
    answer = await client.post(
        "/api/v1/auth/login", data={"username": user.username, "password": PASSWORD}
    )
    token = answer.json()["refresh_token"]
    await refresh(client, token)
    await refresh(client, token)
    assert (await elsewhere.get(ME)).status_code == 200


async def test_an_access_token_refreshes_nothing(people: People, client: AsyncClient) -> None:
    tokens = await sign_in(people, client)
    assert (await refresh(client, tokens["access_token"])).status_code == 401
    assert (await refresh(client, tokens["refresh_token"])).status_code == 200


async def test_a_refresh_token_lets_nobody_in(people: People, client: AsyncClient) -> None:
    tokens = await sign_in(people, client)
    assert await me(client, {"access_token": tokens["refresh_token"]}) == 401


@pytest.mark.parametrize(
    "body",
    [{}, {"refresh_token": None}, {"refresh_token": "a" * 5000}, {"refresh_token": "a", "b": 1}],
)
async def test_what_does_not_fit_is_refused(client: AsyncClient, body: dict[str, Any]) -> None:
    assert (await client.post("/api/v1/auth/refresh", json=body)).status_code == 422


async def test_a_token_in_the_query_refreshes_nothing(people: People, client: AsyncClient) -> None:
    tokens = await sign_in(people, client)
    answer = await client.post(
        "/api/v1/auth/refresh", params={"refresh_token": tokens["refresh_token"]}
    )
    assert answer.status_code == 422


async def test_garbage_ends_no_session(people: People, client: AsyncClient) -> None:
    tokens = await sign_in(people, client)
    token = tokens["refresh_token"]
    assert (await refresh(client, token[:-4] + "AAAA")).status_code == 401
    assert (await refresh(client, token)).status_code == 200


async def test_somebody_is_signed_in_for_a_week_after_they_were_last_here(
    people: People, client: AsyncClient
) -> None:
    tokens = await sign_in(people, client)
    with time_machine.travel(now(), tick=False) as clock:
        clock.shift(timedelta(days=6, hours=23))
        tokens = (await refresh(client, tokens["refresh_token"])).json()
        clock.shift(timedelta(days=6, hours=23))
        answer = await refresh(client, tokens["refresh_token"])
        assert answer.status_code == 200
        clock.shift(timedelta(days=7, minutes=1))
        assert (await refresh(client, answer.json()["refresh_token"])).status_code == 401


async def test_nobody_stays_signed_in_for_more_than_thirty_days(
    people: People, client: AsyncClient
) -> None:
    with time_machine.travel("2030-05-01T12:00:00Z", tick=False) as clock:
        tokens = await sign_in(people, client)
        for _ in range(29):
            clock.shift(timedelta(days=1))
            tokens = (await refresh(client, tokens["refresh_token"])).json()
        clock.shift(timedelta(hours=23, minutes=50))
        last = (await refresh(client, tokens["refresh_token"])).json()
        assert last["expires_in"] == 600
        clock.shift(timedelta(minutes=11))
        assert await me(client, last) == 401
        assert (await refresh(client, last["refresh_token"])).status_code == 401


async def test_only_the_hash_of_a_refresh_token_is_kept(
    people: People, client: AsyncClient
) -> None:
    tokens = await sign_in(people, client)
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    (session,) = (await client.get("/api/v1/auth/sessions", headers=headers)).json()
    async with unit_of_work(people.registry) as work:
        kept = await work.session.get_one(SignedInSession, UUID(session["id"]))
    assert kept.refresh_token_hash not in tokens["refresh_token"]
    assert len(kept.refresh_token_hash) == 64


async def test_of_many_refreshes_with_one_token_one_succeeds_and_the_session_ends(
    committed: None, people: People, client: AsyncClient
) -> None:
    tokens = await sign_in(people, client)
    answers = await asyncio.gather(*(refresh(client, tokens["refresh_token"]) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 7
    (renewed,) = [answer.json() for answer in answers if answer.status_code == 200]
    assert await me(client, renewed) == 401
    assert (await refresh(client, renewed["refresh_token"])).status_code == 401
