"""Applications are made of features; several can live in one process."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress
from datetime import date
from typing import Any

import pytest
import structlog
from dirty_equals import IsPartialDict
from fastapi import APIRouter, FastAPI, WebSocket
from httpx2 import ASGITransport, AsyncClient

from app.core.application import create_app
from app.core.configuration import ConfigurationError
from app.core.feature import Deprecation, Feature, MiddlewareMount
from app.core.middleware.stack import Order
from app.core.registry import Registry
from app.core.settings import CoreSettings, Environment
from app.core.startup import StartupError
from tests.core.serving import log_lines, routed, serving

router = APIRouter()


@router.get("/name")
async def show_name() -> str:
    return "named"


def lifespan_of(
    name: str, seen: list[str], error: Exception | None = None
) -> Callable[[Registry], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(registry: Registry) -> AsyncIterator[None]:
        if error:
            raise error
        seen.append(f"{name} starts")
        yield
        seen.append(f"{name} stops")

    return lifespan


async def test_features_start_in_order_and_stop_in_reverse() -> None:
    seen: list[str] = []
    features = [Feature(name=name, lifespan=lifespan_of(name, seen)) for name in ("a", "b")]
    async with serving(Feature(name="without"), *features):
        assert seen == ["a starts", "b starts"]
    assert seen == ["a starts", "b starts", "b stops", "a stops"]


async def test_when_one_cannot_start_those_before_it_stop() -> None:
    seen: list[str] = []
    features = [
        Feature(name="a", lifespan=lifespan_of("a", seen)),
        Feature(name="b", lifespan=lifespan_of("b", seen, OSError("no disk"))),
        Feature(name="c", lifespan=lifespan_of("c", seen)),
    ]
    with pytest.raises(OSError, match="no disk"):
        async with serving(*features):
            pytest.fail("it must not start")
    assert seen == ["a starts", "a stops"]


async def run(app: FastAPI) -> list[dict[str, Any]]:
    """Start and stop an application as a server does, and return what the server is told."""
    told: list[dict[str, Any]] = []
    asked = iter(("lifespan.startup", "lifespan.shutdown"))

    async def receive() -> dict[str, Any]:
        return {"type": next(asked)}

    async def send(message: Any) -> None:
        told.append(message)

    with suppress(StartupError, OSError):
        await app({"type": "lifespan", "state": {}}, receive, send)
    return told


async def test_a_server_starts_and_stops_it() -> None:
    old = Deprecation(since=date(2026, 1, 1), sunset=date(2027, 1, 1), successor="/api/v2/name")
    feature = routed(router, deprecation=old)
    assert await run(create_app([feature], env_file=None)) == [
        {"type": "lifespan.startup.complete"},
        {"type": "lifespan.shutdown.complete"},
    ]


async def test_the_server_is_told_why_in_one_sentence_and_unexpected_errors_in_full() -> None:
    for error, message in [
        (StartupError("The archive is away. Start it."), "The archive is away. Start it."),
        (OSError("no disk"), None),
    ]:
        feature = Feature(name="a", lifespan=lifespan_of("a", [], error))
        (told,) = await run(create_app([feature], env_file=None))
        assert told["type"] == "lifespan.startup.failed"
        assert told["message"] == message or "Traceback" in told["message"]


async def test_two_applications_live_side_by_side(capsys: pytest.CaptureFixture[str]) -> None:
    apps = [
        create_app(
            [routed(router)] if name == "one" else [],
            settings=[
                CoreSettings(
                    environment=Environment.TEST, name=name, log_format="json", docs=name == "one"
                )
            ],
            env_file=None,
        )
        for name in ("one", "two")
    ]
    for app, status, docs in zip(apps, (200, 404), (200, 404), strict=True):
        async with AsyncClient(transport=ASGITransport(app=app), base_url="http://test") as client:
            assert (await client.get("/api/v1/name")).status_code == status
            assert (await client.get("/docs")).status_code == docs
    lines = [line for line in log_lines(capsys) if line["event"] == "request"]
    assert [line["service"] for line in lines] == ["one", "one", "two", "two"]


async def test_a_router_at_the_root_does_not_hide_the_health_of_the_service() -> None:
    everything = APIRouter()

    @everything.get("/{path:path}")
    async def show(path: str) -> str:
        return path

    pages = routed(everything, version=None)
    async with serving(pages, routed(router)) as client:
        assert (await client.get("/some/page")).json() == "some/page"
        assert (await client.get("/health")).json() == {"status": "alive"}
        assert (await client.get("/api/v1/name")).json() == "named"


async def test_middleware_of_features_stands_where_its_order_says() -> None:
    seen: list[str] = []

    def noting(name: str, order: int) -> MiddlewareMount:
        def build(app: Any, registry: Registry) -> Any:
            async def note(scope: Any, receive: Any, send: Any) -> None:
                if scope["type"] == "http":
                    seen.append(f"{name} of {registry.get(CoreSettings).name}")
                await app(scope, receive, send)

            return note

        return MiddlewareMount(order, build)

    feature = Feature(
        name="notes",
        middleware=(noting("inner", Order.HEAD + 1), noting("outer", Order.REQUEST + 1)),
    )
    async with serving(feature, name="shop") as client:
        await client.get("/health")
        await client.get("/health")
    assert seen == ["outer of shop", "inner of shop"] * 2


def test_wrong_settings_do_not_make_an_application(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APP_ENVIRONMENT", "production")
    monkeypatch.setenv("APP_DEBUG", "true")
    with pytest.raises(ConfigurationError) as caught:
        create_app([], env_file=None)
    assert len(caught.value.problems) == 2


async def test_websockets_and_their_log_lines_have_a_request_id(
    capsys: pytest.CaptureFixture[str],
) -> None:
    sockets = APIRouter()

    @sockets.websocket("/talk")
    async def talk(socket: WebSocket) -> None:
        await socket.accept()
        structlog.stdlib.get_logger("talk").info("talking")
        await socket.close()

    settings = CoreSettings(environment=Environment.TEST, log_format="json")
    app = create_app([routed(sockets)], settings=[settings], env_file=None)
    sent: list[Any] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: Any) -> None:
        sent.append(message["type"])

    scope = {
        "type": "websocket",
        "path": "/api/v1/talk",
        "scheme": "ws",
        "query_string": b"",
        "headers": [(b"x-request-id", b"abcdefgh")],
        "subprotocols": [],
        "extensions": {},
    }
    await app(scope, receive, send)
    assert sent == ["websocket.accept", "websocket.close"]
    assert log_lines(capsys) == [IsPartialDict(event="talking", request_id="abcdefgh")]


async def test_the_service_as_it_is_wired_starts(client: AsyncClient) -> None:
    assert (await client.get("/health")).json() == {"status": "alive"}


async def test_its_settings_are_those_of_the_tests(app: FastAPI) -> None:
    assert app.state.registry.get(CoreSettings).environment is Environment.TEST
