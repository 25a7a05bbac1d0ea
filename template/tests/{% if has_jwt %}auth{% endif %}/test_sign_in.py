"""Signing in, and what it tells to whom."""

from contextlib import closing
from datetime import timedelta

import pytest
import time_machine
from dirty_equals import IsPartialDict, IsStr
from httpx2 import AsyncClient, Response
from pwdlib import PasswordHash
from sqlalchemy import select

from app.auth.models import Credential
from app.auth.passwords import Passwords
from app.auth.settings import AuthSettings
from app.database.base import now
from app.database.session import unit_of_work
from tests.users.people import PASSWORD, People

LOGIN = "/api/v1/auth/login"


async def sign_in(client: AsyncClient, name: str, password: str = PASSWORD) -> Response:
    return await client.post(LOGIN, data={"username": name, "password": password})


async def test_tokens_come_with_their_lifetime_and_are_not_to_be_stored(
    people: People, client: AsyncClient
) -> None:
    await people.add(username="ada")
    answer = await sign_in(client, "ada")
    assert answer.status_code == 200
    assert answer.json() == {
        "access_token": IsStr(regex=r"[\w-]+\.[\w-]+\.[\w-]+"),
        "refresh_token": IsStr(regex=r"[\w-]+\.[\w-]+\.[\w-]+"),
        "token_type": "bearer",
        "expires_in": 1800,
    }
    assert answer.headers["Cache-Control"] == "no-store"


async def test_the_fields_of_oauth2_clients_are_accepted(
    people: People, client: AsyncClient
) -> None:
    await people.add(username="ada")
    form = {"username": "ada", "password": PASSWORD, "scope": "", "client_id": "docs"}
    assert (await client.post(LOGIN, data=form | {"grant_type": "password"})).status_code == 200
    assert (await client.post(LOGIN, data=form | {"grant_type": "magic"})).status_code == 422


async def test_unknown_wrong_and_inactive_are_answered_alike(
    people: People, client: AsyncClient
) -> None:
    await people.add(username="ada")
    await people.add(username="alan", is_active=False)
    answers = [
        await sign_in(client, "ada", "not the password"),
        await sign_in(client, "nobody"),
        await sign_in(client, "nobody@example.com"),
        await sign_in(client, "alan"),
        await sign_in(client, "alan", "not the password"),
    ]
    first = answers[0].json()
    assert first == IsPartialDict(status=401, code="wrong_credentials")
    for answer in answers:
        assert answer.status_code == 401
        assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert answer.json() | {"request_id": None} == first | {"request_id": None}
        assert answer.headers.keys() == answers[0].headers.keys()


@pytest.mark.parametrize("name", ["ada", "nobody", "alan"])
async def test_each_attempt_costs_exactly_one_check_of_a_hash(
    people: People, client: AsyncClient, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    await people.add(username="ada")
    await people.add(username="alan", is_active=False)
    checked: list[str] = []
    check = PasswordHash.verify_and_update

    def spy(self: PasswordHash, password: bytes, kept: str) -> tuple[bool, str | None]:
        checked.append(kept)
        return check(self, password, kept)

    monkeypatch.setattr(PasswordHash, "verify_and_update", spy)
    await sign_in(client, name, "not the password")
    assert [kept.split("$")[:4] for kept in checked] == [["", "argon2id", "v=19", "m=8,t=1,p=1"]]


async def test_a_wrong_password_is_not_repeated(people: People, client: AsyncClient) -> None:
    await people.add(username="ada")
    refused = await sign_in(client, "ada", "not the password")
    assert "not the password" not in refused.text


@pytest.mark.parametrize("name", ["", "ada\x00", "a" * 255])
async def test_a_name_that_nobody_can_have_is_refused(client: AsyncClient, name: str) -> None:
    assert (await sign_in(client, name)).status_code == 422


async def test_a_hash_with_other_parameters_is_replaced(
    people: People, client: AsyncClient, auth_settings: AuthSettings
) -> None:
    user = await people.add(username="ada")
    other = auth_settings.model_copy(update={"hash_memory_kib": 16})
    with closing(Passwords(other)) as passwords:
        old = await passwords.hash(PASSWORD)
    async with unit_of_work(people.registry) as work:
        credential = await work.session.get_one(Credential, user.id)
        credential.password_hash = old
    assert (await sign_in(client, "ada")).status_code == 200
    async with unit_of_work(people.registry) as work:
        credential = await work.session.get_one(Credential, user.id)
        assert credential.password_hash.startswith("$argon2id$v=19$m=8,t=1,p=1$")
    assert (await sign_in(client, "ada")).status_code == 200


async def test_a_password_does_not_expire(people: People, client: AsyncClient) -> None:
    await people.add(username="ada")
    with time_machine.travel(now() + timedelta(days=3650), tick=False):
        assert (await sign_in(client, "ada")).status_code == 200


async def test_nobody_has_an_account_before_somebody_makes_one(
    people: People, client: AsyncClient
) -> None:
    async with unit_of_work(people.registry) as work:
        assert (await work.session.scalars(select(Credential))).all() == []


@pytest.mark.parametrize("change", ["password", "is_active", "deleted"])
async def test_what_changes_while_a_password_is_checked_counts(
    people: People, client: AsyncClient, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    user = await people.add(username="ada")
    verify = Passwords.verify

    async def verify_meanwhile(
        self: Passwords, password: str, kept: str | None
    ) -> tuple[bool, str | None]:
        verdict = await verify(self, password, kept)
        async with unit_of_work(people.registry) as work:
            if change == "password":
                credential = await work.session.get_one(Credential, user.id)
                credential.password_hash = await self.hash("another good password")
            else:
                found = await work.session.get_one(type(user), user.id)
                if change == "is_active":
                    found.is_active = False
                else:
                    await work.session.delete(found)
        return verdict

    monkeypatch.setattr(Passwords, "verify", verify_meanwhile)
    assert (await sign_in(client, "ada")).status_code == 401
