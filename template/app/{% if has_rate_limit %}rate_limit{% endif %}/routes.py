"""Limits for routes of features that do not know of this one."""

import re
from collections.abc import Callable
from functools import cached_property
from typing import Any

from starlette.types import Scope

from app.core.routes import Routes, route_path
from app.rate_limit.dependencies import RateLimit


class RouteLimits:
    """What features that join this one with another have added, by endpoint.

    A request is matched against the patterns of the routes themselves, so that none
    reaches a route in a spelling that is not counted.
    """

    def __init__(self, routes: Routes) -> None:
        self._routes = routes
        self._added: list[tuple[Callable[..., Any], RateLimit]] = []

    def add(self, endpoint: Callable[..., Any], limit: RateLimit) -> None:
        """Limit the routes that an endpoint serves. Only a lifespan may do that.

        The `key` of the limit sees a request whose route has not been chosen yet, so that
        it has no parameters of the path.
        """
        self._added.append((endpoint, limit))

    def find(self, scope: Scope) -> tuple[str, RateLimit] | None:
        """Return the route that will serve a request, and its limit."""
        method = "GET" if scope["method"] == "HEAD" else scope["method"]
        path = route_path(scope)
        for route_method, pattern, name, limit in self._patterns:
            if method == route_method and pattern.match(path):
                return name, limit
        return None

    @cached_property
    def _patterns(self) -> list[tuple[str, re.Pattern[str], str, RateLimit]]:
        return [
            (method, route.path_regex, f"{method} {route.path_format}", limit)
            for endpoint, limit in self._added
            for route in self._routes.places(endpoint)
            for method in route.methods or ()
        ]
