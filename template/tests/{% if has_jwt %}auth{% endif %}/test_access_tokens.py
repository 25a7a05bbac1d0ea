"""Which tokens let somebody in, and until when."""

import base64
import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import jwt
import pytest
import time_machine
from dirty_equals import IsPartialDict
from fastapi import FastAPI
from httpx2 import AsyncClient
from pydantic import SecretStr
from sqlalchemy import event

from app.auth.settings import AuthSettings
from app.auth.tokens import Claims, InvalidToken, Tokens, TokenType, derive_key
from app.core.settings import CoreSettings
from app.database.base import now
from app.database.session import Database
from app.users.roles import Role
from tests.users.people import People

ME = "/api/v1/users/me"
TEN_MINUTES = timedelta(minutes=10)


def segment(part: dict[str, Any]) -> str:
    """Encode a part of a token."""
    return base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=")


class Forger:
    """Knows everything about a good token, the key as well, and changes one thing."""

    def __init__(self, token: str, key: bytes) -> None:
        self.token = token
        self.key = key
        self.header = jwt.get_unverified_header(token)
        self.payload: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})

    def claims(self, **changes: Any) -> str:
        """Change claims, or leave out those that are None, and sign with the right key."""
        payload = {k: v for k, v in (self.payload | changes).items() if v is not None}
        return jwt.encode(payload, self.key, "HS256", headers={"kid": self.header["kid"]})

    def signed(self, key: bytes, algorithm: str = "HS256", **headers: Any) -> str:
        """Sign with another key or algorithm, under another header."""
        return jwt.encode(
            self.payload, key, algorithm, headers={"kid": self.header["kid"], **headers}
        )

    def unsigned(self, algorithm: str) -> str:
        """Say that no signature is needed."""
        return f"{segment(self.header | {'alg': algorithm})}.{segment(self.payload)}."

    def tampered(self, **changes: Any) -> str:
        """Change claims below the signature of the good token."""
        header, _, signature = self.token.split(".")
        return f"{header}.{segment(self.payload | changes)}.{signature}"


@pytest.fixture
async def forger(signed_in: AsyncClient, auth_settings: AuthSettings) -> Forger:
    token = signed_in.headers["Authorization"].removeprefix("Bearer ")
    return Forger(token, derive_key(auth_settings.secret_keys[0], "tokens"))


FORGERIES = {
    "no signature needed": lambda good: good.unsigned("none"),
    "no signature needed, in capitals": lambda good: good.unsigned("NONE"),
    "signature left out": lambda good: good.token.rpartition(".")[0] + ".",
    "another key": lambda good: good.signed(b"k" * 32),
    "the secret itself": lambda good: good.signed(b"a secret that only the tests know of"),
    "an empty kid": lambda good: good.signed(good.key, kid=""),
    "an unknown kid": lambda good: good.signed(good.key, kid="0123456789abcdef"),
    "a stronger algorithm": lambda good: good.signed(good.key * 2, "HS512"),
    "a key in the header": lambda good: good.signed(b"k" * 32, jwk={"kty": "oct", "k": "a2tr"}),
    "tampered subject": lambda good: good.tampered(sub=str(uuid4())),
    "tampered expiry": lambda good: good.tampered(exp=good.payload["exp"] + 3600),
    "another issuer": lambda good: good.claims(iss="elsewhere"),
    "no issuer": lambda good: good.claims(iss=None),
    "another audience": lambda good: good.claims(aud="elsewhere"),
    "several audiences": lambda good: good.claims(aud=[good.payload["aud"], "elsewhere"]),
    "no audience": lambda good: good.claims(aud=None),
    "a refresh token": lambda good: good.claims(typ="refresh"),
    "no type": lambda good: good.claims(typ=None),
    "expired": lambda good: good.claims(exp=good.payload["iat"] - 60),
    "no expiry": lambda good: good.claims(exp=None),
    "not issued yet": lambda good: good.claims(iat=good.payload["iat"] + 3600),
    "no id": lambda good: good.claims(jti=None),
    "another user": lambda good: good.claims(sub=str(uuid4())),
    "no user": lambda good: good.claims(sub=None),
    "a user that is no id": lambda good: good.claims(sub="admin"),
    "another session": lambda good: good.claims(sid=str(uuid4())),
    "no session": lambda good: good.claims(sid=None),
    "a session that is no id": lambda good: good.claims(sid="1"),
    "half a token": lambda good: good.token[: len(good.token) // 2],
    "no token": lambda good: "token",
    "nothing": lambda good: "",
}


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
async def test_no_forged_token_lets_anybody_in(
    client: AsyncClient, forger: Forger, forgery: Any
) -> None:
    answer = await client.get(ME, headers={"Authorization": f"Bearer {forgery(forger)}"})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    assert answer.json() == IsPartialDict(code="invalid_token")


async def test_the_forger_can_make_good_tokens(client: AsyncClient, forger: Forger) -> None:
    """Without this, the forgeries above might be refused for what they have in common."""
    for token in (forger.token, forger.claims(), forger.signed(forger.key)):
        answer = await client.get(ME, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200


async def test_one_users_session_does_not_work_for_another(
    people: People, client: AsyncClient, forger: Forger
) -> None:
    admin = await people.add(role=Role.ADMIN)
    token = forger.claims(sub=str(admin.id))
    answer = await client.get(ME, headers={"Authorization": f"Bearer {token}"})
    assert answer.status_code == 401


@pytest.mark.parametrize("scheme", ["Basic", "Token", "bearer-ish"])
async def test_another_scheme_is_no_sign_in(
    client: AsyncClient, forger: Forger, scheme: str
) -> None:
    answer = await client.get(ME, headers={"Authorization": f"{scheme} {forger.token}"})
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer"


async def test_the_scheme_is_known_in_any_case(client: AsyncClient, forger: Forger) -> None:
    answer = await client.get(ME, headers={"Authorization": f"bearer {forger.token}"})
    assert answer.status_code == 200


async def test_a_token_in_the_query_is_ignored(client: AsyncClient, forger: Forger) -> None:
    answer = await client.get(ME, params={"access_token": forger.token, "token": forger.token})
    assert answer.status_code == 401


async def test_an_access_token_is_good_for_half_an_hour(signed_in: AsyncClient) -> None:
    with time_machine.travel(now() + timedelta(minutes=29), tick=False) as clock:
        assert (await signed_in.get(ME)).status_code == 200
        clock.shift(timedelta(minutes=2))
        assert (await signed_in.get(ME)).status_code == 401


async def test_the_user_and_the_session_are_looked_up_in_one_query(
    app: FastAPI, signed_in: AsyncClient
) -> None:
    queries: list[str] = []

    def note(*arguments: Any) -> None:
        queries.append(arguments[2])

    engine = app.state.registry.get(Database).engines.writing.sync_engine
    event.listen(engine, "before_cursor_execute", note)
    assert (await signed_in.get(ME)).status_code == 200
    event.remove(engine, "before_cursor_execute", note)
    assert len([query for query in queries if query.startswith("SELECT")]) == 1


async def test_a_token_says_what_it_is(forger: Forger, core_settings: CoreSettings) -> None:
    assert forger.payload == IsPartialDict(
        typ="access", iss=core_settings.name, aud=core_settings.name
    )
    assert forger.payload.keys() == {"typ", "iss", "aud", "sub", "sid", "jti", "iat", "exp"}
    assert forger.header.keys() == {"alg", "typ", "kid"}


class TestRollingKeys:
    """One key signs, several are accepted."""

    CLAIMS = Claims(user_id=uuid4(), session_id=uuid4())

    def tokens(self, key: str, previous: str = "", service: str = "shop") -> Tokens:
        settings = AuthSettings(secret_key=SecretStr(key), previous_secret_keys=SecretStr(previous))
        return Tokens(settings, service)

    def make(self, tokens: Tokens) -> str:
        return tokens.make(TokenType.ACCESS, self.CLAIMS, now() + TEN_MINUTES)

    def test_tokens_of_previous_keys_are_accepted(self) -> None:
        rolled = self.tokens("newest", "older, oldest")
        for key in ("newest", "older", "oldest"):
            token = self.make(self.tokens(key))
            assert rolled.read(TokenType.ACCESS, token) == self.CLAIMS

    def test_the_newest_key_signs(self) -> None:
        token = self.make(self.tokens("newest", "older"))
        assert self.tokens("newest").read(TokenType.ACCESS, token) == self.CLAIMS
        with pytest.raises(InvalidToken):
            self.tokens("older").read(TokenType.ACCESS, token)

    def test_tokens_of_a_key_that_was_given_up_are_refused(self) -> None:
        with pytest.raises(InvalidToken):
            self.tokens("newest").read(TokenType.ACCESS, self.make(self.tokens("older")))

    def test_tokens_of_another_service_with_the_same_key_are_refused(self) -> None:
        with pytest.raises(InvalidToken):
            self.tokens("newest", service="bank").read(
                TokenType.ACCESS, self.make(self.tokens("newest"))
            )

    def test_no_two_tokens_are_the_same(self) -> None:
        tokens = self.tokens("newest")
        assert self.make(tokens) != self.make(tokens)
