import pytest
from httpx2 import AsyncClient
from pydantic import SecretStr

from app.auth.settings import AuthSettings
from tests.bench.fixtures import Bench
from tests.users.people import PASSWORD


@pytest.fixture
def auth_settings() -> AuthSettings:
    """Settings that hash passwords as a service does, not as other tests do."""
    return AuthSettings(secret_key=SecretStr("a secret that only the tests know of"))


@pytest.mark.usefixtures("committed")
async def test_signing_in(bench: Bench, signed_in: AsyncClient) -> None:
    answer = await signed_in.get("/api/v1/users/me")
    form = {"username": answer.json()["username"], "password": PASSWORD}
    await bench.measure("sign-in, 8 connections", "/api/v1/auth/login", data=form, connections=8)
