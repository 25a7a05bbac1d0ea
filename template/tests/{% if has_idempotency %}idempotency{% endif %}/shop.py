"""A small service whose requests may be repeated, and the people who call it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated
from uuid import uuid4

from fastapi import APIRouter, BackgroundTasks, Depends, Request, Response
from fastapi.responses import StreamingResponse
from fastapi.security.base import SecurityBase
from pydantic import BaseModel
from starlette.requests import HTTPConnection

from app.core.access import Principal
from app.core.errors import Unauthorized
from app.core.feature import Feature, RouterMount
from app.core.registry import Registry

ORDERS = "/api/v1/orders"


def key() -> str:
    """Return a key that nobody has used."""
    return str(uuid4())


class Name:
    """Takes callers for whom they say they are, but for strangers."""

    name = "name"
    scheme: SecurityBase | None = None
    challenge: str | None = None

    async def __call__(self, connection: HTTPConnection, registry: Registry) -> Principal | None:
        caller = connection.headers.get("X-Caller")
        if caller == "stranger":
            raise Unauthorized("Nobody knows you.")
        return Principal(subject=caller, via=self.name) if caller else None


class Shop:
    """What has been ordered, and what happens meanwhile."""

    def __init__(self) -> None:
        self.orders: list[str] = []
        self.fails = False
        self.begun = asyncio.Event()
        self.may_go_on = asyncio.Event()


def get_shop(request: Request) -> Shop:
    shop: Shop = request.app.state.registry.get(Shop)
    return shop


OfShop = Annotated[Shop, Depends(get_shop)]
router = APIRouter(prefix="/orders")


class Order(BaseModel):
    name: str


@router.post("", status_code=201)
async def order(data: Order, shop: OfShop, response: Response) -> dict[str, int]:
    shop.orders.append(data.name)
    response.headers["Location"] = f"{ORDERS}/{len(shop.orders)}"
    response.headers["ETag"] = f'"{len(shop.orders)}"'
    return {"number": len(shop.orders)}


@router.api_route("/count", methods=["GET", "PUT", "PATCH", "DELETE"], include_in_schema=False)
async def count(shop: OfShop) -> int:
    shop.orders.append("one more")
    return len(shop.orders)


@router.post("/status/{status}")
async def answer(status: int, shop: OfShop) -> Response:
    shop.orders.append(str(status))
    return Response(str(len(shop.orders)), status)


@router.post("/header/{name}/{value}")
async def say(name: str, value: str, shop: OfShop) -> Response:
    shop.orders.append(name)
    return Response(str(len(shop.orders)), headers={name: value})


@router.post("/failing")
async def fail(shop: OfShop) -> int:
    shop.orders.append("failing")
    if shop.fails:
        raise RuntimeError
    return len(shop.orders)


@router.post("/slow")
async def wait(shop: OfShop) -> int:
    shop.orders.append("slow")
    shop.begun.set()
    await shop.may_go_on.wait()
    return len(shop.orders)


@router.post("/stream")
async def stream(shop: OfShop) -> StreamingResponse:
    shop.orders.append("stream")

    async def pieces() -> AsyncIterator[bytes]:
        yield b"one, "
        yield b"two"

    return StreamingResponse(pieces())


@router.post("/large/{size}")
async def be_large(size: int, shop: OfShop) -> Response:
    shop.orders.append("large")
    return Response(bytes(size))


@router.post("/raw")
async def read(request: Request) -> Response:
    return Response(await request.body())


@router.post("/background")
async def order_later(shop: OfShop, tasks: BackgroundTasks) -> int:
    async def wait_and_order() -> None:
        shop.begun.set()
        await shop.may_go_on.wait()
        shop.orders.append("later")

    tasks.add_task(wait_and_order)
    return len(shop.orders)


@asynccontextmanager
async def shop_lifespan(registry: Registry) -> AsyncIterator[None]:
    registry.add(Shop())
    yield


callers = Feature(name="callers", authenticators=(Name(),))
shop = Feature(name="shop", lifespan=shop_lifespan, routers=(RouterMount(router),))
