"""How a request gets to its route: as FastAPI would send it, only sooner."""

import pytest
from fastapi import APIRouter, FastAPI, Request
from fastapi.routing import iter_route_contexts
from httpx2 import ASGITransport, AsyncClient
from starlette.responses import PlainTextResponse
from starlette.types import Receive, Scope, Send

from app.core.access import PUBLIC
from app.core.application import create_app
from app.core.route_index import RouteIndex
from app.core.settings import CoreSettings, Environment
from tests.core.serving import routed, serving

router = APIRouter(dependencies=[PUBLIC])


@router.get("/orders/first")
async def show_first() -> str:
    return "first"


@router.get("/orders/{number:int}")
async def show_order(number: int, request: Request) -> list[str]:
    return [str(number), str(request.url_for("show_order", number=7).path)]


@router.get("/orders/{name}")
async def show_named(name: str) -> str:
    return f"named {name}"


@router.put("/orders/{name}")
async def put_named(name: str) -> str:
    return f"put {name}"


@router.get("/orders/last")
async def show_last() -> str:
    return "last, which the route before it takes"


@router.get("/files/{path:path}")
async def show_file(path: str) -> str:
    return f"file {path}"


@pytest.mark.parametrize(
    ("method", "path", "answer"),
    [
        ("GET", "/orders/first", "first"),
        ("GET", "/orders/12", ["12", "/api/v1/orders/7"]),
        ("GET", "/orders/12a", "named 12a"),
        ("GET", "/orders/last", "named last"),
        ("PUT", "/orders/first", "put first"),
        ("GET", "/files/", "file "),
        ("GET", "/files/a/b.txt", "file a/b.txt"),
    ],
)
async def test_the_first_route_that_fits_serves(method: str, path: str, answer: object) -> None:
    async with serving(routed(router)) as client:
        assert (await client.request(method, f"/api/v1{path}")).json() == answer


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/api/v1/orders", 404),
        ("GET", "/api/v1/orders/a/b", 404),
        ("GET", "/api/v1/orders/first%0A", 200),
        ("GET", "/", 404),
        ("GET", "/api/v1/orders/first/", 307),
        ("DELETE", "/api/v1/orders/first", 405),
        ("HEAD", "/api/v1/orders/first", 200),
    ],
)
async def test_what_fits_no_route_is_answered_as_by_fastapi(
    method: str, path: str, status: int
) -> None:
    async with serving(routed(router)) as client:
        assert (await client.request(method, path)).status_code == status


def built() -> FastAPI:
    settings = CoreSettings(environment=Environment.TEST)
    return create_app([routed(router)], settings=[settings], env_file=None)


async def answer_of(app: FastAPI, method: str, path: str) -> tuple[int, str]:
    async with AsyncClient(
        transport=ASGITransport(app=app), base_url="http://testserver"
    ) as client:
        response = await client.request(method, path)
    return response.status_code, response.text


async def test_an_application_that_is_mounted_answers_below_its_path() -> None:
    async def guest(scope: Scope, receive: Receive, send: Send) -> None:
        await PlainTextResponse("guest")(scope, receive, send)

    app = built()
    app.mount("/guest", guest)
    assert await answer_of(app, "GET", "/guest/anything") == (200, "guest")
    assert (await answer_of(app, "GET", "/elsewhere"))[0] == 404
    assert (await answer_of(app, "GET", "/api/v1/orders/first"))[0] == 200


async def test_a_route_that_is_added_later_is_served() -> None:
    app = built()
    assert (await answer_of(app, "GET", "/late"))[0] == 404

    @app.get("/late")
    async def serve() -> str:
        return "late"

    assert await answer_of(app, "GET", "/late") == (200, '"late"')


async def test_every_route_is_found_by_its_own_path() -> None:
    app = built()
    index = RouteIndex(iter_route_contexts(app.routes))
    for route in iter_route_contexts(app.routes):
        path = (route.path_format or "").replace("{number}", "1").replace("{name}", "x")
        for method in route.methods or ():
            assert index.find(method, path) is not None, path
