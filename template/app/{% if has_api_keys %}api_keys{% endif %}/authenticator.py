"""Recognising programs by their API key."""

import hmac

from fastapi.security import APIKeyHeader
from fastapi.security.base import SecurityBase
from fastapi.security.utils import get_authorization_scheme_param
from starlette.requests import HTTPConnection

from app.api_keys.keys import Keys
from app.api_keys.last_use import LastUses
from app.api_keys.lookup import find_key
from app.core.access import Access, Principal
from app.core.errors import Unauthorized
from app.core.registry import Registry
from app.database.base import now

HEADER = "X-API-Key"


class ApiKeyHeaders:
    """Takes `X-API-Key: <key>` or `Authorization: Bearer <key>`, and no key in a query.

    A bearer token without the prefix of keys is left to other ways of signing in, so this
    one stands before them in `app/wiring.py`.
    """

    name = "api_key"
    scheme: SecurityBase | None = APIKeyHeader(
        name=HEADER,
        scheme_name="ApiKey",
        description="For programs. It may also be sent as a bearer token.",
        auto_error=False,
    )
    challenge: str | None = "Bearer"

    async def __call__(self, connection: HTTPConnection, registry: Registry) -> Principal | None:
        """Recognise the key; None when there is none."""
        keys = registry.get(Keys)
        sent = _sent(connection, keys)
        if sent is None:
            return None
        presented = keys.read(sent)
        known = await find_key(registry, presented.id) if presented else None
        if presented is None or known is None:
            raise _refusal(registry)
        # All are compared, so that the time tells nothing of which.
        matches = [
            hmac.compare_digest(presented.secret_hash, good) for good in known.hashes_at(now())
        ]
        if not any(matches) or not known.may_come_from(connection):
            raise _refusal(registry)
        registry.get(LastUses).note(known.id)
        return Principal(
            subject=known.owner, via=self.name, scopes=known.scopes, agent=str(known.id)
        )


def _sent(connection: HTTPConnection, keys: Keys) -> str | None:
    header = connection.headers.get(HEADER)
    if header is not None:
        return header
    scheme, token = get_authorization_scheme_param(connection.headers.get("Authorization"))
    return token if scheme.lower() == "bearer" and keys.recognises(token) else None


def _refusal(registry: Registry) -> Unauthorized:
    """Return one answer for whatever is wrong: it helps nobody to find a good key."""
    return Unauthorized(
        "The API key is not valid: unknown, expired, revoked, or not for where you call from.",
        code="invalid_api_key",
        headers=registry.get(Access).challenge(error="invalid_token"),
    )
