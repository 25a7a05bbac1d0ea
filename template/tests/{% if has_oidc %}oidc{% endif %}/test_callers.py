"""Who is calling, by what their token says."""

from typing import Any

import pytest
from dirty_equals import IsPartialDict
from httpx2 import AsyncClient

from app.oidc.settings import OidcSettings
from tests.oidc.conftest import Call
from tests.oidc.issuer import AUDIENCE, Issuer

EMAIL = "ada@example.com"
OPERATORS = "/of-operators"


@pytest.fixture
def oidc_settings(issuer: Issuer) -> OidcSettings:
    return OidcSettings(
        issuer=issuer.url,
        audience=(AUDIENCE,),
        clients=("shop-web", "export"),
        role_claim="realm_access.roles",
        roles={"boss": "admin"},
    )


async def test_somebody_is_who_the_provider_says(issuer: Issuer, call: Call) -> None:
    first, second = [(await call(issuer.token(email=EMAIL))).json() for _ in range(2)]
    assert first == second == IsPartialDict(via="user", agent=None)
    other = (await call(issuer.token("grace", email="grace@example.com"))).json()
    assert other["subject"] != first["subject"]


async def test_roles_come_from_the_provider(issuer: Issuer, call: Call) -> None:
    roles: dict[str, Any] = {"realm_access": {"roles": ["offline_access", "boss"]}}
    assert (await call(issuer.token(email=EMAIL), OPERATORS)).status_code == 403
    boss = issuer.token("boss", email="boss@example.com", **roles)
    assert (await call(boss, OPERATORS)).status_code == 200


async def test_who_lacks_a_scope_is_told_which(issuer: Issuer, call: Call) -> None:
    answer = await call(issuer.token(email=EMAIL), OPERATORS)
    assert answer.headers["WWW-Authenticate"] == (
        'Bearer error="insufficient_scope", scope="health:read"'
    )


async def test_who_is_not_signed_in_is_told_how(client: AsyncClient) -> None:
    answer = await client.get("/caller")
    assert (answer.status_code, answer.headers["WWW-Authenticate"]) == (401, "Bearer")


async def test_a_program_is_nobody_but_itself(issuer: Issuer, call: Call) -> None:
    token = issuer.token("export", azp="export", scope="health:read admin everything")
    assert (await call(token)).json() == {
        "subject": "client:export",
        "via": "client",
        "agent": "export",
        "scopes": ["health:read"],
    }
    assert (await call(token, OPERATORS)).status_code == 200


async def test_a_client_that_is_not_let_in_is_not(issuer: Issuer, call: Call) -> None:
    assert (await call(issuer.token(email=EMAIL, azp="somebody-else"))).status_code == 401


class TestCognito:
    """Where access tokens have no audience."""

    @pytest.fixture
    def oidc_settings(self, issuer: Issuer) -> OidcSettings:
        return OidcSettings(issuer=issuer.url, audience=("web",), audience_claim="client_id")

    @pytest.mark.parametrize(
        ("claims", "status"),
        [
            ({"aud": None, "client_id": "web"}, 200),
            ({"aud": None, "client_id": "another"}, 401),
            ({"aud": "another-service", "client_id": "web"}, 401),
        ],
    )
    async def test_the_client_stands_for_the_audience(
        self, issuer: Issuer, call: Call, claims: dict[str, Any], status: int
    ) -> None:
        token = issuer.token(email=EMAIL, azp=None, token_use="access", **claims)
        assert (await call(token)).status_code == status
