"""The middleware of every service, from the outside in.

All of it is pure ASGI: a class with a few lines, no wrapping of requests and answers.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import IntEnum

from fastapi import FastAPI
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.middleware.cors import CORSMiddleware

from app.core.feature import Deprecation, MiddlewareMount
from app.core.health import Probes
from app.core.logging import about
from app.core.middleware.client import ClientAddressMiddleware
from app.core.middleware.compression import CompressionMiddleware
from app.core.middleware.deprecation import DeprecationMiddleware
from app.core.middleware.errors import ErrorMiddleware
from app.core.middleware.head import HeadMiddleware
from app.core.middleware.hosts import HostMiddleware
from app.core.middleware.refusals import PlainRefusalMiddleware
from app.core.middleware.request import RequestMiddleware
from app.core.middleware.security import SecurityHeadersMiddleware
from app.core.middleware.startup import StartupMiddleware
from app.core.middleware.timeout import TimeoutMiddleware
from app.core.problems import Problems
from app.core.registry import Registry
from app.core.route_index import RouteKey
from app.core.routes import Routes
from app.core.settings import CoreSettings, Environment

EXPOSED_HEADERS = (
    "Deprecation",
    "ETag",
    "Link",
    "Location",
    "Retry-After",
    "Sunset",
    "X-Process-Time",
    "X-Request-ID",
)
"""What a page of another origin may read of an answer, beside what features add."""


class Order(IntEnum):
    """Who sees a request first. There is room between for the middleware of features."""

    CLIENT_ADDRESS = 100
    REQUEST = 200
    SECURITY_HEADERS = 300
    DEPRECATION = 400
    PLAIN_REFUSALS = 500
    HOSTS = 600
    CORS = 700
    ERRORS = 800
    """From here on inwards, a middleware may raise a `Problem`."""
    COMPRESSION = 900
    TIMEOUT = 1000
    BODY_LIMIT = 1100
    HEAD = 1200
    STARTUP = 1300


def install(
    app: FastAPI,
    registry: Registry,
    added: Iterable[MiddlewareMount],
    deprecated: Mapping[RouteKey, Deprecation],
) -> None:
    """Put the middleware of the core and that of the features around an application."""
    added = tuple(added)
    mounts = [*_core_mounts(registry, added), *added]
    if deprecated:
        routes = registry.get(Routes)
        mounts.append(
            MiddlewareMount(
                Order.DEPRECATION, lambda app, _: DeprecationMiddleware(app, routes, deprecated)
            )
        )
    for mount in sorted(mounts, key=lambda mount: mount.order, reverse=True):
        app.add_middleware(mount.build, registry)


def _core_mounts(registry: Registry, added: Sequence[MiddlewareMount]) -> Iterable[MiddlewareMount]:
    """Return what the settings ask for; what would do nothing is left out."""
    core = registry.get(CoreSettings)
    routes = registry.get(Routes)
    problems = registry.get(Problems)
    probes = registry.get(Probes).paths
    in_production = core.environment is Environment.PRODUCTION
    if core.trusted_proxies:
        yield MiddlewareMount(
            Order.CLIENT_ADDRESS,
            lambda app, _: ClientAddressMiddleware(app, core.trusted_proxies),
        )
    yield MiddlewareMount(
        Order.REQUEST, lambda app, _: RequestMiddleware(app, routes, probes, about(core))
    )
    yield MiddlewareMount(
        Order.SECURITY_HEADERS,
        lambda app, _: SecurityHeadersMiddleware(app, core.hsts_max_age if in_production else 0),
    )
    yield MiddlewareMount(Order.PLAIN_REFUSALS, lambda app, _: PlainRefusalMiddleware(app))
    if "*" not in core.allowed_hosts:
        yield MiddlewareMount(
            Order.HOSTS, lambda app, _: HostMiddleware(app, core.allowed_hosts, probes)
        )
    if core.cors_origins:
        accepted = (*core.cors_headers, *(name for mount in added for name in mount.accepts))
        exposed = (*EXPOSED_HEADERS, *(name for mount in added for name in mount.exposes))
        yield MiddlewareMount(
            Order.CORS,
            lambda app, _: CORSMiddleware(
                app,
                allow_origins=core.cors_origins,
                allow_credentials=core.cors_credentials,
                allow_methods=core.cors_methods,
                allow_headers=accepted,
                expose_headers=exposed,
            ),
        )
    yield MiddlewareMount(Order.ERRORS, lambda app, _: ErrorMiddleware(app, problems))
    yield MiddlewareMount(
        Order.COMPRESSION,
        lambda app, _: CompressionMiddleware(app, core.compression_minimum),
    )
    yield MiddlewareMount(
        Order.TIMEOUT, lambda app, _: TimeoutMiddleware(app, core.request_timeout)
    )
    yield MiddlewareMount(
        Order.BODY_LIMIT, lambda app, _: RequestBodyLimitMiddleware(app, core.max_body_size)
    )
    yield MiddlewareMount(Order.HEAD, lambda app, _: HeadMiddleware(app))
    yield MiddlewareMount(Order.STARTUP, lambda app, _: StartupMiddleware(app))
