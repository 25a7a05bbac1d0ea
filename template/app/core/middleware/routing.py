"""Where a request gets to its route."""

from http import HTTPStatus

from fastapi import APIRouter, FastAPI
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Receive, Scope, Send

from app.core.access import ANONYMOUS, CALLER, not_signed_in
from app.core.route_index import RouteIndex
from app.core.routes import Routes, route_path


class RoutingMiddleware:
    """Serves a request with the route that the index has for it.

    What the index cannot tell, it leaves to the router of FastAPI: a method that a path does
    not have, a slash too many, applications that are mounted.
    """

    def __init__(self, app: ASGIApp, service: FastAPI, routes: Routes) -> None:
        self.app = app
        self._service = service
        self._routes = routes
        self._judged: RouteIndex | None = None
        self._is_enough = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve the request.

        Raises:
            HTTPException: Nothing has its path.
            Unauthorized: The route asks who is calling first of all, and nobody is.
        """
        if scope["type"] != "http" or not self._index_is_enough():
            await self.app(scope, receive, send)
            return
        found = self._routes.find(scope)
        if found is not None and found.route.handle is not None:
            # What FastAPI would put there.
            scope["router"] = self._service.router
            scope["route"] = found.route.context.original_route
            scope["endpoint"] = found.route.key[0]
            scope["path_params"] = found.parameters
            if found.route.asks_who_calls and self._is_known_as_nobody(scope):
                raise not_signed_in(self._service.state.registry)
            await found.route.handle(scope, receive, send)
        elif found is None and self._is_nowhere(route_path(scope)):
            raise HTTPException(HTTPStatus.NOT_FOUND)
        else:
            await self.app(scope, receive, send)

    def _index_is_enough(self) -> bool:
        if self._routes.index is not self._judged:
            self._judged = self._routes.index
            self._is_enough = _has_only_routes(self._service.router)
        return self._is_enough

    def _is_known_as_nobody(self, scope: Scope) -> bool:
        """Say whether a middleware has found that a request carries no credentials.

        The dependency would say the same, but only when FastAPI has got to it.
        """
        return scope.get(CALLER) is ANONYMOUS and not self._service.dependency_overrides

    def _is_nowhere(self, path: str) -> bool:
        return self._routes.index.is_complete and not self._routes.index.knows(path)


def _has_only_routes(router: APIRouter) -> bool:
    """Say whether the index can stand for a router: it has routes, and routers of that kind.

    Files that are served as a front end come after all routes, and limits for forms go from
    a router to its routes: only FastAPI knows how.
    """
    if router.form_limits or router._low_priority_routes:  # noqa: SLF001, it has no other name
        return False
    for route in router.routes:
        included = getattr(route, "original_router", None)
        if included is not None and (
            route.include_context.form_limits  # type: ignore[attr-defined]  # of a private class
            or not _has_only_routes(included)
        ):
            return False
    return True
