"""Seeing where one is signed in, signing out, and what ends sessions at once."""

from uuid import uuid4

import pytest
from dirty_equals import IsDatetime, IsUUID
from fastapi.security.base import SecurityBase
from httpx2 import AsyncClient
from starlette.requests import HTTPConnection

from app.auth.feature import feature as auth
from app.core.access import Principal
from app.core.feature import Feature
from app.core.registry import Registry
from app.users.feature import feature as users
from app.users.roles import Role
from tests.core.serving import serving
from tests.users.people import PASSWORD, People

ME = "/api/v1/users/me"
SESSIONS = "/api/v1/auth/sessions"


async def test_users_see_where_they_are_signed_in(people: People) -> None:
    user = await people.add()
    await people.sign_in(await people.add())
    await people.sign_in(user)
    client = await people.client()
    client.headers["User-Agent"] = f"Telescope/{'1' * 300}"
    answer = await client.post(
        "/api/v1/auth/login", data={"username": user.username, "password": PASSWORD}
    )
    client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
    current, other = (await client.get(SESSIONS)).json()
    assert current == {
        "id": IsUUID,
        "is_current": True,
        "signed_in_at": IsDatetime(iso_string=True),
        "refreshed_at": IsDatetime(iso_string=True),
        "expires_at": IsDatetime(iso_string=True),
        "address": "127.0.0.1",
        "user_agent": f"Telescope/{'1' * 245}",
    }
    assert other["is_current"] is False


async def test_who_signs_out_is_out_at_once_and_only_there(people: People) -> None:
    user = await people.add()
    here, there = await people.sign_in(user), await people.sign_in(user)
    assert (await here.post("/api/v1/auth/logout")).status_code == 204
    assert (await here.get(ME)).status_code == 401
    assert (await there.get(ME)).status_code == 200


async def test_signing_out_ends_the_refresh_token_too(people: People, client: AsyncClient) -> None:
    user = await people.add()
    answer = await client.post(
        "/api/v1/auth/login", data={"username": user.username, "password": PASSWORD}
    )
    tokens = answer.json()
    headers = {"Authorization": f"Bearer {tokens['access_token']}"}
    await client.post("/api/v1/auth/logout", headers=headers)
    refused = await client.post(
        "/api/v1/auth/refresh", json={"refresh_token": tokens["refresh_token"]}
    )
    assert refused.status_code == 401


async def test_one_session_can_be_ended_from_another(people: People) -> None:
    user = await people.add()
    here, there = await people.sign_in(user), await people.sign_in(user)
    ids = {one["is_current"]: one["id"] for one in (await here.get(SESSIONS)).json()}
    assert (await here.delete(f"{SESSIONS}/{ids[False]}")).status_code == 204
    assert (await there.get(ME)).status_code == 401
    assert (await here.get(ME)).status_code == 200
    assert (await here.delete(f"{SESSIONS}/{ids[False]}")).status_code == 404


async def test_all_sessions_can_be_ended_at_once(people: People) -> None:
    user = await people.add()
    here, there = await people.sign_in(user), await people.sign_in(user)
    assert (await here.delete(SESSIONS)).status_code == 204
    assert (await here.get(ME)).status_code == 401
    assert (await there.get(ME)).status_code == 401


@pytest.mark.parametrize("role", Role)
async def test_nobody_ends_somebody_elses_session(people: People, role: Role) -> None:
    victim = await people.sign_in(await people.add())
    (session,) = (await victim.get(SESSIONS)).json()
    other = await people.sign_in(await people.add(role=role))
    assert (await other.delete(f"{SESSIONS}/{session['id']}")).status_code == 404
    assert (await other.delete(f"{SESSIONS}/{uuid4()}")).status_code == 404
    assert (await other.delete(SESSIONS)).status_code == 204
    assert (await victim.get(ME)).status_code == 200


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/sessions"),
        ("DELETE", "/sessions"),
        ("DELETE", "/sessions/0199d2a4-7c3e-7b52-9a44-3f0a5f2d9c11"),
        ("POST", "/logout"),
    ],
)
async def test_sessions_are_for_those_who_are_signed_in(
    client: AsyncClient, method: str, path: str
) -> None:
    assert (await client.request(method, f"/api/v1/auth{path}")).status_code == 401


class Machine:
    """Takes every caller for a program with the scopes of a person."""

    name = "machine"
    scheme: SecurityBase | None = None
    challenge: str | None = None

    async def __call__(self, connection: HTTPConnection, registry: Registry) -> Principal | None:
        return Principal("machine", via=self.name, scopes=frozenset({"profile:write"}))


async def test_a_program_has_no_sessions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTH_SECRET_KEY", "a secret that only the tests know of")
    machines = Feature(name="machines", authenticators=(Machine(),))
    async with serving(machines, users, auth) as client:
        refused = await client.get(SESSIONS)
    assert refused.status_code == 403


async def test_a_deactivated_user_is_out_at_once_and_stays_so(
    people: People, admin: AsyncClient
) -> None:
    user = await people.add()
    client = await people.sign_in(user)
    await admin.patch(f"/api/v1/users/{user.id}", json={"is_active": False})
    assert (await client.get(ME)).status_code == 401
    await admin.patch(f"/api/v1/users/{user.id}", json={"is_active": True})
    assert (await client.get(ME)).status_code == 401


async def test_a_deactivated_user_cannot_refresh(
    people: People, client: AsyncClient, admin: AsyncClient
) -> None:
    user = await people.add()
    answer = await client.post(
        "/api/v1/auth/login", data={"username": user.username, "password": PASSWORD}
    )
    await admin.patch(f"/api/v1/users/{user.id}", json={"is_active": False})
    refused = await client.post(
        "/api/v1/auth/refresh", json={"refresh_token": answer.json()["refresh_token"]}
    )
    assert refused.status_code == 401


async def test_a_deleted_user_is_out_at_once(people: People, admin: AsyncClient) -> None:
    user = await people.add()
    client = await people.sign_in(user)
    await admin.delete(f"/api/v1/users/{user.id}")
    assert (await client.get(ME)).status_code == 401


async def test_another_role_counts_from_the_next_request_on(
    people: People, admin: AsyncClient
) -> None:
    user = await people.add(role=Role.ADMIN)
    client = await people.sign_in(user)
    assert (await client.get("/api/v1/users")).status_code == 200
    await admin.patch(f"/api/v1/users/{user.id}", json={"role": "user"})
    assert (await client.get("/api/v1/users")).status_code == 403
    await admin.patch(f"/api/v1/users/{user.id}", json={"role": "moderator"})
    assert (await client.get("/api/v1/users")).status_code == 200
