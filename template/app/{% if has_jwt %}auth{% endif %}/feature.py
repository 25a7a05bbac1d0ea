"""Signing in with a password: accounts, sessions, access and refresh tokens.

Registration says when an e-mail address or a username is taken: each can be had once,
so whoever registers finds out in any case. Signing in says nothing of the kind, neither
by its answer nor by the time that it takes.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing

from app.auth.authenticator import AccessToken
from app.auth.passwords import Passwords
from app.auth.router import router, users_router
from app.auth.seed import seed
from app.auth.settings import AuthSettings
from app.auth.subscribers import end_sessions
from app.auth.tokens import Tokens
from app.core.events import Phase, Subscriber
from app.core.feature import Feature, RouterMount
from app.core.registry import Registry
from app.core.settings import CoreSettings
from app.users.events import UserDeactivated


@asynccontextmanager
async def auth_lifespan(registry: Registry) -> AsyncIterator[None]:
    """Have ready what hashes passwords and what makes tokens."""
    settings = registry.get(AuthSettings)
    registry.add(Tokens(settings, registry.get(CoreSettings).name))
    with closing(Passwords(settings)) as passwords:
        registry.add(passwords)
        yield


feature = Feature(
    name="auth",
    settings=AuthSettings,
    lifespan=auth_lifespan,
    routers=(RouterMount(router), RouterMount(users_router)),
    subscribers=(Subscriber(UserDeactivated, end_sessions, Phase.IN_TRANSACTION),),
    authenticators=(AccessToken(),),
    commands=("app.auth.commands:admin_commands", "app.auth.commands:auth_commands"),
    seed=seed,
)
