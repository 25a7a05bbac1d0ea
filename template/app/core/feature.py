"""The door of a feature: everything that the application needs to know about it.

A feature is a folder. Its `feature.py` says, in one `Feature`, what the folder adds
to the service; `app/wiring.py` lists the features; `create_app` does the rest.
"""

from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from fastapi import APIRouter
from fastapi.telemetry import TelemetryConfig
from starlette.types import ASGIApp

from app.core.access import Authenticator, Scope
from app.core.docs import SignIn
from app.core.errors import Problem
from app.core.events import Subscriber
from app.core.problems import Occurrence
from app.core.registry import Registry
from app.core.settings import FeatureSettings


@dataclass(frozen=True, slots=True, kw_only=True)
class Deprecation:
    """Since when a router is deprecated, when it goes, and what replaces it.

    Sent on each of its answers as `Deprecation` (RFC 9745), `Sunset` (RFC 8594) and
    `Link: <...>; rel="successor-version"`.
    """

    since: date
    sunset: date
    successor: str


@dataclass(frozen=True, slots=True)
class RouterMount:
    """A router and where it goes: below `/api/<version>`, or at the root for None."""

    router: APIRouter
    version: str | None = "v1"
    deprecation: Deprecation | None = None


@dataclass(frozen=True, slots=True)
class MiddlewareMount:
    """A pure ASGI middleware and its place: the lowest order sees a request first.

    The orders of the core are in `app/core/middleware/stack.py`, with room between.
    """

    order: int
    build: Callable[[ASGIApp, Registry], ASGIApp]
    exposes: tuple[str, ...] = ()
    """The headers it adds to answers that pages of other origins may read."""
    accepts: tuple[str, ...] = ()
    """The headers it understands that those pages may send."""


@dataclass(frozen=True, slots=True)
class ReadinessCheck:
    """Something that the service depends on. The check raises when it is not there.

    A critical one that fails, or takes longer than `timeout` seconds, makes `/ready`
    answer 503. One that is not critical only shows as degraded.
    """

    name: str
    check: Callable[[Registry], Awaitable[None]]
    critical: bool = True
    timeout: float = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Feature:
    """What one folder adds to the service. Every part is optional but the name."""

    name: str
    settings: type[FeatureSettings] | None = None
    lifespan: Callable[[Registry], AbstractAsyncContextManager[None]] | None = None
    routers: tuple[RouterMount, ...] = ()
    middleware: tuple[MiddlewareMount, ...] = ()
    checks: tuple[ReadinessCheck, ...] = ()
    subscribers: tuple[Subscriber[Any], ...] = ()
    authenticators: tuple[Authenticator, ...] = ()
    scopes: tuple[Scope, ...] = ()
    problems: tuple[tuple[type[Exception], Callable[[Any], Problem]], ...] = ()
    on_problem: Callable[[Occurrence, Registry], None] | None = None
    """Hears of every exception that becomes an answer; must be quick."""
    probes: tuple[str, ...] = ()
    """Paths for machines that ask every few seconds: under any host name, without log lines."""
    commands: tuple[str, ...] = ()
    """Where its commands are, as `module:name`: only the command line loads them."""
    describe: Callable[[dict[str, Any], Registry], None] | None = None
    """Adds to the OpenAPI document what its middleware does to operations of others."""
    sign_in: Callable[[Registry], Awaitable[SignIn | None]] | None = None
    """Says what the documentation page needs to sign people in elsewhere."""
    state: Callable[[Registry], Mapping[str, Any]] | None = None
    """What `/health/detailed` tells of it, beside its checks: a few values, no secrets."""
    telemetry: Callable[[Registry], TelemetryConfig] | None = None
    """What FastAPI is to tell OpenTelemetry; without one, nothing."""
    server: Mapping[str, Any] = field(default_factory=dict)
    """Options that it needs of uvicorn, such as a protocol of its own."""
    serving: Callable[[Registry, bool], AbstractContextManager[None]] | None = None
    """Entered by `python -m app run` around the server; told whether other processes serve."""
    seed: Callable[[Registry], Awaitable[str]] | None = None
    """Adds believable rows for development, unless they are there; says what it did."""
