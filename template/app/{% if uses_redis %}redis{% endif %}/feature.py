"""Redis: one pool of connections for the features that keep something there.

The service does without it for a while: features say what they do instead.
"""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from app.core.feature import Feature, ReadinessCheck
from app.core.registry import Registry
from app.core.settings import CoreSettings
from app.redis.clients import open_client
from app.redis.server import RedisServer, ping
from app.redis.settings import RedisSettings


@asynccontextmanager
async def redis_lifespan(registry: Registry) -> AsyncIterator[None]:
    """Have Redis, or wait for it while the service runs without."""
    settings = registry.get(RedisSettings)
    async with open_client(settings.address, settings.timeout) as client:
        server = RedisServer(
            client,
            prefix=settings.prefix_for(registry.get(CoreSettings)),
            timeout=settings.timeout,
            max_connections=settings.max_connections,
        )
        await server.start()
        registry.add(server)
        try:
            yield
        finally:
            await server.stop()


async def check_redis(registry: Registry) -> None:
    """Ask Redis for the simplest of answers."""
    await registry.get(RedisServer).ask(ping)


def state(registry: Registry) -> Mapping[str, Any]:
    """Tell whether Redis is away."""
    return {"away": registry.get(RedisServer).away}


feature = Feature(
    name="redis",
    settings=RedisSettings,
    lifespan=redis_lifespan,
    checks=(ReadinessCheck("redis", check_redis, critical=False),),
    state=state,
)
