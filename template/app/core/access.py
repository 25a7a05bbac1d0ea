"""Who is calling, and what they may do.

`Principal` is the one type for a caller, however they signed in. Each way to sign in
is an `Authenticator` that its feature adds. An endpoint says what it needs:

    async def create_order(caller: Annotated[Principal, Requires("orders:write")]): ...

Scopes are declared by the feature that checks them; what a caller holds is decided by
the authenticator that recognised them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum
from typing import Annotated, Any, Protocol

from fastapi import Depends, params
from fastapi.security.base import SecurityBase
from starlette.requests import HTTPConnection, Request

from app.core.context import bind_principal
from app.core.errors import Forbidden, Unauthorized
from app.core.registry import Registry


class Reach(IntEnum):
    """How far a scope reaches; a wider one counts for more."""

    OWN = 1
    """The caller's own rows."""
    EVERYONE = 2
    """Rows of other people."""
    SERVICE = 3
    """The service itself and the people in it."""


@dataclass(frozen=True, slots=True)
class Scope:
    """A permission that endpoints ask for, such as `orders:write`."""

    name: str
    description: str
    reach: Reach


@dataclass(frozen=True, slots=True)
class Principal:
    """A caller.

    `subject` is what rows are owned by: stable, unique, never shown to others as a
    secret. `via` says which authenticator recognised the caller.
    """

    subject: str
    via: str
    scopes: frozenset[str] = frozenset()
    is_anonymous: bool = False

    def may(self, scope: str) -> bool:
        """Say whether the caller holds a scope."""
        return scope in self.scopes


ANONYMOUS = Principal(subject="anonymous", via="nothing", is_anonymous=True)

CALLER = "app.caller"
"""Where a request keeps who sent it, once that is known."""


class Authenticator(Protocol):
    """One way to sign in."""

    @property
    def name(self) -> str:
        """Stands in `Principal.via`."""
        ...

    @property
    def scheme(self) -> SecurityBase | None:
        """How it is described in OpenAPI; None when there is nothing to send."""
        ...

    @property
    def challenge(self) -> str | None:
        """Its `WWW-Authenticate` value; None when there is nothing to ask for."""
        ...

    async def __call__(self, connection: HTTPConnection, registry: Registry) -> Principal | None:
        """Recognise the caller; None when the request carries nothing of this kind.

        Raises:
            Unauthorized: The request carries credentials of this kind, and they are bad.
        """
        ...


class Access:
    """The ways to sign in and the scopes of one application."""

    def __init__(self, authenticators: Iterable[Authenticator], scopes: Iterable[Scope]) -> None:
        self.authenticators = tuple(authenticators)
        self.scopes = {scope.name: scope for scope in scopes}

    def scopes_within(self, reach: Reach) -> frozenset[str]:
        """Return the names of the scopes that reach no further than this."""
        return frozenset(name for name, scope in self.scopes.items() if scope.reach <= reach)

    def challenge(self, *, error: str | None = None) -> dict[str, str]:
        """Return the `WWW-Authenticate` header of a 401 (RFC 9110, RFC 6750)."""
        challenges = [way.challenge for way in self.authenticators if way.challenge]
        if error:
            challenges = [
                f'{challenge}{", " if " " in challenge else " "}error="{error}"'
                for challenge in challenges
            ]
        return {"WWW-Authenticate": ", ".join(challenges)} if challenges else {}


async def recognise(connection: HTTPConnection, registry: Registry) -> Principal:
    """Return who is calling, or `ANONYMOUS` for a request without credentials.

    Whoever asks first, a middleware or an endpoint, pays for it: the answer is kept for
    the rest of the request.

    Raises:
        Unauthorized: The credentials are bad.
    """
    known: Principal | None = connection.scope.get(CALLER)
    if known is None:
        known = await _recognise(connection, registry)
        connection.scope[CALLER] = known
    return known


async def _recognise(connection: HTTPConnection, registry: Registry) -> Principal:
    for authenticate in registry.get(Access).authenticators:
        principal = await authenticate(connection, registry)
        if principal is not None:
            bind_principal(principal.subject)
            return principal
    return ANONYMOUS


async def get_caller(request: Request) -> Principal:
    """Return who is calling an endpoint, as `recognise` does.

    Raises:
        Unauthorized: The credentials are bad.
    """
    return await recognise(request, request.app.state.registry)


class Requirement:
    """The dependency behind `Requires`; core/openapi.py finds the scopes on it."""

    def __init__(self, scopes: tuple[str, ...]) -> None:
        self.scopes = scopes

    async def __call__(
        self, request: Request, caller: Annotated[Principal, Depends(get_caller)]
    ) -> Principal:
        """Return the caller if they hold all the scopes."""
        access = request.app.state.registry.get(Access)
        missing = [scope for scope in self.scopes if not caller.may(scope)]
        if missing and caller.is_anonymous:
            raise Unauthorized("Sign in to do this.", headers=access.challenge())
        if missing:
            raise Forbidden(f"This needs the scope {', '.join(missing)}.", scopes=missing)
        return caller


def Requires(scope: str, *more: str) -> Any:  # noqa: N802, reads as a type in an annotation
    """Let an endpoint be called only by those who hold all of these scopes.

    The endpoint gets the `Principal`. A caller who is not signed in gets 401, one who
    lacks a scope 403.
    """
    dependency: params.Depends = Depends(Requirement((scope, *more)))
    return dependency
