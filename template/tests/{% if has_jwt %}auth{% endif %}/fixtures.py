"""People, and clients that act for them."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from pydantic import SecretStr

from app.auth.settings import AuthSettings
from app.users.roles import Role
from tests.users.people import People


@pytest.fixture
def auth_settings() -> AuthSettings:
    """Settings that hash passwords as cheaply as Argon2id can."""
    return AuthSettings(
        secret_key=SecretStr("a secret that only the tests know of"),
        hash_memory_kib=8,
        hash_iterations=1,
    )


@pytest.fixture
async def people(app: FastAPI) -> AsyncIterator[People]:
    async with AsyncExitStack() as stack:
        yield People(app, stack)


@pytest.fixture
async def signed_in(people: People) -> AsyncClient:
    """A caller who has signed in as an ordinary user."""
    return await people.sign_in(await people.add())


@pytest.fixture
async def moderator(people: People) -> AsyncClient:
    """A caller who has signed in as a moderator."""
    return await people.sign_in(await people.add(role=Role.MODERATOR))


@pytest.fixture
async def admin(people: People) -> AsyncClient:
    """A caller who has signed in as an administrator."""
    return await people.sign_in(await people.add(role=Role.ADMIN))
