"""Which route serves a request: its template for logs and metrics, its methods."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from fastapi import FastAPI
from fastapi.routing import RouteContext, iter_route_contexts
from starlette.types import Scope

from app.core.route_index import NOWHERE, Match, RouteIndex, RouteKey

UNMATCHED = "unmatched"
"""Stands for all unknown paths, so that nobody can fill logs and metrics with names."""

FOUND = "app.route"
"""Where a request keeps its path and the route for it, once that was looked for."""


class Routes:
    """The routes of one application."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app
        self._count = -1
        self._index = RouteIndex(())
        self._by_endpoint: Mapping[Callable[..., Any] | None, list[RouteContext]] = {}

    @property
    def index(self) -> RouteIndex:
        """What finds a route by method and path: another one after routes were added."""
        self._read()
        return self._index

    def _read(self) -> None:
        """Read the routes, unless none was added since they were read."""
        if len(self._app.router.routes) == self._count:
            return
        self._count = len(self._app.router.routes)
        routes = list(iter_route_contexts(self._app.routes))
        self._index = RouteIndex(routes)
        by_endpoint: dict[Callable[..., Any] | None, list[RouteContext]] = defaultdict(list)
        for route in routes:
            if route.endpoint is not None:
                by_endpoint[route.endpoint].append(route)
        self._by_endpoint = by_endpoint

    def find(self, scope: Scope) -> Match | None:
        """Return the route that a request is for. HEAD is for that of GET.

        It is looked for once: the answer is kept for the rest of the request.
        """
        path = scope["path"]
        known: tuple[str, Match | None] | None = scope.get(FOUND)
        if known is None or known[0] is not path:
            method = scope.get("method", "")  # a websocket has none
            method = "GET" if method == "HEAD" else method
            known = scope[FOUND] = (path, self.index.find(method, route_path(scope)))
        return known[1]

    def key(self, scope: Scope) -> RouteKey:
        """Return the route that was chosen for a request; nothing for an unknown path.

        When a middleware has answered, none was: it is the one that would have been.
        """
        endpoint = scope.get("endpoint")
        found = self.find(scope)
        if found is not None and endpoint in (None, found.route.key[0]):
            return found.route.key
        candidates = self._by_endpoint.get(endpoint, ())
        for route in candidates:
            if len(candidates) == 1 or route.path_regex.match(route_path(scope)):
                return endpoint, route.path_format
        return NOWHERE

    def places(self, endpoint: Callable[..., Any]) -> Sequence[RouteContext]:
        """Return the routes that an endpoint serves."""
        self._read()
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
