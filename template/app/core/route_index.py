"""From a method and a path to a route, without trying one route after another.

FastAPI tries them in turn, at some 5 µs each, and twice for an unknown path. Here a path is
looked up, and only the few templates that begin like it are tried.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, RouteContext
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp

from app.core.access import Requirement

RouteKey = tuple[Callable[..., Any] | None, str | None]
"""A route: its endpoint and its template. An endpoint may be served in several places."""

NOWHERE: RouteKey = (None, None)


@dataclass(frozen=True, slots=True)
class IndexedRoute:
    """A route as the index holds it. Of several that fit, the one declared first serves."""

    position: int
    key: RouteKey
    context: RouteContext
    methods: frozenset[str]
    handle: ASGIApp | None
    """What serves a request that was found to be for this route; None when only FastAPI can."""
    asks_who_calls: bool
    """Whether nothing is done for a request before it is known who sent it."""


@dataclass(frozen=True, slots=True)
class Match:
    """The route that a request is for, and the parameters in its path."""

    route: IndexedRoute
    parameters: Mapping[str, Any]


class RouteIndex:
    """The routes of one application by their paths."""

    def __init__(self, routes: Iterable[RouteContext]) -> None:
        self._literal: dict[str, list[IndexedRoute]] = defaultdict(list)
        self._templates: dict[str, list[IndexedRoute]] = defaultdict(list)
        self.is_complete = True
        """Whether nothing but these routes answers requests."""
        for position, context in enumerate(routes):
            if isinstance(context.original_route, WebSocketRoute):
                continue
            if not isinstance(context.original_route, Route):
                # An application of its own, below a path or a host, may answer for anything.
                self.is_complete = False
                break
            self._add(position, context)

    def find(self, method: str, path: str) -> Match | None:
        """Return the route for a method and a path, if there is one."""
        for route in self._candidates(path):
            if method in route.methods:
                fits = route.context.path_regex.match(path)
                if fits:
                    convertors = route.context.param_convertors
                    found = fits.groupdict().items()
                    return Match(
                        route, {name: convertors[name].convert(text) for name, text in found}
                    )
        return None

    def knows(self, path: str) -> bool:
        """Say whether a path can be called with any method, or could with a slash more or less."""
        other = path.rstrip("/") if path.endswith("/") else f"{path}/"
        return any(
            route.context.path_regex.match(one)
            for one in (path, other)
            for route in self._candidates(one)
        )

    def _add(self, position: int, context: RouteContext) -> None:
        template = context.path_format or ""
        route = IndexedRoute(
            position,
            (context.endpoint, template),
            context,
            frozenset(context.methods or ()),
            context.app if _is_served_as_usual(context) else None,
            _asks_who_calls(getattr(context, "dependant", None)),
        )
        if context.param_convertors:
            self._templates[template.partition("{")[0].rpartition("/")[0]].append(route)
        else:
            self._literal[template].append(route)

    def _candidates(self, path: str) -> list[IndexedRoute]:
        """Return the routes that may fit a path, in the order in which they were declared."""
        candidates = [*self._literal.get(path, ())]
        end = path.rfind("/")
        while end >= 0:
            candidates += self._templates.get(path[:end], ())
            end = path.rfind("/", 0, end)
        candidates.sort(key=lambda route: route.position)
        return candidates


def _is_served_as_usual(context: RouteContext) -> bool:
    """Say whether a route is one of FastAPI whose class leaves matching and serving alone."""
    kind = type(context.original_route)
    usual = (APIRoute.matches, APIRoute.handle)
    return issubclass(kind, APIRoute) and (kind.matches, kind.handle) == usual


def _asks_who_calls(dependant: Dependant | None) -> bool:
    """Say whether the first that an endpoint depends on is that its caller has signed in."""
    while dependant is not None and not isinstance(dependant.call, Requirement):
        dependant = next(iter(dependant.dependencies), None)
    return dependant is not None
