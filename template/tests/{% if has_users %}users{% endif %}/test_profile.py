"""What users see and change of themselves."""

from typing import Any

import pytest
from dirty_equals import IsDatetime, IsUUID
from fastapi.security.base import SecurityBase
from httpx2 import AsyncClient
from starlette.requests import HTTPConnection

from app.core.access import Principal
from app.core.feature import Feature
from app.core.registry import Registry
from app.users.feature import feature as users
from tests.core.serving import serving
from tests.users.people import People

ME = "/api/v1/users/me"


async def test_users_see_themselves_without_anything_secret(people: People) -> None:
    user = await people.add(username="ada", full_name="Ada Lovelace")
    client = await people.sign_in(user)
    answer = await client.get(ME)
    assert answer.status_code == 200
    assert answer.json() == {
        "id": IsUUID,
        "email": "ada@example.com",
        "username": "ada",
        "full_name": "Ada Lovelace",
        "role": "user",
        "is_active": True,
        "created_at": IsDatetime(iso_string=True),
        "updated_at": IsDatetime(iso_string=True),
    }


async def test_a_change_touches_only_what_is_given(signed_in: AsyncClient) -> None:
    before = (await signed_in.get(ME)).json()
    changed = await signed_in.patch(ME, json={"full_name": "  Ada King "})
    assert changed.status_code == 200
    assert changed.json() == before | {
        "full_name": "Ada King",
        "updated_at": changed.json()["updated_at"],
    }
    assert (await signed_in.get(ME)).json() == changed.json()


async def test_null_empties_the_full_name(people: People) -> None:
    client = await people.sign_in(await people.add(full_name="Ada Lovelace"))
    changed = await client.patch(ME, json={"full_name": None})
    assert changed.json()["full_name"] is None


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"role": "admin"},
        {"is_active": True},
        {"id": "0199d2a4-7c3e-7b52-9a44-3f0a5f2d9c11"},
        {"password": "another good password"},
        {"full_name": "Ada", "role": "admin"},
        {"email": None},
        {"username": None},
        {"email": "ada"},
        {"username": "a"},
        {"username": "ada@example.com"},
        {"username": "ada lovelace"},
        {"full_name": ""},
        {"full_name": "line\nbreak"},
        {"full_name": "a" * 101},
    ],
)
async def test_what_users_may_not_change_is_refused(
    signed_in: AsyncClient, changes: dict[str, Any]
) -> None:
    before = (await signed_in.get(ME)).json()
    refused = await signed_in.patch(ME, json=changes)
    assert refused.status_code == 422
    assert (await signed_in.get(ME)).json() == before


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
async def test_nobody_has_no_profile(client: AsyncClient, method: str) -> None:
    refused = await client.request(method, ME)
    assert refused.status_code == 401
    assert refused.headers["WWW-Authenticate"] == "Bearer"


class Machine:
    """Takes every caller for a program with the scopes of a person."""

    name = "machine"
    scheme: SecurityBase | None = None
    challenge: str | None = None

    async def __call__(self, connection: HTTPConnection, registry: Registry) -> Principal | None:
        return Principal("machine", via=self.name, scopes=frozenset({"profile:read"}))


async def test_a_program_has_no_profile() -> None:
    machines = Feature(name="machines", authenticators=(Machine(),))
    async with serving(users, machines) as client:
        refused = await client.get(ME)
    assert refused.status_code == 403
