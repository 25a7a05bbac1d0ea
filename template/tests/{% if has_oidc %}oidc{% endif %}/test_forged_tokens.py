"""No token gets in that the provider did not make for this service, and for now."""

import hashlib
import hmac
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from dirty_equals import IsPartialDict

from tests.oidc.conftest import Call
from tests.oidc.issuer import CLIENT, Issuer
from tests.oidc.keys import SigningKey, encode, encoded

NOW = int(time.time())

STRANGER = SigningKey("first")
"""The key of somebody else, who calls it what the provider calls its own."""

RSA = SigningKey("rsa", "RS256")

WEAK = SigningKey("weak", "RS256", bits=1024)


def signed_with_public_key(issuer: Issuer) -> str:
    """Sign with HMAC, taking the public key for the secret (algorithm confusion)."""
    issuer.rotate(RSA)
    public = RSA.private.public_key()
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    head = encode({"alg": "HS256", "typ": "JWT", "kid": "rsa"})
    body = encode(issuer.claims())
    mac = hmac.digest(pem, f"{head}.{body}".encode(), hashlib.sha256)
    return f"{head}.{body}.{encoded(mac)}"


def signed_with_published_secret(issuer: Issuer) -> str:
    """Sign with a symmetric key that stands among those of the provider."""
    secret = b"a secret that everybody can read here"
    published = {"kty": "oct", "k": encoded(secret), "kid": "secret", "alg": "HS256"}
    issuer.published = [published, issuer.keys[0].public]
    return jwt.encode(issuer.claims(), secret, "HS256", {"kid": "secret"})


def unsigned(issuer: Issuer, algorithm: str = "none") -> str:
    head = encode({"alg": algorithm, "typ": "JWT", "kid": "first"})
    return f"{head}.{encode(issuer.claims())}."


def tampered(issuer: Issuer) -> str:
    head, _, signature = issuer.token().split(".")
    return f"{head}.{encode(issuer.claims('boss'))}.{signature}"


def with_a_weak_key(issuer: Issuer) -> str:
    issuer.keys.append(WEAK)
    return issuer.token(key=WEAK)


def with_another_key(**changes: Any) -> Callable[[Issuer], str]:
    """Sign with a new key that is published as one for something else."""

    def forge(issuer: Issuer) -> str:
        key = SigningKey("second")
        issuer.rotate(key)
        issuer.published = [{**key.public, **changes}, RSA.public]
        return issuer.token()

    return forge


def nested(issuer: Issuer) -> str:
    return f"{encoded(b'[' * 8000)}.{encoded(b'{}')}.{encoded(b'x')}"


def header(**changes: Any) -> Callable[[Issuer], str]:
    return lambda issuer: issuer.token(header=changes)


def claims(**changes: Any) -> Callable[[Issuer], str]:
    return lambda issuer: issuer.token(**changes)


def text(token: str) -> Callable[[Issuer], str]:
    return lambda issuer: token.format(good=issuer.token())


def by_a_stranger(**changes: Any) -> Callable[[Issuer], str]:
    return lambda issuer: issuer.token(key=STRANGER, header=changes)


FORGED: dict[str, Callable[[Issuer], str]] = {
    "another audience": claims(aud="another-service"),
    "other audiences": claims(aud=["another-service", "a-third"]),
    "no audience": claims(aud=None),
    "an audience that is no text": claims(aud=[{"orders": 1}, None]),
    "another issuer": claims(iss="https://login.example.com"),
    "an issuer but for a slash": lambda issuer: issuer.token(iss=f"{issuer.url}/"),
    "no issuer": claims(iss=None),
    "expired": claims(exp=NOW - 3600),
    "without an end": claims(exp=None),
    "an end that is no time": claims(exp="tomorrow"),
    "not good yet": claims(nbf=NOW + 3600),
    "made in the future": claims(iat=NOW + 3600),
    "made at no time": claims(iat=None),
    "no subject": claims(sub=None),
    "an empty subject": claims(sub=""),
    "a subject that is too long": claims(sub="a" * 256),
    "a subject that is no text": claims(sub=7),
    "an unknown key": header(kid="unheard-of"),
    "a key id that is no text": header(kid=7),
    "the key of another provider": by_a_stranger(),
    "a key in the header": by_a_stranger(jwk=STRANGER.public),
    "a key in the header only": by_a_stranger(jwk=STRANGER.public, kid="theirs"),
    "keys at an address": by_a_stranger(jku="http://127.0.0.1:1/keys", kid="theirs"),
    "a certificate": by_a_stranger(x5c=["MIIB"], kid="theirs"),
    "a certificate at an address": by_a_stranger(x5u="http://127.0.0.1:1/chain", kid="theirs"),
    "the public key as a secret": signed_with_public_key,
    "a symmetric key of the provider": signed_with_published_secret,
    "no signature": unsigned,
    "no signature, in other letters": lambda issuer: unsigned(issuer, "NonE"),
    "a signature left out": lambda issuer: unsigned(issuer, "ES256"),
    "other claims than were signed": tampered,
    "a weak key": with_a_weak_key,
    "a key to encrypt with": with_another_key(use="enc"),
    "a key for something else": with_another_key(key_ops=["deriveKey"]),
    "an algorithm that the key is not for": with_another_key(alg="ES384"),
    "something critical": header(crit=["exp"], exp=1),
    "an unencoded payload": header(b64=False, crit=["b64"]),
    "an ID token, by its nonce": claims(nonce="n-0S6_WzA2Mj"),
    "an ID token, by its hash": claims(at_hash="77QmUPtjPfzWtF2AnpK9RQ"),
    "an ID token, as Keycloak says": claims(typ="ID"),
    "a token to renew with, as Keycloak says": claims(typ="Refresh"),
    "an ID token, as Cognito says": claims(token_use="id"),
    "an ID token, as it names no client": claims(azp=None),
    "a token of another type": header(typ="logout+jwt"),
    "a type that is no text": header(typ=["JWT"]),
    "a token that tells of an event": claims(events={"backchannel-logout": {}}),
    "a token that needs a proof": claims(
        cnf={"jkt": "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"}
    ),
    "a huge token": claims(padding="x" * 20_000),
    "a deep token": nested,
    "nothing": text(""),
    "a word": text("nonsense"),
    "dots": text("..."),
    "only dots": text(".."),
    "a dot too many": text("{good}.{good}"),
    "a part too few": text("a.b"),
    "spaces in it": text("{good} {good}"),
    "letters that are none": text("\xe9.\xe9.\xe9"),
    "no JSON": text(f"{encoded(b'no')}.{encoded(b'json')}.{encoded(b'x')}"),
    "a header that is no object": text(f"{encoded(b'[1]')}.{encoded(b'{}')}.{encoded(b'x')}"),
    "numbers without end": text(f"{encoded(b'1' * 9000)}.{encoded(b'{}')}.{encoded(b'x')}"),
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED)
async def test_a_forged_token_does_not_get_in(
    issuer: Issuer, call: Call, forge: Callable[[Issuer], str]
) -> None:
    answer = await call(forge(issuer))
    assert answer.status_code == 401
    assert answer.json() == IsPartialDict(code="invalid_token")
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


GOOD: dict[str, dict[str, Any]] = {
    "as it is": {},
    "for several audiences": {"aud": ["another-service", "orders"]},
    "after RFC 9068": {"header": {"typ": "at+jwt"}, "client_id": CLIENT, "azp": None},
    "with the whole type": {"header": {"typ": "application/at+jwt"}},
    "without a type": {"header": {"typ": None}},
    "of Keycloak, with a nonce": {"typ": "Bearer", "nonce": "n-0S6_WzA2Mj"},
    "of Cognito": {"token_use": "access", "client_id": CLIENT, "azp": None},
    "of Entra": {"appid": CLIENT, "azp": None},
    "expired a moment ago": {"exp": NOW - 5},
    "from a clock that is fast": {"iat": NOW + 20, "nbf": NOW + 20},
}


@pytest.mark.parametrize("changes", GOOD.values(), ids=GOOD)
async def test_a_good_token_gets_in(issuer: Issuer, call: Call, changes: dict[str, Any]) -> None:
    now = int(time.time()) - NOW
    moved = {name: changes[name] + now for name in ("exp", "iat", "nbf") if name in changes}
    answer = await call(issuer.token(email="ada@example.com", **(changes | moved)))
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    "algorithm", ["RS256", "RS512", "PS256", "ES256", "ES384", "ES512", "EdDSA"]
)
async def test_keys_of_every_kind_are_taken(issuer: Issuer, call: Call, algorithm: str) -> None:
    key = SigningKey(algorithm, algorithm)
    issuer.rotate(key)
    assert (await call(issuer.token(email="ada@example.com"))).status_code == 200


async def test_a_token_that_names_no_key_is_checked_by_the_only_one(
    issuer: Issuer, call: Call
) -> None:
    token = issuer.token(email="ada@example.com", header={"kid": None})
    assert (await call(token)).status_code == 200


async def test_a_scheme_is_read_in_any_letters_and_another_one_is_nobody(
    issuer: Issuer, client: Any
) -> None:
    token = issuer.token(email="ada@example.com")
    for scheme, status in {"bearer": 200, "BEARER": 200, "Basic": 401}.items():
        headers = {"Authorization": f"{scheme} {token}"}
        assert (await client.get("/caller", headers=headers)).status_code == status
