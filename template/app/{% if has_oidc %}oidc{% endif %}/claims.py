"""What tokens say: where claims stand, who is a program, what somebody may do."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from app.core.access import Access, Reach
from app.oidc.settings import OidcSettings, Standing

STANDINGS: dict[Standing, Reach] = {
    "user": Reach.OWN,
    "moderator": Reach.EVERYONE,
    "admin": Reach.SERVICE,
}
"""What somebody may be, the least first, and how far that reaches."""

_NO_MOMENT = (LookupError, TypeError, ValueError, OverflowError, OSError)
"""What reading a time raises that is missing or none."""


@dataclass(frozen=True, slots=True)
class Claims:
    """What a token says that has been verified."""

    values: Mapping[str, Any]

    @property
    def subject(self) -> str:
        """Who it is about: unique at its issuer, and never given to somebody else."""
        return str(self.values["sub"])

    @property
    def client(self) -> str | None:
        """The client that it was made for."""
        return client_of(self.values)

    @property
    def issued_at(self) -> datetime:
        """When it was made; the beginning of time where it does not say."""
        try:
            return datetime.fromtimestamp(float(self.values["iat"]), UTC)
        except _NO_MOMENT:
            return datetime.fromtimestamp(0, UTC)


def client_of(values: Mapping[str, Any]) -> str | None:
    """Return the client of a token: RFC 9068 calls it client_id, OpenID azp, Entra once appid."""
    for name in ("client_id", "azp", "appid"):
        value = values.get(name)
        if isinstance(value, str) and value:
            return value
    return None


def find(values: Mapping[str, Any], path: str) -> Any:
    """Return the claim at a path; None when there is none.

    Dots lead into objects, as in `realm_access.roles`. A name that has dots itself, as in
    `https://shop.example.com/roles`, is found as well, and comes first.
    """
    if path in values:
        return values[path]
    end = path.find(".")
    while end >= 0:
        inside = values.get(path[:end])
        if isinstance(inside, Mapping):
            return find(inside, path[end + 1 :])
        end = path.find(".", end + 1)
    return None


def listed(value: Any) -> tuple[str, ...]:
    """Return the texts that a claim holds: one, a list, or the names in an object."""
    if isinstance(value, str):
        return (value,)
    if isinstance(value, list | tuple | dict):
        return tuple(one for one in value if isinstance(one, str))
    return ()


def is_program(claims: Claims, settings: OidcSettings) -> bool:
    """Say whether a token belongs to a program, and to no person (client credentials).

    RFC 9068 lets the subject be the client. Each provider has its own way beside.
    """
    values, client = claims.values, claims.client
    return (
        claims.subject == client
        or claims.subject in settings.program_subjects
        or values.get("idtyp") == "app"  # Entra, as an optional claim
        or (claims.subject == values.get("oid") and "scp" not in values)  # Entra without it
        or values.get("gty") == "client-credentials"  # Auth0
        or claims.subject == f"{client}@clients"  # Auth0, in tokens after RFC 9068
        or values.get("preferred_username") == f"service-account-{client}".lower()  # Keycloak
    )


def standing_of(claims: Claims, settings: OidcSettings) -> Standing | None:
    """Return the highest role that a token gives; None when it gives none."""
    if not settings.role_claim:
        return None
    told = {settings.roles.get(value) for value in listed(find(claims.values, settings.role_claim))}
    return next((standing for standing in reversed(STANDINGS) if standing in told), None)


def named_scopes(claims: Claims, settings: OidcSettings, access: Access) -> frozenset[str]:
    """Return the scopes of this service that a token names."""
    words = _words(find(claims.values, claim) for claim in settings.scope_claims)
    prefix = settings.scope_prefix
    named = {word.removeprefix(prefix) for word in words if word.startswith(prefix)}
    return frozenset(named & access.scopes.keys())


def scopes_of_program(claims: Claims, settings: OidcSettings, access: Access) -> frozenset[str]:
    """Return what a program may do: what its token names, and what a role of it reaches."""
    standing = standing_of(claims, settings)
    reached = access.scopes_within(STANDINGS[standing]) if standing else frozenset()
    return named_scopes(claims, settings, access) | reached


def scopes_of_person(
    claims: Claims, settings: OidcSettings, access: Access, reach: Reach
) -> frozenset[str]:
    """Return what a person may do who has a role that reaches so far."""
    reached = access.scopes_within(reach)
    if settings.scopes == "role":
        return reached
    named = named_scopes(claims, settings, access)
    return named if settings.scopes == "token" else named & reached


def _words(values: Iterable[Any]) -> Iterable[str]:
    for value in values:
        for text in listed(value):
            yield from text.split()
