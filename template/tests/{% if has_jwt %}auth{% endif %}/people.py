"""Accounts for tests, and clients that are signed in to them."""

from contextlib import AsyncExitStack
from itertools import count
from typing import Any

from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient

from app.auth import accounts
from app.auth.schemas import AccountCreate
from app.core.registry import Registry
from app.database.session import unit_of_work
from app.users.models import User

PASSWORD = "seven purple lanterns"


class People:
    """Makes accounts in the database of an application, and signs in to them over HTTP."""

    def __init__(self, app: FastAPI, stack: AsyncExitStack) -> None:
        self.registry: Registry = app.state.registry
        self._app = app
        self._stack = stack
        self._numbers = count(1)

    async def add(self, **fields: Any) -> User:
        """Make an account, of an ordinary user unless `fields` say otherwise."""
        username = fields.setdefault("username", f"user{next(self._numbers)}")
        data = AccountCreate.model_validate(
            {"email": f"{username}@example.com", "password": PASSWORD, **fields}
        )
        async with unit_of_work(self.registry) as work:
            return await accounts.create(work, self.registry, data)

    async def client(self) -> AsyncClient:
        """Return another caller from outside."""
        transport = ASGITransport(app=self._app)
        client = AsyncClient(transport=transport, base_url="http://testserver")
        return await self._stack.enter_async_context(client)

    async def sign_in(self, user: User, password: str = PASSWORD) -> AsyncClient:
        """Return a caller who has signed in as a user."""
        client = await self.client()
        answer = await client.post(
            "/api/v1/auth/login", data={"username": user.username, "password": password}
        )
        assert answer.status_code == 200, answer.text
        client.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"
        return client
