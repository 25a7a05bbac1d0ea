"""Signing in from the documentation page, with an authorization code and PKCE (RFC 7636)."""

from urllib.parse import urlsplit

from app.core.docs import SignIn
from app.core.registry import Registry
from app.oidc.errors import ProviderUnknown
from app.oidc.provider import Provider
from app.oidc.settings import OidcSettings


async def sign_in_from_docs(registry: Registry) -> SignIn | None:
    """Return what the page needs; None where it has no client to sign in as."""
    settings = registry.get(OidcSettings)
    if not settings.docs_client_id:
        return None
    origins = [settings.origin]
    try:
        # Cognito has its tokens elsewhere than its description.
        token_endpoint = (await registry.get(Provider).discover()).token_endpoint
    except ProviderUnknown:
        token_endpoint = None
    if token_endpoint:
        parts = urlsplit(token_endpoint)
        origins.append(f"{parts.scheme}://{parts.netloc}")
    return SignIn(
        options={
            "clientId": settings.docs_client_id,
            "scopes": " ".join(settings.docs_scopes),
            "usePkceWithAuthorizationCodeGrant": True,
        },
        connects=tuple(dict.fromkeys(origins)),
    )
