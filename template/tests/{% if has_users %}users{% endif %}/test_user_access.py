"""Who may do what with whose account."""

import pytest

from app.users.roles import Role
from tests.users.people import People

USERS = "/api/v1/users"
ACTIONS = {
    "read": ("GET", None),
    "change": ("PATCH", {"full_name": "Somebody"}),
    "delete": ("DELETE", None),
}


@pytest.mark.parametrize(
    ("role", "action", "through_me", "own", "another"),
    [
        ("user", "read", 200, 403, 403),
        ("user", "change", 200, 403, 403),
        ("user", "delete", 204, 403, 403),
        ("moderator", "read", 200, 200, 200),
        ("moderator", "change", 200, 403, 403),
        ("moderator", "delete", 204, 403, 403),
        ("admin", "read", 200, 200, 200),
        ("admin", "change", 200, 200, 200),
        ("admin", "delete", 204, 409, 204),
    ],
)
async def test_who_may_do_what_with_whose(
    people: People, role: str, action: str, through_me: int, own: int, another: int
) -> None:
    await people.add(role=Role.ADMIN)  # so that the caller is not the last one
    caller = await people.add(role=Role(role))
    other = await people.add()
    client = await people.sign_in(caller)
    method, body = ACTIONS[action]
    for path, status in [(other.id, another), (caller.id, own), ("me", through_me)]:
        answer = await client.request(method, f"{USERS}/{path}", json=body)
        assert answer.status_code == status, path


@pytest.mark.parametrize("action", ACTIONS)
async def test_nobody_may_do_anything_without_signing_in(people: People, action: str) -> None:
    client = await people.client()
    method, body = ACTIONS[action]
    for path in ("me", (await people.add()).id):
        assert (await client.request(method, f"{USERS}/{path}", json=body)).status_code == 401
