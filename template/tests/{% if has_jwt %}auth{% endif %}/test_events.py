"""What other features hear of accounts and sign-ins."""

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient

from app.auth.events import PasswordChanged, PasswordRefused, RefreshTokenReused, SignedIn
from app.core.application import create_app
from app.core.events import Event, Subscriber
from app.core.feature import Feature
from app.core.registry import Registry
from app.core.settings import Settings
from app.users.events import (
    RoleChanged,
    UserDeactivated,
    UserDeleted,
    UserReactivated,
    UserRegistered,
    UserUpdated,
)
from app.users.models import User
from app.users.roles import Role
from app.wiring import FEATURES
from tests.database.fixtures import isolated
from tests.users.people import PASSWORD, People


@pytest.fixture
def heard() -> list[Event]:
    """Every event, once its change has been committed."""
    return []


@pytest.fixture
async def app(
    request: pytest.FixtureRequest, settings: list[Settings], heard: list[Event]
) -> AsyncIterator[FastAPI]:
    async def hear(event: Event, _unit: Registry) -> None:
        heard.append(event)

    listener = Feature(name="listener", subscribers=(Subscriber(Event, hear),))
    app = create_app((*FEATURES, listener), settings=settings, env_file=None)
    async with app.router.lifespan_context(app), isolated(app, request):
        yield app


@pytest.fixture
async def user(people: People, heard: list[Event]) -> User:
    """A user whose registration is not talked about any longer."""
    user = await people.add(username="ada")
    heard.clear()
    return user


async def test_a_registration(client: AsyncClient, heard: list[Event]) -> None:
    answer = await client.post(
        "/api/v1/auth/register",
        json={
            "email": "ada@example.com",
            "username": "ada",
            "password": PASSWORD,
            "terms_accepted": True,
        },
    )
    (event,) = heard
    assert event == UserRegistered(UUID(answer.json()["id"]), Role.USER)


async def test_changes_of_a_user(people: People, user: User, heard: list[Event]) -> None:
    admin = await people.sign_in(await people.add(role=Role.ADMIN))
    heard.clear()
    url = f"/api/v1/users/{user.id}"
    await admin.patch(url, json={"full_name": "Ada", "role": "user", "is_active": True})
    await admin.patch(url, json={"role": "moderator"})
    await admin.patch(url, json={"is_active": False})
    await admin.patch(url, json={"is_active": True})
    await admin.delete(url)
    assert heard == [
        UserUpdated(user.id, frozenset({"full_name", "role", "is_active"})),
        UserUpdated(user.id, frozenset({"role"})),
        RoleChanged(user.id, before=Role.USER, after=Role.MODERATOR),
        UserUpdated(user.id, frozenset({"is_active"})),
        UserDeactivated(user.id),
        UserUpdated(user.id, frozenset({"is_active"})),
        UserReactivated(user.id),
        UserDeleted(user.id),
    ]


async def test_of_many_changes_only_those_that_were_made(
    people: People, user: User, heard: list[Event]
) -> None:
    administrator = await people.add(role=Role.ADMIN)
    admin = await people.sign_in(administrator)
    heard.clear()
    names = (administrator.email, "countess@example.com")
    changes = [{"id": str(user.id), "email": name} for name in names]
    await admin.post("/api/v1/users/bulk-update", json={"users": changes})
    assert heard == [UserUpdated(user.id, frozenset({"email"}))]


async def test_a_sign_in(people: People, user: User, heard: list[Event]) -> None:
    client = await people.sign_in(user)
    (session,) = (await client.get("/api/v1/auth/sessions")).json()
    (event,) = heard
    assert isinstance(event, SignedIn)
    assert (event.user_id, str(event.session_id)) == (user.id, session["id"])


@pytest.mark.parametrize("name", ["ada", "nobody"])
async def test_a_wrong_password(
    client: AsyncClient, user: User, heard: list[Event], name: str
) -> None:
    await client.post("/api/v1/auth/login", data={"username": name, "password": "wrong"})
    assert heard == [PasswordRefused(user.id if name == "ada" else None)]


async def test_another_password(people: People, user: User, heard: list[Event]) -> None:
    client = await people.sign_in(user)
    heard.clear()
    body = {"current_password": PASSWORD, "new_password": "eleven green umbrellas"}
    await client.put("/api/v1/users/me/password", json=body)
    assert heard == [PasswordChanged(user.id)]


async def test_a_refresh_token_that_came_again(
    client: AsyncClient, user: User, heard: list[Event]
) -> None:
    answer = await client.post("/api/v1/auth/login", data={"username": "ada", "password": PASSWORD})
    (signed_in,) = heard
    assert isinstance(signed_in, SignedIn)
    body = {"refresh_token": answer.json()["refresh_token"]}
    for _ in range(3):
        await client.post("/api/v1/auth/refresh", json=body)
    assert heard[1:] == [RefreshTokenReused(user.id, signed_in.session_id)]
