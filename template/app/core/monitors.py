"""Who may read what the service tells of itself: monitors, by a token, and operators."""

import secrets

from pydantic import SecretStr
from starlette.requests import Request

from app.core.access import Access, Scope, get_caller
from app.core.errors import Forbidden, Unauthorized
from app.core.registry import Registry
from app.core.settings import CoreSettings


async def admit_monitor(request: Request, token: SecretStr | None, scope: Scope) -> None:
    """Let only monitors and operators through where other people can reach the service.

    A monitor sends the token, as a bearer token; without a token there is no monitor. An
    operator is signed in and holds the scope.

    Raises:
        Unauthorized: Neither has sent this.
        Forbidden: Somebody has who is no operator.
    """
    registry: Registry = request.app.state.registry
    if not registry.get(CoreSettings).environment.is_deployed:
        return
    if token is not None and sends_token(request.headers.get("Authorization"), token):
        return
    caller = await get_caller(request)
    if caller.is_anonymous:
        raise Unauthorized("Sign in to see this.", headers=registry.get(Access).challenge())
    if not caller.may(scope.name):
        raise Forbidden(f"This needs the scope {scope.name}.", scopes=[scope.name])


def sends_token(authorization: str | None, token: SecretStr) -> bool:
    """Say whether an Authorization header has this bearer token."""
    expected = f"Bearer {token.get_secret_value()}".encode()
    return secrets.compare_digest(expected, (authorization or "").encode())
