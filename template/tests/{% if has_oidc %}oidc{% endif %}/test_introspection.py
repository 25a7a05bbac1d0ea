"""Tokens that only the provider can read."""

import time
from typing import Any

import pytest
from dirty_equals import IsPartialDict
from pydantic import SecretStr

from app.oidc.settings import OidcSettings
from tests.oidc.conftest import Call
from tests.oidc.issuer import ASKING, AUDIENCE, Issuer

EMAIL = "ada@example.com"


@pytest.fixture
def oidc_settings(issuer: Issuer, request: pytest.FixtureRequest) -> OidcSettings:
    given = getattr(request, "param", {})
    name, secret = ASKING
    return OidcSettings(
        **{
            "issuer": issuer.url,
            "audience": (AUDIENCE,),
            "introspection_client_id": name,
            "introspection_client_secret": SecretStr(secret),
            **given,
        }
    )


def let_in(issuer: Issuer, token: str = "opaque", **changes: Any) -> None:
    """Let the provider know a token."""
    issuer.opaque[token] = {"active": True, **issuer.claims(email=EMAIL, **changes)}


async def test_a_token_that_the_provider_knows_gets_in(issuer: Issuer, call: Call) -> None:
    let_in(issuer)
    assert (await call("opaque")).json() == IsPartialDict(via="user")
    assert (await call("unheard-of")).status_code == 401


async def test_a_signed_token_is_read_here(issuer: Issuer, call: Call) -> None:
    assert (await call(issuer.token(email=EMAIL))).status_code == 200
    assert (await call("a.b.c")).status_code == 401
    assert issuer.times_asked("/introspect") == 0


@pytest.mark.parametrize(
    "changes",
    [
        {"active": False},
        {"active": "true"},
        {"aud": "another-service"},
        {"aud": None},
        {"iss": "https://login.example.com"},
        {"exp": int(time.time()) - 3600},
        {"nbf": int(time.time()) + 3600},
        {"exp": "tomorrow"},
        {"sub": None},
        {"token_type": "refresh_token"},
        {"cnf": {"jkt": "0ZcOCORZNYy"}},
    ],
)
async def test_one_that_is_not_good_for_this_does_not(
    issuer: Issuer, call: Call, changes: dict[str, Any]
) -> None:
    let_in(issuer, **changes)
    assert (await call("opaque")).status_code == 401


async def test_the_provider_is_asked_once_for_a_moment(issuer: Issuer, call: Call) -> None:
    let_in(issuer)
    for _ in range(3):
        assert (await call("opaque")).status_code == 200
        assert (await call("unheard-of")).status_code == 401
    assert issuer.times_asked("/introspect") == 2


@pytest.mark.parametrize("oidc_settings", [{"introspection_seconds": 0}], indirect=True)
async def test_a_token_is_good_until_the_answer_is_forgotten(
    oidc_settings: OidcSettings, issuer: Issuer, call: Call
) -> None:
    let_in(issuer)
    assert (await call("opaque")).status_code == 200
    del issuer.opaque["opaque"]
    assert (await call("opaque")).status_code == 401


async def test_while_the_provider_is_away_nobody_new_gets_in(issuer: Issuer, call: Call) -> None:
    let_in(issuer)
    assert (await call("opaque")).status_code == 200
    issuer.cut()
    answer = await call("another")
    assert answer.status_code == 503
    assert answer.headers["Retry-After"]
    assert (await call("opaque")).status_code == 200


@pytest.mark.parametrize(
    "oidc_settings", [{"introspection_client_secret": SecretStr("wrong")}], indirect=True
)
async def test_a_wrong_secret_lets_nobody_in(
    oidc_settings: OidcSettings, issuer: Issuer, call: Call
) -> None:
    let_in(issuer)
    assert (await call("opaque")).status_code == 503


@pytest.mark.parametrize("oidc_settings", [{"introspection_client_id": ""}], indirect=True)
async def test_without_a_client_to_ask_as_they_are_refused(
    oidc_settings: OidcSettings, issuer: Issuer, call: Call
) -> None:
    let_in(issuer)
    assert (await call("opaque")).status_code == 401
    assert issuer.times_asked("/introspect") == 0
