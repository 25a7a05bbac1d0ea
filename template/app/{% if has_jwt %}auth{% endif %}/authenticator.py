"""Recognising callers by their access token."""

from fastapi.security import OAuth2PasswordBearer
from fastapi.security.base import SecurityBase
from fastapi.security.utils import get_authorization_scheme_param
from starlette.requests import HTTPConnection

from app.auth.callers import find_user
from app.auth.principal import SessionPrincipal
from app.auth.tokens import InvalidToken, Tokens, TokenType
from app.core.access import USER, Access, Principal
from app.core.errors import Unauthorized
from app.core.registry import Registry


class AccessToken:
    """Takes `Authorization: Bearer <access token>` for a user in a session.

    Both are looked up each time, so that a sign-out, a deactivation, another password or
    another role counts from the next request on.
    """

    name = USER
    # Relative, so that it is right behind a proxy that serves the API under a prefix.
    scheme: SecurityBase | None = OAuth2PasswordBearer("api/v1/auth/login")
    challenge: str | None = "Bearer"

    async def __call__(self, connection: HTTPConnection, registry: Registry) -> Principal | None:
        """Recognise the caller; None without a bearer token."""
        header = connection.headers.get("Authorization")
        scheme, token = get_authorization_scheme_param(header)
        if scheme.lower() != "bearer":
            return None
        try:
            claims = registry.get(Tokens).read(TokenType.ACCESS, token)
        except InvalidToken as error:
            raise _refusal(registry) from error
        user = await find_user(registry, claims.user_id, claims.session_id)
        if user is None:
            raise _refusal(registry)
        return SessionPrincipal(
            subject=str(user.id),
            via=self.name,
            scopes=registry.get(Access).scopes_within(user.role.reach),
            user=user,
            session_id=claims.session_id,
        )


def _refusal(registry: Registry) -> Unauthorized:
    return Unauthorized(
        "The access token is not valid, or not any longer.",
        code="invalid_token",
        headers=registry.get(Access).challenge(error="invalid_token"),
    )
