"""Rate limits: how many requests each caller may send.

Every request counts for its caller: the user who is signed in, or else the network
address. A route can have a limit of its own beside that, see `RateLimit`.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from app.core.feature import Feature, MiddlewareMount
from app.core.health import Probes
from app.core.middleware.stack import Order
from app.core.registry import Registry
from app.core.routes import Routes
from app.rate_limit.headers import HEADERS
from app.rate_limit.limiter import Limiter
from app.rate_limit.middleware import RateLimitHeadersMiddleware, RateLimitMiddleware
from app.rate_limit.openapi import describe
from app.rate_limit.routes import RouteLimits
from app.rate_limit.settings import RateLimitSettings
from app.rate_limit.windows import create_windows


@asynccontextmanager
async def rate_limit_lifespan(registry: Registry) -> AsyncIterator[None]:
    """Have ready what counts."""
    settings = registry.get(RateLimitSettings)
    registry.add(Limiter(settings, registry.get(Probes), create_windows(registry)))
    registry.add(RouteLimits(registry.get(Routes)))
    yield


def tell_state(registry: Registry) -> Mapping[str, Any]:
    """Tell where requests are counted."""
    return registry.get(Limiter).windows.state()


feature = Feature(
    name="rate_limit",
    settings=RateLimitSettings,
    lifespan=rate_limit_lifespan,
    middleware=(
        MiddlewareMount(
            (Order.CORS + Order.ERRORS) // 2,
            lambda app, _: RateLimitHeadersMiddleware(app),
            exposes=HEADERS,
        ),
        MiddlewareMount((Order.TIMEOUT + Order.BODY_LIMIT) // 2, RateLimitMiddleware),
    ),
    describe=describe,
    state=tell_state,
)
