"""A feature in which everything goes wrong, and applications that report it."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Annotated, Any

import sentry_sdk
import structlog
from fastapi import APIRouter, Body, Depends, HTTPException, WebSocket
from fastapi.responses import StreamingResponse
from fastapi.security.base import SecurityBase
from httpx2 import ASGITransport, AsyncClient
from pydantic import BaseModel, SecretStr
from starlette.requests import HTTPConnection

from app.core import errors
from app.core.access import Principal, get_caller
from app.core.application import create_app
from app.core.dependencies import AppRegistry
from app.core.errors import Conflict, Problem
from app.core.events import Event, Subscriber, Subscribers
from app.core.feature import Feature, RouterMount
from app.core.registry import Registry
from app.core.settings import CoreSettings, Environment
from app.error_tracking.feature import feature as error_tracking
from app.error_tracking.settings import SentrySettings
from tests.error_tracking.sentry import Sentry

SECRET = "hunter2"

logger = structlog.stdlib.get_logger(__name__)
router = APIRouter()


@dataclass(frozen=True, slots=True)
class OrderPlaced(Event):
    number: int


class Receipt(BaseModel):
    total: int


class OutOfStock(Exception):
    pass


@dataclass(frozen=True)
class FrozenError(Exception):
    """An exception that lets nobody change it."""

    number: int


def fail(about: str) -> None:
    raise RuntimeError(about)


@router.get("/well")
async def do_well() -> str:
    return "well"


@router.api_route("/orders/{number}", methods=["GET", "POST"])
async def fail_at_order(number: int) -> None:
    logger.info("order_wanted", number=number)
    fail(f"no order {number}")


@router.get("/orders/{number}/of-caller")
async def fail_for_caller(number: int, caller: Annotated[Principal, Depends(get_caller)]) -> None:
    fail(f"{number} {caller.via}")


@router.post("/secrets/{token}")
async def fail_with_secrets(token: str, body: Annotated[dict[str, str], Body()]) -> None:
    password = body["password"]
    logger.warning("order_refused", password=password, order={"api_key": token})
    logger.warning("order_refused token=%s", token)
    logging.getLogger("library").warning("at https://shop:%s@example.com", password)
    sentry_sdk.set_tag("token", token)
    sentry_sdk.set_context("order", {"items": [{"deep": {"in": {"the": {"secret": token}}}}]})
    try:
        fail(f"password={password}")
    except RuntimeError as error:
        raise LookupError(f"Authorization: Bearer {token}") from error


@router.get("/unfit")
async def answer_what_does_not_fit() -> Receipt:
    return {"totals": SECRET}  # type: ignore[return-value]  # must not fit


@router.get("/invalid")
async def read_what_does_not_fit() -> None:
    Receipt.model_validate({"total": SECRET})


@router.get("/raise/{name}")
async def fail_as_foreseen(name: str) -> None:
    if name == "stock":
        raise OutOfStock
    if name == "framework":
        raise HTTPException(502)
    if name == "frozen":
        raise FrozenError(7)
    if name == "Problem":
        raise Problem("This cannot be.")
    raise getattr(errors, name)("As said.")


@router.get("/broken-off")
async def break_off() -> StreamingResponse:
    async def chunks() -> AsyncIterator[bytes]:
        yield b"one"
        fail("in the middle")

    return StreamingResponse(chunks())


@router.get("/own/{number}")
async def report_by_hand(number: int) -> None:
    sentry_sdk.set_tag("number", number)
    sentry_sdk.capture_message("an order of my own")
    try:
        fail("by hand")
    except RuntimeError:
        sentry_sdk.capture_exception()


@router.get("/own-and-raised")
def report_by_hand_and_raise() -> None:
    try:
        fail("by hand")
    except RuntimeError as error:
        sentry_sdk.capture_exception(error)
        raise


@router.get("/place")
async def place_order(registry: AppRegistry) -> str:
    events = registry.get(Subscribers).unit(registry)
    await events.emit(OrderPlaced(7))
    await events.committed()
    return "placed"


@router.get("/log")
async def log_errors() -> None:
    logger.error("only_a_line", number=7)
    try:
        fail("and yet it went on")
    except RuntimeError:
        logger.warning("only_a_warning", exc_info=True)
        logger.exception("order_lost", number=7, password=SECRET)


@router.websocket("/socket")
async def fail_in_a_socket(socket: WebSocket) -> None:
    await socket.accept()
    fail("in a socket")


async def send_receipt(event: OrderPlaced, unit: Registry) -> None:
    fail(f"no receipt for {event.number}")


def fail_and_log(about: str) -> None:
    try:
        fail(about)
    except RuntimeError:
        logger.exception("work_failed")


class Work:
    """A feature that works in the background, and fails as soon as it begins."""

    def __init__(self) -> None:
        self.begins = asyncio.Event()
        self.feature = Feature(name="work", lifespan=self._lifespan)

    @asynccontextmanager
    async def _lifespan(self, registry: Registry) -> AsyncIterator[None]:
        task = asyncio.create_task(self._work())
        yield
        await task

    async def _work(self) -> None:
        await self.begins.wait()
        fail_and_log("in a task")


class Named:
    """Takes the header X-Person for who is calling."""

    name = "named"
    scheme: SecurityBase | None = None
    challenge: str | None = None

    async def __call__(self, connection: HTTPConnection, registry: Registry) -> Principal | None:
        person = connection.headers.get("X-Person")
        return Principal(subject=person, via=self.name) if person else None


SHOP = Feature(
    name="shop",
    routers=(RouterMount(router, version=None),),
    subscribers=(Subscriber(OrderPlaced, send_receipt),),
    authenticators=(Named(),),
    problems=((OutOfStock, lambda _: Conflict("Sold out.", code="sold_out")),),
)


@asynccontextmanager
async def reporting(
    sentry: Sentry, *features: Feature, core: Any = None, **settings: Any
) -> AsyncIterator[AsyncClient]:
    """Start a shop that reports its errors, with settings by name; call it."""
    app = create_app(
        (error_tracking, SHOP, *features),
        settings=[
            CoreSettings(**{"environment": Environment.TEST, "name": "shop", **(core or {})}),
            SentrySettings(dsn=SecretStr(sentry.dsn), **settings),
        ],
        env_file=None,
    )
    transport = ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=transport, base_url="http://testserver") as client,
    ):
        yield client
