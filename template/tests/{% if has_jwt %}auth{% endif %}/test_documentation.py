"""What the API documentation says about signing in."""

import pytest
from httpx2 import AsyncClient


async def test_the_authorize_button_signs_in(client: AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    schemes = document["components"]["securitySchemes"].values()
    (scheme,) = (scheme for scheme in schemes if "flows" in scheme)
    token_url = scheme["flows"]["password"]["tokenUrl"]
    assert not token_url.startswith("/")
    assert "post" in document["paths"][f"/{token_url}"]
    form = document["paths"][f"/{token_url}"]["post"]["requestBody"]["content"]
    assert form.keys() == {"application/x-www-form-urlencoded"}


@pytest.mark.parametrize("path", ["register", "login", "refresh"])
async def test_whoever_has_no_account_or_token_yet_needs_none(
    client: AsyncClient, path: str
) -> None:
    document = (await client.get("/openapi.json")).json()
    assert "security" not in document["paths"][f"/api/v1/auth/{path}"]["post"]
