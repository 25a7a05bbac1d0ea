"""From a list of features to an application."""

from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path

import structlog
from fastapi import FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute, iter_route_contexts
from fastapi.telemetry import TelemetryConfig
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from app.core import docs, health
from app.core.access import Access
from app.core.configuration import ENV_FILE, load_settings, unknown_variables
from app.core.errors import Problem
from app.core.events import Subscribers
from app.core.feature import Deprecation, Feature, RouterMount
from app.core.lifecycle import Lifecycle
from app.core.logging import configure_logging, writing_in_batches
from app.core.middleware.routing import RoutingMiddleware
from app.core.middleware.stack import install
from app.core.openapi import Application, operation_id, required_scopes
from app.core.problems import Occurrence, Problems
from app.core.registry import Registry
from app.core.route_index import RouteKey
from app.core.routes import Routes
from app.core.settings import CoreSettings, Settings

logger = structlog.stdlib.get_logger(__name__)


def create_app(
    features: Sequence[Feature],
    *,
    settings: Iterable[Settings] = (),
    env_file: Path | None = ENV_FILE,
) -> FastAPI:
    """Build the application that these features make up.

    Settings given here are used as they are; the others are read from the environment
    and, beneath it, from `env_file`.

    Raises:
        ConfigurationError: A setting is wrong, or too dangerous for where this runs.
        LookupError: An endpoint asks for a scope that no feature declares.
    """
    registry = Registry()
    kinds = [feature.settings for feature in features if feature.settings]
    core = load_settings(kinds, settings, registry, env_file)
    configure_logging(core)
    for name, nearest in unknown_variables([CoreSettings, *kinds], env_file):
        logger.warning("unknown_setting", variable=name, did_you_mean=nearest)
    _register(features, registry)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            stack.enter_context(writing_in_batches(core))
            for feature in features:
                if feature.lifespan:
                    running = feature.lifespan(registry)
                    await running.__aenter__()
                    # Each ends as usual, also when another one could not start.
                    stack.push_async_callback(running.__aexit__, None, None, None)
            with registry.get(Lifecycle).drain_on_signal(core.drain_seconds):
                yield

    app = Application(
        title=core.name,
        version=core.version,
        docs_url=None,  # app/core/docs.py serves it, under a policy that lets it work
        redoc_url=None,
        openapi_url="/openapi.json" if core.docs_enabled else None,
        generate_unique_id_function=operation_id,
        lifespan=lifespan,
        describe=tuple(feature.describe for feature in features if feature.describe),
        telemetry=_telemetry(features, registry),
    )
    app.state.registry = registry
    routes = registry.add(Routes(app))
    app.router.middleware_stack = RoutingMiddleware(app.router.middleware_stack, app, routes)
    _answer_errors(app, features, registry)
    mounts = [one for feature in features for one in feature.routers]
    # In this order they are searched: most requests are for the API, and a router at the
    # root may answer for any path.
    deprecated = _mount(app, [one for one in mounts if one.version])
    app.include_router(health.router)
    if core.docs_enabled:
        app.include_router(docs.router)
        if registry.get(docs.SignIns).all:
            app.include_router(docs.redirect_router)
    deprecated |= _mount(app, [one for one in mounts if not one.version])
    _check_scopes(app, registry.get(Access))
    install(app, registry, (one for feature in features for one in feature.middleware), deprecated)
    return app


def _register(features: Sequence[Feature], registry: Registry) -> None:
    """Put what the features contribute where the core looks for it."""
    registry.add(Lifecycle())
    registry.add(Subscribers(tuple(one for feature in features for one in feature.subscribers)))
    scopes = (one for feature in features for one in feature.scopes)
    registry.add(
        Access(
            (one for feature in features for one in feature.authenticators),
            (health.HEALTH_READ, *scopes),
        )
    )
    registry.add(health.Checks((one for feature in features for one in feature.checks), registry))
    added = (path for feature in features for path in feature.probes)
    registry.add(health.Probes(frozenset((*health.PROBES, *added))))
    states = {feature.name: feature.state for feature in features if feature.state}
    registry.add(health.States(states, registry))
    registry.add(docs.SignIns(tuple(feature.sign_in for feature in features if feature.sign_in)))


def _telemetry(features: Sequence[Feature], registry: Registry) -> TelemetryConfig:
    for feature in features:
        if feature.telemetry:
            return feature.telemetry(registry)
    return {"tracing": False, "metrics": False, "logs": False}


def _answer_errors(app: FastAPI, features: Sequence[Feature], registry: Registry) -> None:
    mappings = dict(mapping for feature in features for mapping in feature.problems)
    told = [feature.on_problem for feature in features if feature.on_problem]
    listeners = [partial(_tell, listen, registry) for listen in told]
    problems = registry.add(
        Problems(
            mappings,
            registry.get(Routes),
            listeners=listeners,
            tell_unexpected=registry.get(CoreSettings).debug,
        )
    )

    async def answer(request: Request, error: Exception) -> Response:
        return problems.answer(request.scope, error)

    for kind in (Problem, HTTPException, RequestValidationError, Exception, *mappings):
        app.add_exception_handler(kind, answer)


def _tell(
    listen: Callable[[Occurrence, Registry], None], registry: Registry, occurrence: Occurrence
) -> None:
    listen(occurrence, registry)


def _check_scopes(app: FastAPI, access: Access) -> None:
    """Find misspelt scopes now: nobody would ever hold them."""
    for route in iter_route_contexts(app.routes):
        if isinstance(route.original_route, APIRoute):
            unknown = required_scopes(route.dependant) - access.scopes.keys()
            if unknown:
                raise LookupError(f"{route.path} asks for {unknown}, which no feature declares.")


def _mount(app: FastAPI, mounts: Iterable[RouterMount]) -> dict[RouteKey, Deprecation]:
    """Serve the routers, and return which of their routes are deprecated."""
    deprecated: dict[RouteKey, Deprecation] = {}
    for mount in mounts:
        prefix = f"/api/{mount.version}" if mount.version else ""
        app.include_router(mount.router, prefix=prefix, deprecated=bool(mount.deprecation) or None)
        if mount.deprecation:
            for route in iter_route_contexts(app.routes[-1:]):
                deprecated[route.endpoint, route.path_format] = mount.deprecation
    return deprecated
