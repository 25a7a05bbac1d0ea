"""Access tokens of the provider: everything that has to be right before one is believed.

RFC 8725 says what goes wrong with them, RFC 9068 what a good one looks like. Few providers
follow the latter, so an access token is told from an ID token by what all of them do.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import jwt

from app.core.errors import ServiceUnavailable
from app.core.expiring import ExpiringMap
from app.oidc.claims import Claims, client_of, listed
from app.oidc.errors import InvalidToken
from app.oidc.introspection import Introspection
from app.oidc.keys import ALGORITHMS, KeySet, VerificationKey
from app.oidc.provider import Provider
from app.oidc.settings import OidcSettings

LARGEST = 16 * 1024
"""The most characters of a token; a header of a request may have more."""

DOTS = 2
"""In a signed token: between its header, what it says, and the signature (RFC 7515)."""

MOST_OF_SUBJECT = 255
"""The most characters of a subject (OpenID Connect Core 1.0, section 2)."""

REMEMBERED = 1024
"""How many signed tokens a process remembers that it has checked, until new keys come."""

REQUIRED = ("iss", "sub", "iat", "exp")

UNREADABLE = (jwt.PyJWTError, ValueError, TypeError, OverflowError, RecursionError)
"""What reading a token of somebody who means harm can raise."""

OF_ID_TOKENS = ("nonce", "at_hash", "c_hash", "s_hash")
"""Claims that tell an ID token, or the answer of a sign-in, from an access token."""


@dataclass(frozen=True, slots=True)
class Checked:
    """A token whose signature and purpose are right, by these keys."""

    keys: KeySet
    values: Mapping[str, Any]


class TokenVerifier:
    """Takes the tokens that the provider made for this service."""

    def __init__(
        self, settings: OidcSettings, provider: Provider, introspection: Introspection | None
    ) -> None:
        self._settings = settings
        self._provider = provider
        self._introspection = introspection
        self._checked: ExpiringMap[bytes, Checked] = ExpiringMap(REMEMBERED)
        self.outcomes: Counter[str] = Counter()
        """How often tokens were `accepted`, `refused`, and `unknown`: nobody could tell."""

    async def verify(self, token: str) -> Claims:
        """Return what a token says, once everything about it has been checked.

        Raises:
            InvalidToken: Something about it is wrong.
            ServiceUnavailable: The provider is away, and without it nobody can tell.
        """
        try:
            claims = await self._verify(token)
        except InvalidToken:
            self.outcomes["refused"] += 1
            raise
        except ServiceUnavailable:
            self.outcomes["unknown"] += 1
            raise
        self.outcomes["accepted"] += 1
        return claims

    async def _verify(self, token: str) -> Claims:
        if len(token) > LARGEST:
            raise InvalidToken("it is too long")
        if token.count(".") == DOTS:
            values = await self._read_signed(token)
        elif self._introspection and token:
            values = await self._introspection.ask(token)
        else:
            raise InvalidToken("it is no signed token")
        self._check_audience(values)
        self._check_client(values)
        if not 0 < len(values["sub"]) <= MOST_OF_SUBJECT:
            raise InvalidToken("its subject is empty or too long")
        return Claims(values)

    async def _read_signed(self, token: str) -> Mapping[str, Any]:
        """Return what a token says, from memory if the keys are those that it was checked with."""
        digest = hashlib.sha256(token.encode()).digest()
        checked = self._checked.get(digest)
        if checked and checked.keys is self._provider.keys:
            return checked.values
        keys = self._provider.keys
        values = await self._check(token)
        if keys and keys is self._provider.keys:
            until = int(values["exp"]) + self._settings.leeway
            self._checked.put(digest, Checked(keys, values), until)
        return values

    async def _check(self, token: str) -> Mapping[str, Any]:
        try:
            header = jwt.get_unverified_header(token)
        except UNREADABLE as error:
            raise InvalidToken("its header cannot be read") from error
        key = await self._key_of(header)
        try:
            values: Mapping[str, Any] = jwt.decode(
                token,
                key.key,
                algorithms=[header["alg"]],
                issuer=self._settings.issuer,
                leeway=self._settings.leeway,
                options={"require": list(REQUIRED), "verify_aud": False},
            )
        except UNREADABLE as error:
            raise InvalidToken(str(error)) from error
        self._check_purpose(header, values)
        return values

    async def _key_of(self, header: Mapping[str, Any]) -> VerificationKey:
        """Return the key of the provider that a token names; none that it brings itself."""
        algorithm, kind = header.get("alg"), header.get("typ", "JWT")
        if not isinstance(algorithm, str) or algorithm not in ALGORITHMS:
            raise InvalidToken("its algorithm is not one that is taken")
        if not isinstance(kind, str) or _plain(kind) not in self._settings.token_types:
            raise InvalidToken("its type is not that of an access token")
        if "crit" in header or "b64" in header:
            raise InvalidToken("it demands what is not understood here")
        key = await self._provider.find_key(header.get("kid"), algorithm)
        if key is None:
            raise InvalidToken("the provider has no such key")
        return key

    def _check_purpose(self, header: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Let nothing else pass for an access token that the provider has signed."""
        # Keycloak and Cognito say what a token is for, in claims of their own.
        said = [values[name] for name in ("typ", "token_use") if name in values]
        if any(not isinstance(one, str) or one.lower() not in ("bearer", "access") for one in said):
            raise InvalidToken("it is for something else, by what it says")
        is_certain = said or _plain(str(header.get("typ"))) == "at+jwt"
        if not is_certain and any(name in values for name in OF_ID_TOKENS):
            raise InvalidToken("it is an ID token")
        if client_of(values) is None:
            raise InvalidToken("it names no client, as ID tokens do not")
        if "cnf" in values:
            raise InvalidToken("it is good only together with a proof, which nobody checks here")
        if "events" in values:
            raise InvalidToken("it tells of an event")

    def _check_audience(self, values: Mapping[str, Any]) -> None:
        named = set(listed(values.get("aud")))
        if self._settings.audience_claim == "client_id" and not named:
            named = set(listed(values.get("client_id")))
        if named.isdisjoint(self._settings.audience):
            raise InvalidToken("it is for another audience")

    def _check_client(self, values: Mapping[str, Any]) -> None:
        if self._settings.clients and client_of(values) not in self._settings.clients:
            raise InvalidToken("it was made for a client that is not let in")


def _plain(kind: str) -> str:
    """Return a media type as it may be shortened (RFC 7515, section 4.1.9)."""
    return kind.lower().removeprefix("application/")
