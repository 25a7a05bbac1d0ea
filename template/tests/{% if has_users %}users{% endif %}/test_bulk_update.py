"""Changing many users in one request."""

from uuid import uuid4

import pytest
from dirty_equals import IsPartialDict
from httpx2 import AsyncClient

from app.users.roles import Role
from tests.users.people import People

BULK = "/api/v1/users/bulk-update"


async def test_each_change_succeeds_or_fails_for_itself(people: People, admin: AsyncClient) -> None:
    first, second = [await people.add() for _ in range(2)]
    missing = uuid4()
    answer = await admin.post(
        BULK,
        json={
            "users": [
                {"id": str(first.id), "role": "moderator", "full_name": None},
                {"id": str(missing), "is_active": False},
                {"id": str(second.id)},
                {"id": str(second.id), "is_active": False},
            ]
        },
    )
    assert answer.status_code == 200
    assert answer.json() == [
        {"id": str(first.id), "user": IsPartialDict(role="moderator"), "problem": None},
        {"id": str(missing), "user": None, "problem": IsPartialDict(status=404)},
        {
            "id": str(second.id),
            "user": None,
            "problem": IsPartialDict(status=422, code="nothing_to_change"),
        },
        {"id": str(second.id), "user": IsPartialDict(is_active=False), "problem": None},
    ]
    shown = {one["id"]: one for one in (await admin.get("/api/v1/users")).json()["items"]}
    assert shown[str(first.id)]["role"] == "moderator"
    assert shown[str(second.id)]["is_active"] is False


async def test_the_last_administrator_stays_one(people: People, admin: AsyncClient) -> None:
    me = (await admin.get("/api/v1/users/me")).json()["id"]
    other = await people.add(role=Role.ADMIN)
    answer = await admin.post(
        BULK,
        json={"users": [{"id": str(other.id), "role": "user"}, {"id": me, "is_active": False}]},
    )
    done, refused = answer.json()
    assert done["user"]["role"] == "user"
    assert refused["problem"]["code"] == "last_administrator"
    assert (await admin.get("/api/v1/users/me")).json() == IsPartialDict(
        role="admin", is_active=True
    )


@pytest.mark.parametrize("size", [0, 101])
async def test_from_one_to_a_hundred_users_can_be_changed(admin: AsyncClient, size: int) -> None:
    users = [{"id": str(uuid4()), "is_active": True} for _ in range(size)]
    assert (await admin.post(BULK, json={"users": users})).status_code == 422


async def test_what_no_administrator_may_change_is_refused(
    people: People, admin: AsyncClient
) -> None:
    user = await people.add()
    item = {"id": str(user.id), "created_at": "2020-01-01T00:00:00Z"}
    refused = await admin.post(BULK, json={"users": [item]})
    assert refused.status_code == 422
