"""Changing one's password."""

import pytest
from dirty_equals import IsPartialDict
from httpx2 import AsyncClient

from app.auth.passwords import Passwords
from tests.users.people import PASSWORD, People

PASSWORD_URL = "/api/v1/users/me/password"
NEW = "eleven green umbrellas"


async def change(client: AsyncClient, current: str = PASSWORD, new: str = NEW) -> int:
    """Ask for another password and return the status."""
    body = {"current_password": current, "new_password": new}
    return (await client.put(PASSWORD_URL, json=body)).status_code


async def test_the_new_password_counts_and_the_old_one_does_not(people: People) -> None:
    user = await people.add()
    client = await people.sign_in(user)
    assert await change(client) == 204
    await people.sign_in(user, NEW)
    anonymous = await people.client()
    refused = await anonymous.post(
        "/api/v1/auth/login", data={"username": user.username, "password": PASSWORD}
    )
    assert refused.status_code == 401


async def test_the_other_sessions_end_and_this_one_stays(people: People) -> None:
    user = await people.add()
    here, there = await people.sign_in(user), await people.sign_in(user)
    somebody = await people.sign_in(await people.add())
    assert await change(here) == 204
    assert (await here.get("/api/v1/users/me")).status_code == 200
    assert (await there.get("/api/v1/users/me")).status_code == 401
    assert (await somebody.get("/api/v1/users/me")).status_code == 200


async def test_the_old_password_is_needed(people: People) -> None:
    user = await people.add()
    here, there = await people.sign_in(user), await people.sign_in(user)
    body = {"current_password": "not the password", "new_password": NEW}
    refused = await here.put(PASSWORD_URL, json=body)
    assert refused.status_code == 422
    assert refused.json() == IsPartialDict(
        code="wrong_password", errors=[IsPartialDict(field="body.current_password")]
    )
    assert "not the password" not in refused.text
    assert (await there.get("/api/v1/users/me")).status_code == 200
    await people.sign_in(user)


async def test_who_has_stolen_a_session_cannot_guess_the_password(people: People) -> None:
    user = await people.add()
    client = await people.sign_in(user)
    guesses = [await change(client, current=f"guess {number}") for number in range(7)]
    assert guesses == [422] * 5 + [429] * 2
    assert await change(client) == 429
    await people.sign_in(user)


async def test_what_changes_while_the_password_is_checked_counts(
    people: People, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = await people.sign_in(await people.add())
    verify = Passwords.verify

    async def verify_meanwhile(
        self: Passwords, password: str, kept: str | None
    ) -> tuple[bool, str | None]:
        monkeypatch.undo()
        assert await change(client, new="nine yellow rowing boats") == 204
        return await verify(self, password, kept)

    monkeypatch.setattr(Passwords, "verify", verify_meanwhile)
    assert await change(client) == 409


async def test_names_at_sign_in_do_not_make_a_change_wait(people: People) -> None:
    user = await people.add()
    client = await people.sign_in(user)
    for _ in range(6):
        await client.post("/api/v1/auth/login", data={"username": str(user.id), "password": "x"})
    assert await change(client) == 204


@pytest.mark.parametrize("new", ["password12345", "short", "user1user1user1"])
async def test_a_weak_new_password_is_refused(signed_in: AsyncClient, new: str) -> None:
    body = {"current_password": PASSWORD, "new_password": new}
    refused = await signed_in.put(PASSWORD_URL, json=body)
    assert refused.status_code == 422
    assert [one["field"] for one in refused.json()["errors"]] == ["body.new_password"]
    assert await change(signed_in) == 204


async def test_nobody_changes_a_password_without_being_signed_in(client: AsyncClient) -> None:
    assert await change(client) == 401
