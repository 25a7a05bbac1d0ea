"""Tokens: who signed in, in which session, signed by this service (RFC 7519)."""

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

import jwt

from app.auth.settings import AuthSettings
from app.core.expiring import ExpiringMap
from app.database.base import now

ALGORITHM = "HS256"
LEEWAY = timedelta(seconds=5)
"""How far the clocks of two processes may be apart."""

REMEMBERED = 4096
"""How many access tokens a process remembers that it has checked, some 2 MB at most."""

_CLAIMS = ("typ", "iss", "aud", "sub", "sid", "jti", "iat", "exp")


class TokenType(StrEnum):
    """What a token is for. One is never taken for the other."""

    ACCESS = "access"
    REFRESH = "refresh"


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says."""

    user_id: UUID
    session_id: UUID


class InvalidToken(Exception):
    """The token was not made here, has expired, or is for something else."""


class Tokens:
    """Makes tokens with the first of several keys, and reads those of all of them."""

    def __init__(self, settings: AuthSettings, service: str) -> None:
        self._service = service
        keys = [derive_key(secret, "tokens") for secret in settings.secret_keys]
        self._keys = {_key_id(key): key for key in keys}
        self._signing_key = keys[0]
        # To check a signature is 8 to 15 % of a request. What it says of session and user
        # is looked up each time all the same.
        self._checked: ExpiringMap[bytes, Claims] = ExpiringMap(REMEMBERED)

    def make(self, kind: TokenType, claims: Claims, expires_at: datetime) -> str:
        """Return a new token that nobody has seen before."""
        payload = {
            "typ": kind,
            "iss": self._service,
            "aud": self._service,
            "sub": str(claims.user_id),
            "sid": str(claims.session_id),
            "jti": secrets.token_urlsafe(32),
            "iat": now(),
            "exp": expires_at,
        }
        return jwt.encode(
            payload, self._signing_key, ALGORITHM, headers={"kid": _key_id(self._signing_key)}
        )

    def read(self, kind: TokenType, token: str) -> Claims:
        """Return what a token of this kind says, once everything about it has been checked.

        Raises:
            InvalidToken: Something about it is wrong; it does not matter what.
        """
        if kind is not TokenType.ACCESS:  # good for one use only
            return self._check(kind, token)[0]
        digest = hashlib.sha256(token.encode()).digest()
        claims = self._checked.get(digest)
        if claims is None:
            claims, until = self._check(kind, token)
            self._checked.put(digest, claims, until)
        return claims

    def _check(self, kind: TokenType, token: str) -> tuple[Claims, float]:
        """Return what a token says, and the moment until which it is good."""
        try:
            key = self._keys[jwt.get_unverified_header(token)["kid"]]
            payload = jwt.decode(
                token,
                key,
                algorithms=[ALGORITHM],
                issuer=self._service,
                audience=self._service,
                leeway=LEEWAY,
                options={"require": list(_CLAIMS), "strict_aud": True},
            )
            if payload["typ"] != kind:
                raise InvalidToken
            claims = Claims(user_id=UUID(payload["sub"]), session_id=UUID(payload["sid"]))
            return claims, int(payload["exp"]) + LEEWAY.total_seconds()
        except (jwt.InvalidTokenError, LookupError, ValueError) as error:
            raise InvalidToken from error


def derive_key(secret: str, purpose: str) -> bytes:
    """Return a key for one purpose, so that nothing made for another passes for it."""
    return hmac.digest(secret.encode(), purpose.encode(), hashlib.sha256)


def _key_id(key: bytes) -> str:
    return hashlib.sha256(key).hexdigest()[:16]
