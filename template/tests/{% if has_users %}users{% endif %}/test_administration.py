"""What administrators and moderators do with users."""

import asyncio
from collections import Counter
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from dirty_equals import IsStr
from httpx2 import AsyncClient

from app.database.session import unit_of_work
from app.users.models import User
from app.users.roles import Role
from tests.users.people import People

USERS = "/api/v1/users"


@pytest.fixture
async def crowd(people: People) -> list[User]:
    """Four people who registered a day apart, the oldest first."""
    crowd = [
        await people.add(username="ada", full_name="Ada Lovelace"),
        await people.add(username="grace", full_name="Grace Hopper", role=Role.MODERATOR),
        await people.add(username="alan", full_name="Alan Turing", is_active=False),
        await people.add(username="under_score", email="100%@example.com"),
    ]
    async with unit_of_work(people.registry) as work:
        for days, user in enumerate(reversed(crowd), start=1):
            user.created_at -= timedelta(days=days)
            await work.session.merge(user)
    return crowd


async def names(client: AsyncClient, **query: Any) -> list[str]:
    """Ask for a list and return whom it shows."""
    answer = await client.get(USERS, params=query)
    assert answer.status_code == 200, answer.text
    return [one["username"] for one in answer.json()["items"]]


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "", {"user": 403, "moderator": 200, "admin": 200}),
        ("GET", "/{id}", {"user": 403, "moderator": 200, "admin": 200}),
        ("PATCH", "/{id}", {"user": 403, "moderator": 403, "admin": 422}),
        ("DELETE", "/{id}", {"user": 403, "moderator": 403, "admin": 204}),
        ("POST", "/bulk-update", {"user": 403, "moderator": 403, "admin": 422}),
    ],
)
async def test_who_may_do_what(
    people: People, client: AsyncClient, method: str, path: str, expected: dict[str, int]
) -> None:
    target = await people.add()
    url = USERS + path.format(id=target.id)
    assert (await client.request(method, url)).status_code == 401
    for role, status in expected.items():
        caller = await people.sign_in(await people.add(role=role))
        answer = await caller.request(method, url, json={} if method != "GET" else None)
        assert answer.status_code == status, role


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, ["under_score", "alan", "grace", "ada"]),
        ({"sort": "username"}, ["ada", "alan", "grace", "under_score"]),
        ({"sort": "-email"}, ["grace", "alan", "ada", "under_score"]),
        ({"search": "LOVE"}, ["ada"]),
        ({"search": "alan@"}, ["alan"]),
        ({"search": "100%"}, ["under_score"]),
        ({"search": "r_s"}, ["under_score"]),
        ({"search": "nobody"}, []),
        ({"role": "moderator"}, ["grace"]),
        ({"is_active": "false"}, ["alan"]),
        ({"is_active": "true", "role": "user"}, ["under_score", "ada"]),
        ({"size": 1, "page": 2}, ["under_score"]),
    ],
)
async def test_the_list_is_filtered_sorted_and_cut_into_pages(
    crowd: list[User], moderator: AsyncClient, query: dict[str, Any], expected: list[str]
) -> None:
    caller = (await moderator.get(f"{USERS}/me")).json()["username"]
    shown = await names(moderator, **{"size": 100, **query})
    assert [name for name in shown if name != caller] == expected


async def test_the_list_shows_who_registered_between_two_moments(
    crowd: list[User], moderator: AsyncClient
) -> None:
    ada, grace, alan, _ = crowd
    assert await names(
        moderator,
        created_after=grace.created_at.isoformat(),
        created_before=alan.created_at.isoformat(),
    ) == ["alan", "grace"]
    assert await names(moderator, created_before=ada.created_at.isoformat()) == ["ada"]


async def test_a_page_tells_how_many_there_are(crowd: list[User], moderator: AsyncClient) -> None:
    answer = await moderator.get(USERS, params={"size": 2, "fields": "username,role"})
    assert answer.json() == {
        "items": [
            {"username": IsStr, "role": "moderator"},
            {"username": "under_score", "role": "user"},
        ],
        "page": 1,
        "size": 2,
        "total": 5,
        "pages": 3,
        "has_next": True,
        "has_prev": False,
    }


@pytest.mark.parametrize(
    "query", [{"sort": "role"}, {"fields": "password_hash"}, {"size": 101}, {"status": "active"}]
)
async def test_what_the_list_does_not_know_is_refused(
    moderator: AsyncClient, query: dict[str, Any]
) -> None:
    assert (await moderator.get(USERS, params=query)).status_code == 422


async def test_a_user_is_read_by_id(people: People, admin: AsyncClient) -> None:
    user = await people.add(username="ada")
    assert (await admin.get(f"{USERS}/{user.id}")).json()["username"] == "ada"


@pytest.mark.parametrize(("method", "json"), [("GET", None), ("PATCH", {"full_name": "Nobody"})])
async def test_who_does_not_exist_is_not_found(
    admin: AsyncClient, method: str, json: dict[str, Any] | None
) -> None:
    answer = await admin.request(method, f"{USERS}/{uuid4()}", json=json)
    assert answer.status_code == 404
    assert (await admin.delete(f"{USERS}/{uuid4()}")).status_code == 404


async def test_a_deleted_user_is_gone(people: People, admin: AsyncClient) -> None:
    user = await people.add()
    assert (await admin.delete(f"{USERS}/{user.id}")).status_code == 204
    assert (await admin.get(f"{USERS}/{user.id}")).status_code == 404


async def test_changes_and_deletions_at_the_same_time_are_made_or_find_nobody(
    committed: None, people: People, admin: AsyncClient
) -> None:
    user = await people.add()
    url = f"{USERS}/{user.id}"
    changes = [admin.patch(url, json={"full_name": f"Ada {number}"}) for number in range(6)]
    deletions = [admin.delete(url) for _ in range(3)]
    changed = await asyncio.gather(*changes[:3], *deletions, *changes[3:])
    statuses = Counter(answer.status_code for answer in changed)
    assert statuses[204] == 1
    assert statuses.keys() <= {200, 204, 404}


async def test_administrators_do_not_delete_themselves_by_id(
    people: People, admin: AsyncClient
) -> None:
    await people.add(role=Role.ADMIN)
    me = (await admin.get(f"{USERS}/me")).json()["id"]
    refused = await admin.delete(f"{USERS}/{me}")
    assert refused.status_code == 409
    assert refused.json()["code"] == "cannot_delete_oneself"
