"""There is always an administrator left."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest
from httpx2 import AsyncClient, Response

from app.database.session import unit_of_work
from app.users.models import User
from app.users.repository import UserRepository
from app.users.roles import Role
from tests.users.people import People

USERS = "/api/v1/users"

Resign = Callable[[AsyncClient, str], Awaitable[Response]]


async def delete_account(admin: AsyncClient, _me: str) -> Response:
    return await admin.delete(f"{USERS}/me")


async def give_up_the_role(admin: AsyncClient, me: str) -> Response:
    return await admin.patch(f"{USERS}/{me}", json={"role": "moderator"})


async def deactivate(admin: AsyncClient, me: str) -> Response:
    return await admin.patch(f"{USERS}/{me}", json={"is_active": False})


ways = pytest.mark.parametrize("resign", [delete_account, give_up_the_role, deactivate])


@ways
async def test_the_last_administrator_cannot_go(
    people: People, admin: AsyncClient, resign: Resign
) -> None:
    await people.add(role=Role.MODERATOR)
    await people.add(role=Role.ADMIN, is_active=False)
    me = (await admin.get(f"{USERS}/me")).json()["id"]
    refused = await resign(admin, me)
    assert refused.status_code == 409
    assert refused.json()["code"] == "last_administrator"
    assert (await admin.get(USERS)).status_code == 200


@ways
async def test_one_of_two_administrators_can_go(
    people: People, admin: AsyncClient, resign: Resign
) -> None:
    await people.add(role=Role.ADMIN)
    me = (await admin.get(f"{USERS}/me")).json()["id"]
    assert (await resign(admin, me)).is_success


async def test_the_last_administrator_can_change_everything_else(admin: AsyncClient) -> None:
    me = (await admin.get(f"{USERS}/me")).json()["id"]
    changes = {"full_name": "Ada Lovelace", "role": "admin", "is_active": True}
    assert (await admin.patch(f"{USERS}/{me}", json=changes)).status_code == 200


async def two_administrators(people: People) -> list[tuple[User, AsyncClient]]:
    pair = [await people.add(role=Role.ADMIN) for _ in range(2)]
    return [(user, await people.sign_in(user)) for user in pair]


async def count_administrators(people: People) -> int:
    async with unit_of_work(people.registry) as work:
        return len(await UserRepository(work.session).lock_administrators())


@ways
async def test_two_administrators_cannot_both_go_at_the_same_time(
    committed: None, people: People, resign: Resign
) -> None:
    pair = await two_administrators(people)
    answers = await asyncio.gather(*(resign(client, str(user.id)) for user, client in pair))
    assert sorted(answer.is_success for answer in answers) == [False, True]
    assert await count_administrators(people) == 1


async def test_two_administrators_cannot_delete_each_other_at_the_same_time(
    committed: None, people: People
) -> None:
    (ada, as_ada), (grace, as_grace) = await two_administrators(people)
    answers = await asyncio.gather(
        as_ada.delete(f"{USERS}/{grace.id}"), as_grace.delete(f"{USERS}/{ada.id}")
    )
    assert sorted(answer.is_success for answer in answers) == [False, True]
    assert await count_administrators(people) == 1
