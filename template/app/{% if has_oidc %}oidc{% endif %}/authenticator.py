"""Recognising callers by the access token that the provider gave them."""

import structlog
from fastapi.security import OpenIdConnect
from fastapi.security.base import SecurityBase
from fastapi.security.utils import get_authorization_scheme_param
from starlette.requests import HTTPConnection

from app.core.access import USER, Access, Principal
from app.core.registry import Registry
from app.oidc.claims import Claims, is_program, scopes_of_program
from app.oidc.errors import InvalidToken, refusal
from app.oidc.principals import principal_of
from app.oidc.settings import OidcSettings
from app.oidc.tokens import TokenVerifier

logger = structlog.stdlib.get_logger(__name__)

CLIENT = "client"
"""The way of a program that has a token of its own."""


class BearerToken:
    """Takes `Authorization: Bearer <access token>` of people, and of programs.

    It stands for both: only the token tells which of them is calling.
    """

    name = USER
    # Where that is, `feature.py` writes into the OpenAPI document: it is a setting.
    scheme: SecurityBase | None = OpenIdConnect(
        openIdConnectUrl="", scheme_name="OpenIdConnect", auto_error=False
    )
    challenge: str | None = "Bearer"

    async def __call__(self, connection: HTTPConnection, registry: Registry) -> Principal | None:
        """Recognise the caller; None without a bearer token."""
        header = connection.headers.get("Authorization")
        scheme, token = get_authorization_scheme_param(header)
        if scheme.lower() != "bearer":
            return None
        try:
            claims = await registry.get(TokenVerifier).verify(token)
        except InvalidToken as error:
            logger.info("token_refused", reason=str(error))
            raise refusal(registry.get(Access)) from error
        if is_program(claims, registry.get(OidcSettings)):
            return _program(claims, registry)
        return await principal_of(claims, token, registry)


def _program(claims: Claims, registry: Registry) -> Principal:
    client = claims.client or claims.subject
    return Principal(
        subject=f"{CLIENT}:{client}",
        via=CLIENT,
        scopes=scopes_of_program(claims, registry.get(OidcSettings), registry.get(Access)),
        agent=client,
    )
