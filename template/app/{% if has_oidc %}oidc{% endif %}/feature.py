"""Signing in at an identity provider that exists already (OpenID Connect).

This service never sees a password. It takes the access tokens that the provider makes for
it, and checks them by the provider's keys, which it keeps for a while.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from app.core.feature import Feature, ReadinessCheck
from app.core.registry import Registry
from app.oidc.authenticator import BearerToken
from app.oidc.documents import open_client
from app.oidc.introspection import Introspection
from app.oidc.provider import Provider
from app.oidc.settings import OidcSettings
from app.oidc.sign_in import sign_in_from_docs
from app.oidc.tokens import TokenVerifier


@asynccontextmanager
async def oidc_lifespan(registry: Registry) -> AsyncIterator[None]:
    """Have ready what checks tokens. The provider may be away: it is asked in the background."""
    settings = registry.get(OidcSettings)
    async with open_client(settings.timeout) as client:
        provider = registry.add(Provider(settings, client))
        asks = Introspection(settings, provider) if settings.introspection_client_id else None
        registry.add(TokenVerifier(settings, provider, asks))
        async with provider.kept_fresh():
            yield


async def check_keys(registry: Registry) -> None:
    """Fail while there are no keys to check tokens with."""
    await registry.get(Provider).discover()
    if not registry.get(Provider).has_keys:
        raise LookupError("there are no keys of the provider")


def _state(registry: Registry) -> Mapping[str, Any]:
    return registry.get(Provider).state


def _describe(document: dict[str, Any], registry: Registry) -> None:
    """Say where the provider is found."""
    scheme = document["components"]["securitySchemes"]["OpenIdConnect"]
    scheme["openIdConnectUrl"] = registry.get(OidcSettings).discovery_url


feature = Feature(
    name="oidc",
    settings=OidcSettings,
    lifespan=oidc_lifespan,
    authenticators=(BearerToken(),),
    checks=(ReadinessCheck("identity provider", check_keys, critical=False),),
    state=_state,
    describe=_describe,
    sign_in=sign_in_from_docs,
)
