"""Which route serves a request: its template for logs and metrics, its methods."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import Any

from fastapi import FastAPI
from fastapi.routing import RouteContext, iter_route_contexts
from starlette.types import Scope

UNMATCHED = "unmatched"
"""Stands for all unknown paths, so that nobody can fill logs and metrics with names."""

WOULD_BE = "app.route"
"""Where a request keeps which route would have been chosen, once that was looked for."""

RouteKey = tuple[Callable[..., Any] | None, str | None]
"""A route: its endpoint and its template. An endpoint may be served in several places."""


class Routes:
    """The routes of one application."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    @cached_property
    def _by_endpoint(self) -> dict[Callable[..., Any] | None, list[RouteContext]]:
        routes: dict[Callable[..., Any] | None, list[RouteContext]] = defaultdict(list)
        for route in iter_route_contexts(self._app.routes):
            if route.endpoint is not None:
                routes[route.endpoint].append(route)
        return dict(routes)

    def key(self, scope: Scope) -> RouteKey:
        """Return the route that was chosen for a request; nothing for an unknown path.

        When a middleware has answered, none was: it is the one that would have been.
        """
        endpoint = scope.get("endpoint")
        if endpoint is None:
            if WOULD_BE not in scope:
                scope[WOULD_BE] = self._would_be(scope)
            known: RouteKey = scope[WOULD_BE]
            return known
        candidates = self._by_endpoint.get(endpoint, ())
        for route in candidates:
            if len(candidates) == 1 or route.path_regex.match(route_path(scope)):
                return endpoint, route.path_format
        return None, None

    def _would_be(self, scope: Scope) -> RouteKey:
        path = route_path(scope)
        for route in iter_route_contexts(self._app.routes):
            if scope.get("method") in (route.methods or ()) and route.path_regex.match(path):
                return route.endpoint, route.path_format
        return None, None

    def places(self, endpoint: Callable[..., Any]) -> Sequence[RouteContext]:
        """Return the routes that an endpoint serves."""
        return self._by_endpoint.get(endpoint, ())

    def template(self, scope: Scope) -> str:
        """Return the path of the route that was chosen, such as `/api/v1/orders/{order_id}`."""
        return self.key(scope)[1] or UNMATCHED

    def methods(self, scope: Scope) -> list[str]:
        """Return the methods that the path of a request can be called with."""
        path = route_path(scope)
        methods = {"OPTIONS"}
        for route in iter_route_contexts(self._app.routes):
            if route.methods and route.path_regex.match(path):
                methods |= route.methods
        if "GET" in methods:
            methods.add("HEAD")
        return sorted(methods)


def route_path(scope: Scope) -> str:
    """Return the path of a request as routes see it, without what the server stands below."""
    path: str = scope["path"]
    root: str = scope.get("root_path", "")
    return path.removeprefix(root) if root and path.startswith(f"{root}/") else path
