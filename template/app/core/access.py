"""Who is calling, and what they may do.

`Principal` is the one type for a caller, however they signed in. Each way to sign in
is an `Authenticator` that its feature adds. An endpoint says what it needs:

    async def create_order(caller: Annotated[Principal, Requires("orders:write")]): ...

    @router.get("/prices", dependencies=[PUBLIC])

A test goes through all endpoints and fails on one that says neither. Scopes are declared
by the feature that checks them, each with a sentence: `python -m app scopes` lists them.
What a caller holds is decided by the authenticator that recognised them.
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
    secret. `via` is the name of the authenticator that recognised the caller, and so
    says which way they came in. `agent` names the program that calls for the subject,
    where it is not themselves: limits count each agent for itself, logs name it.
    """

    subject: str
    via: str
    scopes: frozenset[str] = frozenset()
    is_anonymous: bool = False
    agent: str | None = None

    def may(self, scope: str) -> bool:
        """Say whether the caller holds a scope."""
        return scope in self.scopes


ANONYMOUS = Principal(subject="anonymous", via="nothing", is_anonymous=True)

USER = "user"
"""The way of a person who has signed in themselves, however they did: the name of an
authenticator that recognises people, and what `Requires(..., via=USER)` asks for."""

CALLER = "app.caller"
"""Where a request keeps who sent it, once that is known."""


class Authenticator(Protocol):
    """One way to sign in."""

    @property
    def name(self) -> str:
        """The way in; stands in `Principal.via`."""
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

    def challenge(self, **parameters: str) -> dict[str, str]:
        """Return the `WWW-Authenticate` header of a 401, or of a 403 (RFC 9110, RFC 6750).

        `parameters` say what is wrong: `error="invalid_token"`.
        """
        named = [way.challenge for way in self.authenticators if way.challenge]
        challenges = list(dict.fromkeys(named))  # two ways may ask for the same
        if parameters:
            told = ", ".join(f'{name}="{value}"' for name, value in parameters.items())
            challenges = [
                f"{challenge}{', ' if ' ' in challenge else ' '}{told}" for challenge in challenges
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
            bind_principal(principal.subject, principal.agent)
            return principal
    return ANONYMOUS


async def get_caller(request: Request) -> Principal:
    """Return who is calling an endpoint, as `recognise` does.

    Raises:
        Unauthorized: The credentials are bad.
    """
    return await recognise(request, request.app.state.registry)


class AccessRule:
    """What an endpoint says of who may call it; core/openapi.py finds it by this type."""

    def __init__(self, scopes: tuple[str, ...] = (), via: str | None = None) -> None:
        self.scopes = scopes
        self.via = via


class Requirement(AccessRule):
    """The dependency behind `Requires`."""

    async def __call__(
        self, request: Request, caller: Annotated[Principal, Depends(get_caller)]
    ) -> Principal:
        """Return the caller if they came in the right way and hold all the scopes."""
        registry = request.app.state.registry
        missing = [scope for scope in self.scopes if not caller.may(scope)]
        if caller is ANONYMOUS or (missing and caller.is_anonymous):
            raise not_signed_in(registry)
        # Whoever may come in without signing in has no way in that could be the wrong one.
        if self.via not in (None, caller.via) and not caller.is_anonymous:
            raise Forbidden(
                f"This is for callers who came in as {self.via}, not as {caller.via}.",
                code="wrong_way_in",
                via=self.via,
            )
        if missing:
            challenge = registry.get(Access).challenge(
                error="insufficient_scope", scope=" ".join(self.scopes)
            )
            raise Forbidden(
                f"This needs the scope {', '.join(missing)}.", headers=challenge, scopes=missing
            )
        return caller


def not_signed_in(registry: Registry) -> Unauthorized:
    """Return what a caller is told who has to sign in first."""
    return Unauthorized("Sign in to do this.", headers=registry.get(Access).challenge())


class Anyone(AccessRule):
    """The dependency behind `PUBLIC`."""

    async def __call__(self) -> None:
        """Let everybody through."""


def Requires(*scopes: str, via: str | None = None) -> Any:  # noqa: N802, reads as a type
    """Let an endpoint be called only by those who hold all of these scopes.

    Without a scope, by everybody who is signed in. With `via`, only by those who came in
    that way: `via=USER` keeps out programs. The endpoint gets the `Principal`. A caller
    who is not signed in gets 401, one who came in another way or lacks a scope 403.
    """
    dependency: params.Depends = Depends(Requirement(scopes, via))
    return dependency


PUBLIC: Any = Depends(Anyone())
"""Says that everybody may call an endpoint: `dependencies=[PUBLIC]`."""
