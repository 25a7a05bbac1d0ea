"""What a request costs in each layer: with it and without it, in turns, in this process."""

import time
from collections import defaultdict
from collections.abc import Callable, Coroutine
from importlib import import_module
from pkgutil import iter_modules
from statistics import median
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from starlette.middleware import Middleware
from starlette.types import ASGIApp, Message, Scope

from app.core.application import create_app
from app.core.feature import Feature, RouterMount
from app.core.settings import Settings
from app.wiring import FEATURES
from tests.bench import trial
from tests.bench.fixtures import keep

TRIALS = [import_module(f"{trial.__name__}.{one.name}") for one in iter_modules(trial.__path__)]
TRIAL = Feature(name="trial", routers=tuple(RouterMount(one.router, None) for one in TRIALS))

REQUESTS = 50
ROUNDS = 10


@pytest.fixture
def committed() -> None:
    """Rows have to be there for others, too: the application that is measured is another one."""


@pytest.mark.usefixtures("committed")
async def test_what_each_layer_costs(
    settings: list[Settings], signed_in: AsyncClient, request: pytest.FixtureRequest
) -> None:
    app = create_app((*FEATURES, TRIAL), settings=settings, env_file=None)
    async with app.router.lifespan_context(app):
        everything = app.build_middleware_stack()
        variants = {"everything": call(app, everything, "nothing")}
        for layer in app.user_middleware:
            others = [one for one in app.user_middleware if one is not layer]
            if name := name_of(layer):
                variants[name] = call(app, stack_of(app, others), "nothing")
        variants["all of them"] = call(app, stack_of(app, []), "nothing")
        layers = await measure(variants)
        endpoints = await measure(
            {one.NAME: call(app, everything, module_name(one), signed_in) for one in TRIALS}
        )
    whole = layers.pop("everything")
    rows = [
        (name, *(("-", "-") if cost is None else (f"{cost:,.1f}", f"{whole - cost:,.1f}")))
        for name, cost in layers.items()
        if whole is not None
    ]
    head = ("middleware", "µs without", "it costs")
    keep(request.config, f"middleware, of {whole:,.1f} µs of CPU a request", head, rows)
    costs = [(name, f"{cost:,.1f}") for name, cost in endpoints.items() if cost is not None]
    keep(request.config, "endpoints, through all of it", ("endpoint", "µs"), costs)


def stack_of(app: FastAPI, layers: list[Middleware]) -> ASGIApp:
    """Return the application behind some of its middleware."""
    kept, app.user_middleware = app.user_middleware, layers
    try:
        return app.build_middleware_stack()
    finally:
        app.user_middleware = kept


def name_of(layer: Middleware) -> str | None:
    """Return what a middleware is called, which is known only once it is made.

    None for one that steps aside, because with these settings it has nothing to do.
    """

    async def rest(*_: object) -> None:
        """Stand for the rest of the application."""

    made = layer.cls(rest, *layer.args, **layer.kwargs)
    return None if made is rest else type(made).__name__


def module_name(module: Any) -> str:
    return str(module.__name__.rpartition(".")[2])


Request = Callable[[], Coroutine[Any, Any, int]]


def call(app: FastAPI, stack: ASGIApp, trial: str, caller: AsyncClient | None = None) -> Request:
    """Return a function that sends one request and returns the status of the answer."""
    headers = [(b"host", b"testserver"), (b"accept", b"*/*")]
    if caller and "Authorization" in caller.headers:
        headers.append((b"authorization", caller.headers["Authorization"].encode()))

    async def send_one() -> int:
        status = 0

        async def receive() -> Message:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def send(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)

        scope: Scope = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": "GET",
            "scheme": "http",
            "path": f"/trial/{trial}",
            "raw_path": f"/trial/{trial}".encode(),
            "query_string": b"",
            "root_path": "",
            "headers": headers,
            "client": ("127.0.0.1", 50000),
            "server": ("127.0.0.1", 8000),
            "state": {},
            "app": app,
        }
        await stack(scope, receive, send)
        return status

    return send_one


async def measure(variants: dict[str, Request]) -> dict[str, float | None]:
    """Return the µs of CPU of a request to each; None for one that does not work."""
    taken: dict[str, list[float]] = defaultdict(list)
    working = {name: send for name, send in variants.items() if await works(send)}
    for number in range(ROUNDS):
        names = list(working)
        start = number % len(names)
        for name in (*names[start:], *names[:start]):
            send = working[name]
            begin = time.process_time()
            for _ in range(REQUESTS):
                await send()
            taken[name].append((time.process_time() - begin) * 1e6 / REQUESTS)
    return {name: median(taken[name]) if name in taken else None for name in variants}


async def works(send: Request) -> bool:
    try:
        return await send() == 200
    except Exception:  # noqa: BLE001, a layer that others need is not left out, whatever they say
        return False
