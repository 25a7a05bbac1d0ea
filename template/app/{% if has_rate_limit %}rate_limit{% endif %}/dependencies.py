"""A limit for a route: `dependencies=[Depends(RateLimit("5/minute"))]`."""

from collections.abc import Callable

from starlette.requests import HTTPConnection, Request

from app.core.registry import Registry
from app.core.routes import Routes
from app.rate_limit.limiter import TALLY, Limiter, Tally
from app.rate_limit.quota import Limit


class RateLimit:
    """Lets each caller call a route so often, beside the limit for all they send.

    `key` names what requests are counted for, if not the caller; `cost` is how many one
    request counts for. The routes of one router that share a `RateLimit` are still
    counted apart.
    """

    def __init__(
        self,
        notation: str,
        *,
        key: Callable[[HTTPConnection], str] | None = None,
        cost: int = 1,
    ) -> None:
        parsed = Limit.parse("", notation)
        if not 1 <= cost <= parsed.amount:
            raise ValueError(f"cost={cost} must be at least 1 and fit into {notation}")
        self._amount, self._seconds = parsed.amount, parsed.seconds
        self._key = key
        self._cost = cost

    async def __call__(self, request: Request) -> None:
        """Count a request to the route that depends on this.

        Raises:
            TooManyRequests: It is one too many.
        """
        registry: Registry = request.app.state.registry
        template = registry.get(Routes).template(request.scope)
        await self.check(request, registry, f"{request.method} {template}")

    async def check(self, connection: HTTPConnection, registry: Registry, route: str) -> None:
        """Count a request to a route, unless it is exempt from everything.

        Raises:
            TooManyRequests: It is one too many.
        """
        tally: Tally | None = connection.scope.get(TALLY)
        if tally is not None:
            limit = Limit(route, self._amount, self._seconds)
            caller = self._key(connection) if self._key else tally.caller
            await registry.get(Limiter).take(tally, limit, caller, self._cost)
