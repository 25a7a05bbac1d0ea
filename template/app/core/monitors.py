"""Who may read what the service tells of itself: monitors, by a token, and operators."""

import secrets
from collections.abc import Callable

from pydantic import SecretStr
from starlette.requests import Request

from app.core.access import Access, AccessRule, Scope, get_caller
from app.core.errors import Forbidden, Unauthorized
from app.core.registry import Registry
from app.core.settings import CoreSettings


class Monitors(AccessRule):
    """Lets only monitors and operators through where other people can reach the service.

    A monitor sends the token that is set, as a bearer token; without one there is no
    monitor. An operator is signed in and holds the scope.
    """

    def __init__(self, scope: Scope, token: Callable[[Registry], SecretStr | None]) -> None:
        super().__init__((scope.name,))
        self._scope = scope.name
        self._token = token

    async def __call__(self, request: Request) -> None:
        """Look for the token first: who sends it is nobody that others would recognise.

        Raises:
            Unauthorized: Neither has sent this.
            Forbidden: Somebody has who is no operator.
        """
        registry: Registry = request.app.state.registry
        if not registry.get(CoreSettings).environment.is_deployed:
            return
        token = self._token(registry)
        if token is not None and sends_token(request.headers.get("Authorization"), token):
            return
        caller = await get_caller(request)
        if caller.is_anonymous:
            raise Unauthorized("Sign in to see this.", headers=registry.get(Access).challenge())
        if not caller.may(self._scope):
            raise Forbidden(
                f"This needs the scope {self._scope}.",
                headers=registry.get(Access).challenge(
                    error="insufficient_scope", scope=self._scope
                ),
                scopes=[self._scope],
            )


def sends_token(authorization: str | None, token: SecretStr) -> bool:
    """Say whether an Authorization header has this bearer token."""
    expected = f"Bearer {token.get_secret_value()}".encode()
    return secrets.compare_digest(expected, (authorization or "").encode())
