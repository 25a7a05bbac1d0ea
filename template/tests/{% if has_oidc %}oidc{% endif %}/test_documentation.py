"""The documentation says how to sign in, and its page does it."""

import pytest
from httpx2 import AsyncClient

from app.oidc.settings import OidcSettings
from tests.oidc.issuer import AUDIENCE, Issuer


async def test_the_document_says_where_the_provider_is(issuer: Issuer, client: AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    assert document["components"]["securitySchemes"]["OpenIdConnect"] == {
        "type": "openIdConnect",
        "openIdConnectUrl": f"{issuer.url}/.well-known/openid-configuration",
    }
    asked = document["paths"]["/of-operators"]["get"]["security"]
    assert {"OpenIdConnect": ["health:read"]} in asked


async def test_without_a_client_the_page_signs_nobody_in(client: AsyncClient) -> None:
    page = await client.get("/docs")
    assert "initOAuth" not in page.text
    assert "connect-src 'self';" in page.headers["Content-Security-Policy"]


class TestWithAClient:
    """A public one, for this page."""

    @pytest.fixture
    def oidc_settings(self, issuer: Issuer) -> OidcSettings:
        issuer.description = {"token_endpoint": "https://tokens.example.com/oauth2/token"}
        return OidcSettings(issuer=issuer.url, audience=(AUDIENCE,), docs_client_id="api-docs")

    async def test_the_page_signs_people_in_with_pkce(
        self, issuer: Issuer, client: AsyncClient
    ) -> None:
        page = await client.get("/docs")
        assert '"clientId": "api-docs"' in page.text
        assert '"usePkceWithAuthorizationCodeGrant": true' in page.text
        assert '"scopes": "openid profile email"' in page.text
        assert "/docs/oauth2-redirect" in page.text
        policy = page.headers["Content-Security-Policy"]
        assert f"connect-src 'self' {issuer.url} https://tokens.example.com;" in policy
        assert page.headers["Cross-Origin-Opener-Policy"] == "same-origin-allow-popups"

    async def test_people_come_back_to_a_page_that_finds_its_opener(
        self, client: AsyncClient
    ) -> None:
        page = await client.get("/docs/oauth2-redirect")
        assert page.status_code == 200
        assert "oauth2" in page.text
        assert page.headers["Content-Security-Policy"].count("'sha256-") == 1
        assert page.headers["Cross-Origin-Opener-Policy"] == "unsafe-none"
