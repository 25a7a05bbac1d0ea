"""Settings of signing in at an identity provider."""

from collections.abc import Iterable
from ipaddress import ip_address
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    NonNegativeInt,
    PositiveFloat,
    SecretStr,
    model_validator,
)
from pydantic_settings import NoDecode, SettingsConfigDict

from app.core.settings import CommaSeparated, CoreSettings, FeatureSettings

Standing = Literal["user", "moderator", "admin"]
"""What somebody may be here."""

MOST_LEEWAY = 300
"""Seconds; clocks that are further apart are broken."""


def _check_issuer(issuer: str) -> str:
    parts = urlsplit(issuer)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("an issuer is a URL, such as https://login.example.com/realms/shop")
    if parts.query or parts.fragment:
        raise ValueError("an issuer is a URL without ? and #")
    return issuer


def _check_some(names: tuple[str, ...]) -> tuple[str, ...]:
    if not names:
        raise ValueError("name what the provider writes into tokens for this service")
    return names


def _read_roles(pairs: object) -> object:
    """Read `staff=moderator,boss=admin`; a value may hold a = of its own."""
    if not isinstance(pairs, str):
        return pairs
    roles = {}
    for pair in filter(None, map(str.strip, pairs.split(","))):
        value, found, role = pair.rpartition("=")
        if not found:
            raise ValueError("write value=role, with commas between, as in staff=moderator")
        roles[value.strip()] = role.strip()
    return roles


class OidcSettings(FeatureSettings):
    """Whose tokens are taken, and what they say of people and programs."""

    model_config = SettingsConfigDict(env_prefix="OIDC_")

    issuer: Annotated[str, AfterValidator(_check_issuer)]
    """The provider, exactly as tokens name it in `iss`, such as https://login.example.com/."""
    audience: Annotated[CommaSeparated, AfterValidator(_check_some)]
    """What tokens for this service name in `aud`. One of several with commas between."""
    audience_claim: Literal["aud", "client_id"] = "aud"
    """Where the audience stands: client_id for Cognito, whose access tokens have no `aud`."""
    clients: CommaSeparated = ()
    """The ids of the clients whose tokens are taken. Without any, those of all clients."""
    token_types: CommaSeparated = ("at+jwt", "jwt")
    """What `typ` in the header of a token may be; one without it counts as jwt."""
    leeway: NonNegativeInt = 30
    """Seconds by which the clocks of the provider and of this service may differ."""

    role_claim: str = ""
    """Where tokens tell roles, such as realm_access.roles. Without one, roles are given here."""
    roles: Annotated[dict[str, Standing], NoDecode, BeforeValidator(_read_roles)] = Field(
        default_factory=dict
    )
    """What the values of that claim mean here: value=role, with commas between."""
    scopes: Literal["role", "token", "both"] = "role"
    """What people may do: what their role reaches, what the token names, or only what both do."""
    scope_claims: CommaSeparated = ("scope", "scp")
    """Where tokens name scopes."""
    scope_prefix: str = ""
    """What stands before the names of this service's scopes in tokens, such as my-service/."""
    program_subjects: CommaSeparated = ()
    """The subjects of programs whose tokens do not show that they are none of a person."""

    introspection_client_id: str = ""
    """As whom the provider is asked about tokens that are opaque. Without one, they are refused."""
    introspection_client_secret: SecretStr = SecretStr("")
    """The secret of that client."""
    introspection_seconds: NonNegativeInt = 30
    """For how long such an answer is kept, and so how long a revoked token is good at most."""

    keys_refresh_seconds: PositiveFloat = 600
    """How often the keys of the provider are fetched."""
    keys_grace_seconds: PositiveFloat = 86_400
    """How long keys are good while the provider is away."""
    keys_pause_seconds: PositiveFloat = 10
    """The least time between two fetches for keys that nobody knows, or after a failure."""
    timeout: PositiveFloat = 5
    """Seconds that the provider may take to answer."""

    docs_client_id: str = ""
    """The public client as which /docs signs people in. Without one, /docs cannot."""
    docs_scopes: CommaSeparated = ("openid", "profile", "email")
    """What /docs asks the provider for, beside what is ticked there."""

    @property
    def origin(self) -> str:
        """Return where browsers find the provider."""
        parts = urlsplit(self.issuer)
        return f"{parts.scheme}://{parts.netloc}"

    @property
    def discovery_url(self) -> str:
        """Return where the provider describes itself (OpenID Connect Discovery 1.0)."""
        return f"{self.issuer.rstrip('/')}/.well-known/openid-configuration"

    @model_validator(mode="after")
    def _check_times(self) -> Self:
        if self.keys_grace_seconds < self.keys_refresh_seconds:
            raise ValueError(
                "OIDC_KEYS_GRACE_SECONDS has to be at least OIDC_KEYS_REFRESH_SECONDS."
            )
        return self

    def dangers(self, core: CoreSettings) -> Iterable[str]:
        """Say what must not be deployed like this."""
        if not is_private_enough(self.issuer):
            yield (
                "OIDC_ISSUER: is not https, so that whoever is between can exchange the keys. "
                "Only on this machine itself it may be http."
            )
        if self.leeway > MOST_LEEWAY:
            yield (
                f"OIDC_LEEWAY: makes tokens good for too long after they expired. "
                f"Set at most {MOST_LEEWAY} and let the clocks be synchronised."
            )
        if self.introspection_client_id and not self.introspection_client_secret.get_secret_value():
            yield (
                "OIDC_INTROSPECTION_CLIENT_SECRET: is missing, so that the provider would not "
                "answer. Set that of the client OIDC_INTROSPECTION_CLIENT_ID."
            )


def is_private_enough(url: str) -> bool:
    """Say whether nobody in between can change what is answered at a URL."""
    parts = urlsplit(url)
    return parts.scheme == "https" or _is_here(parts.hostname or "")


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
