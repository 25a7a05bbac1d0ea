"""API keys: programs call for somebody, with some of what they may do.

A key is made by a person and can do no more than they can, then and later. It is looked
up for each request: what is revoked, or no longer held, counts from the next one on.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from app.api_keys.authenticator import ApiKeyHeaders
from app.api_keys.keys import Keys
from app.api_keys.last_use import LastUses
from app.api_keys.router import router
from app.api_keys.service import MANAGE
from app.api_keys.settings import ApiKeySettings
from app.core.access import Reach, Scope
from app.core.feature import Feature, RouterMount
from app.core.registry import Registry


@asynccontextmanager
async def api_keys_lifespan(registry: Registry) -> AsyncIterator[None]:
    """Have ready what reads keys, and what notes their use."""
    registry.add(Keys(registry.get(ApiKeySettings).prefix))
    async with registry.add(LastUses(registry)).written():
        yield


feature = Feature(
    name="api keys",
    settings=ApiKeySettings,
    lifespan=api_keys_lifespan,
    routers=(RouterMount(router),),
    authenticators=(ApiKeyHeaders(),),
    scopes=(
        Scope("keys:read", "See your own API keys.", Reach.OWN),
        Scope("keys:write", "Create, rotate and revoke your own API keys.", Reach.OWN),
        Scope(MANAGE, "See and revoke everybody's API keys.", Reach.SERVICE),
    ),
    commands=("app.api_keys.commands:commands",),
)
