"""The keys of the provider: new ones are seen, and it may be away for a while."""

import asyncio
from collections.abc import Callable

import pytest
from dirty_equals import IsPartialDict
from fastapi import FastAPI
from httpx2 import AsyncClient

from app.oidc.provider import Provider
from app.oidc.settings import OidcSettings
from tests.oidc.conftest import Call
from tests.oidc.issuer import AUDIENCE, Issuer
from tests.oidc.keys import SigningKey

EMAIL = "ada@example.com"


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110, another task makes it hold
            await asyncio.sleep(0.02)


async def test_a_new_key_is_seen_with_the_first_token_that_names_it(
    issuer: Issuer, call: Call
) -> None:
    before = issuer.token(email=EMAIL)
    assert (await call(before)).status_code == 200
    issuer.rotate(SigningKey("second"))
    assert (await call(issuer.token(email=EMAIL))).status_code == 200
    assert (await call(before)).status_code == 401  # its key has been withdrawn


async def test_a_flood_of_unknown_keys_is_not_passed_on(issuer: Issuer, call: Call) -> None:
    assert (await call(issuer.token(email=EMAIL))).status_code == 200
    asked = issuer.times_asked("/keys")
    forged = [issuer.token(header={"kid": f"unheard-of-{number}"}) for number in range(40)]
    answers = await asyncio.gather(*map(call, forged[:20]))
    answers += [await call(token) for token in forged[20:]]
    assert {answer.status_code for answer in answers} == {401}
    assert issuer.times_asked("/keys") <= asked + 1
    assert (await call(issuer.token(email=EMAIL))).status_code == 200


async def test_many_who_come_first_ask_once(issuer: Issuer, call: Call) -> None:
    tokens = [issuer.token(header={"kid": "unheard-of"}) for _ in range(20)]
    await asyncio.gather(*map(call, tokens))
    assert issuer.times_asked("/keys") <= 2  # at the start, and for the unknown one


class TestProviderAway:
    """Stopped, and started again."""

    @pytest.fixture
    def oidc_settings(self, issuer: Issuer) -> OidcSettings:
        return OidcSettings(
            issuer=issuer.url,
            audience=(AUDIENCE,),
            keys_refresh_seconds=0.05,
            keys_pause_seconds=0.05,
            keys_grace_seconds=1.5,
            timeout=2,
        )

    async def test_good_tokens_are_good_for_a_while_then_nobody_can_tell(
        self, issuer: Issuer, call: Call, app: FastAPI
    ) -> None:
        token = issuer.token(email=EMAIL)
        assert (await call(token)).status_code == 200
        issuer.cut()
        assert (await call(token)).status_code == 200
        await until(lambda: not app.state.registry.get(Provider).has_keys)
        answer = await call(token)
        assert answer.status_code == 503
        assert answer.json() == IsPartialDict(code="provider_away")
        assert int(answer.headers["Retry-After"]) >= 1
        issuer.restore()
        await until(lambda: bool(app.state.registry.get(Provider).has_keys))
        assert (await call(token)).status_code == 200

    async def test_a_key_that_could_be_new_is_not_said_to_be_wrong(
        self, issuer: Issuer, call: Call
    ) -> None:
        assert (await call(issuer.token(email=EMAIL))).status_code == 200
        issuer.cut()
        token = issuer.token(key=SigningKey("second"), email=EMAIL)
        assert (await call(token)).status_code == 503

    async def test_keys_are_fetched_before_anybody_needs_them(
        self, issuer: Issuer, call: Call
    ) -> None:
        assert (await call(issuer.token(email=EMAIL))).status_code == 200
        asked = issuer.times_asked("/keys")
        await until(lambda: issuer.times_asked("/keys") >= asked + 3)


class TestNobodyThere:
    """A provider that does not answer from the start."""

    @pytest.fixture
    def issuer(self) -> Issuer:
        with Issuer() as issuer:
            pass
        return issuer

    async def test_the_service_starts_and_is_ready_and_says_what_it_lacks(
        self, issuer: Issuer, client: AsyncClient
    ) -> None:
        assert (await client.get("/ready")).status_code == 200
        detailed = (await client.get("/health/detailed")).json()
        assert detailed["status"] == "degraded"
        (check,) = [one for one in detailed["checks"] if one["name"] == "identity provider"]
        assert check == IsPartialDict(status="failed", critical=False)
        assert detailed["features"]["oidc"] == IsPartialDict(issuer=issuer.url, keys=0)

    async def test_nobody_can_tell_who_comes(self, issuer: Issuer, call: Call) -> None:
        answer = await call(issuer.token())
        assert answer.status_code == 503
        assert answer.headers["Retry-After"]

    async def test_what_is_no_token_of_anybody_is_refused_all_the_same(self, call: Call) -> None:
        assert (await call("nonsense")).status_code == 401


@pytest.mark.parametrize(
    "description",
    [
        {"issuer": "https://login.example.com"},
        {"jwks_uri": None},
        {"jwks_uri": "http://127.0.0.1:1/keys"},
        {"jwks_uri": "no address"},
    ],
)
async def test_a_provider_that_is_another_one_is_not_believed(
    issuer: Issuer, call: Call, description: dict[str, str | None]
) -> None:
    assert (await call(issuer.token(email=EMAIL))).status_code == 200
    issuer.description = description
    assert (await call(issuer.token(header={"kid": "second"}))).status_code == 503


async def test_keys_that_are_none_leave_those_that_are_known(issuer: Issuer, call: Call) -> None:
    token = issuer.token(email=EMAIL)
    assert (await call(token)).status_code == 200
    issuer.published = [{"kty": "oct", "k": "c2VjcmV0", "kid": "second"}, {"kty": 7}]
    assert (await call(issuer.token(header={"kid": "second"}))).status_code == 503
    assert (await call(token)).status_code == 200


async def test_what_is_known_of_the_provider_is_told(
    issuer: Issuer, call: Call, client: AsyncClient
) -> None:
    await call(issuer.token(email=EMAIL))
    detailed = (await client.get("/health/detailed")).json()
    assert detailed["features"]["oidc"] == IsPartialDict(issuer=issuer.url, keys=1)
