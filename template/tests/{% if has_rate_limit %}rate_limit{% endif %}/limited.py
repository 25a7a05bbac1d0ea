"""A small service whose limits a test chooses, and callers of it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Annotated, Any

from fastapi import APIRouter, Depends, FastAPI, Request
from httpx2 import ASGITransport, AsyncClient
from starlette.requests import HTTPConnection

from app.core.access import Access, Authenticator, Principal, get_caller
from app.core.application import create_app
from app.core.errors import Unauthorized
from app.core.feature import Feature, RouterMount
from app.core.registry import Registry
from app.core.settings import CoreSettings, Environment, Settings
from app.rate_limit.dependencies import RateLimit
from tests.rate_limit.counting import FEATURES

router = APIRouter(tags=["trial"])


@router.get("/free")
async def be_free() -> str:
    return "free"


@router.get("/few", dependencies=[Depends(RateLimit("3/minute"))])
async def be_few() -> str:
    return "few"


@router.get("/dear", dependencies=[Depends(RateLimit("10/minute", cost=4))])
async def be_dear() -> str:
    return "dear"


Limits = Callable[..., list[Settings]]
"""Makes the settings of what counts, with limits by name."""


def by_shelf(connection: HTTPConnection) -> str:
    return str(connection.path_params["shelf"])


@router.get("/shelves/{shelf}", dependencies=[Depends(RateLimit("2/minute", key=by_shelf))])
async def read_shelf(shelf: str) -> str:
    return shelf


@router.get("/me")
async def show_caller(caller: Annotated[Principal, Depends(get_caller)]) -> str:
    return caller.subject


@router.get("/broken")
async def be_broken() -> None:
    raise RuntimeError("unexpected")


@router.post("/joined")
async def be_joined(request: Request) -> int:
    return len(await request.body())


class Named:
    """Takes `Authorization: Named <who>` for a caller; nobody is called bad."""

    name = "named"
    scheme = None
    challenge: str | None = "Named"

    async def __call__(self, connection: HTTPConnection, registry: Registry) -> Principal | None:
        kind, _, who = connection.headers.get("Authorization", "").partition(" ")
        if who == "bad":
            raise Unauthorized("Bad.", headers=registry.get(Access).challenge())
        if who == "unknowable":
            raise OSError("whoever knows them is away")
        return Principal(subject=who, via=self.name) if kind == "Named" else None


def trial(*features: Feature) -> tuple[Feature, ...]:
    """Return the features of the small service, and some more."""
    named: Authenticator = Named()
    own = Feature(name="trial", routers=(RouterMount(router),), authenticators=(named,))
    return (*FEATURES, *features, own)


class Callers:
    """Makes clients that call an application from any address."""

    def __init__(self, app: FastAPI, stack: AsyncExitStack) -> None:
        self.app = app
        self._stack = stack

    async def at(self, address: str, **headers: str) -> AsyncClient:
        """Return a caller at an address."""
        transport = ASGITransport(self.app, raise_app_exceptions=False, client=(address, 4711))
        client = AsyncClient(transport=transport, base_url="http://testserver", headers=headers)
        return await self._stack.enter_async_context(client)

    async def named(self, who: str, address: str = "192.0.2.1") -> AsyncClient:
        """Return a caller who has signed in."""
        return await self.at(address, Authorization=f"Named {who}")


@asynccontextmanager
async def limited(
    settings: list[Settings], *features: Feature, **core: Any
) -> AsyncIterator[Callers]:
    """Start the small service with these settings of its features."""
    own = CoreSettings(**{"environment": Environment.TEST, **core})
    app = create_app(trial(*features), settings=[own, *settings], env_file=None)
    async with app.router.lifespan_context(app), AsyncExitStack() as stack:
        yield Callers(app, stack)


async def statuses(client: AsyncClient, path: str, times: int) -> list[int]:
    """Call a path so often, one call after the other, and return what was answered."""
    return [(await client.get(path)).status_code for _ in range(times)]
