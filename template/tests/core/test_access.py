"""Who may do what: the caller, the scopes that an endpoint asks for, the challenge."""

from typing import Annotated, Any

import pytest
from dirty_equals import IsPartialDict
from fastapi import APIRouter
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Send
from starlette.types import Scope as ASGIScope

from app.core.access import Access, Principal, Reach, Requires, Scope, recognise
from app.core.application import create_app
from app.core.errors import Unauthorized
from app.core.feature import Feature, MiddlewareMount, RouterMount
from app.core.registry import Registry
from tests.core.serving import log_lines, serving

SCOPES = (
    Scope("orders:read", "Read one's own orders", Reach.OWN),
    Scope("orders:all", "Read everybody's orders", Reach.EVERYONE),
    Scope("prices:write", "Set prices", Reach.SERVICE),
)


class Badge:
    """Takes a header with a name and scopes."""

    scheme = None

    def __init__(self, name: str, challenge: str | None) -> None:
        self.name = name
        self.challenge = challenge

    async def __call__(self, connection: HTTPConnection, registry: Registry) -> Principal | None:
        shown = connection.headers.get(self.name)
        if shown is None:
            return None
        if shown == "forged":
            challenge = registry.get(Access).challenge(error="invalid_token")
            raise Unauthorized("This is not one of ours.", headers=challenge)
        name, *scopes = shown.split()
        return Principal(name, via=self.name, scopes=frozenset(scopes))


router = APIRouter(prefix="/orders")


@router.get("")
async def list_orders(caller: Annotated[Principal, Requires("orders:read")]) -> list[str]:
    return [caller.subject, caller.via]


@router.get("/all")
async def list_all(
    caller: Annotated[Principal, Requires("orders:read", "orders:all")],
) -> list[str]:
    return [caller.subject]


@router.get("/signed-in")
async def greet(caller: Annotated[Principal, Requires()]) -> list[str]:
    return [caller.subject]


@router.post("/by-badge")
async def order(
    caller: Annotated[Principal, Requires("orders:read", via="X-Badge")],
) -> list[str]:
    return [caller.subject]


def feature(*authenticators: Any) -> Feature:
    return Feature(
        name="orders",
        routers=(RouterMount(router),),
        scopes=SCOPES,
        authenticators=authenticators,
    )


BADGES = (Badge("X-Badge", "Badge"), Badge("X-Key", 'Key realm="shop"'))


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("", {}, 401),
        ("", {"X-Badge": "ada"}, 403),
        ("", {"X-Badge": "ada orders:read"}, 200),
        ("", {"X-Key": "ada orders:read"}, 200),
        ("", {"X-Badge": "forged", "X-Key": "ada orders:read"}, 401),
        ("/all", {"X-Badge": "ada orders:read"}, 403),
        ("/all", {"X-Badge": "ada orders:all"}, 403),
        ("/all", {"X-Badge": "ada orders:read orders:all"}, 200),
        ("/signed-in", {}, 401),
        ("/signed-in", {"X-Key": "ada"}, 200),
    ],
)
async def test_an_endpoint_is_for_those_who_hold_all_its_scopes(
    path: str, headers: dict[str, str], status: int
) -> None:
    async with serving(feature(*BADGES)) as client:
        assert (await client.get(f"/api/v1/orders{path}", headers=headers)).status_code == status


async def test_the_first_way_that_recognises_the_caller_counts() -> None:
    headers = {"X-Badge": "ada orders:read", "X-Key": "bob orders:read"}
    async with serving(feature(*BADGES)) as client:
        response = await client.get("/api/v1/orders", headers=headers)
    assert response.json() == ["ada", "X-Badge"]


async def test_who_is_not_signed_in_is_told_how() -> None:
    async with serving(feature(*BADGES)) as client:
        nobody = await client.get("/api/v1/orders")
        forged = await client.get("/api/v1/orders", headers={"X-Badge": "forged"})
    assert nobody.headers["WWW-Authenticate"] == 'Badge, Key realm="shop"'
    assert forged.headers["WWW-Authenticate"] == (
        'Badge error="invalid_token", Key realm="shop", error="invalid_token"'
    )


async def test_two_ways_with_one_challenge_ask_once() -> None:
    async with serving(feature(Badge("X-Badge", "Bearer"), Badge("X-Key", "Bearer"))) as client:
        nobody = await client.get("/api/v1/orders")
    assert nobody.headers["WWW-Authenticate"] == "Bearer"


async def test_without_a_challenge_there_is_no_header() -> None:
    async with serving(feature(Badge("X-Badge", None))) as client:
        assert "WWW-Authenticate" not in (await client.get("/api/v1/orders")).headers


async def test_who_lacks_a_scope_is_told_which() -> None:
    async with serving(feature(*BADGES)) as client:
        response = await client.get("/api/v1/orders/all", headers={"X-Badge": "ada orders:read"})
    assert response.json() == IsPartialDict(
        code="forbidden", detail="This needs the scope orders:all.", scopes=["orders:all"]
    )


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 401),
        ({"X-Badge": "ada orders:read"}, 200),
        ({"X-Badge": "ada"}, 403),
        ({"X-Key": "ada orders:read"}, 403),
    ],
)
async def test_an_endpoint_may_demand_a_way_in(headers: dict[str, str], status: int) -> None:
    async with serving(feature(*BADGES)) as client:
        response = await client.post("/api/v1/orders/by-badge", headers=headers)
    assert response.status_code == status


async def test_who_came_in_another_way_is_told() -> None:
    async with serving(feature(*BADGES)) as client:
        response = await client.post("/api/v1/orders/by-badge", headers={"X-Key": "ada"})
    assert response.json() == IsPartialDict(
        code="wrong_way_in",
        detail="This is for callers who came in as X-Badge, not as X-Key.",
        via="X-Badge",
    )


def test_a_scope_that_nobody_declares_is_noticed_before_the_start() -> None:
    misspelt = Feature(name="orders", routers=(RouterMount(router),), scopes=SCOPES[:1])
    with pytest.raises(LookupError, match=r"/orders/all asks for {'orders:all'}"):
        create_app([misspelt], env_file=None)


async def test_the_caller_is_named_in_the_log(capsys: pytest.CaptureFixture[str]) -> None:
    async with serving(feature(*BADGES), log_format="json") as client:
        await client.get("/api/v1/orders/all", headers={"X-Badge": "ada orders:read"})
    assert log_lines(capsys)[-1] == IsPartialDict(principal="ada", status=403)


async def test_a_program_that_calls_for_somebody_is_named_in_the_log(
    capsys: pytest.CaptureFixture[str],
) -> None:
    class Robot(Badge):
        async def __call__(
            self, connection: HTTPConnection, registry: Registry
        ) -> Principal | None:
            return Principal("ada", via=self.name, agent="robot-1")

    async with serving(feature(Robot("X-Badge", None)), log_format="json") as client:
        await client.get("/api/v1/orders/signed-in")
    assert log_lines(capsys)[-1] == IsPartialDict(principal="ada", agent="robot-1", status=200)


@pytest.mark.parametrize(
    ("reach", "names"),
    [
        (Reach.OWN, {"orders:read"}),
        (Reach.EVERYONE, {"orders:read", "orders:all"}),
        (Reach.SERVICE, {"orders:read", "orders:all", "prices:write"}),
    ],
)
def test_a_wider_reach_includes_the_narrower_ones(reach: Reach, names: set[str]) -> None:
    assert Access((), SCOPES).scopes_within(reach) == names


async def test_a_middleware_and_an_endpoint_recognise_the_caller_once() -> None:
    shown: list[str] = []

    class Counting(Badge):
        async def __call__(
            self, connection: HTTPConnection, registry: Registry
        ) -> Principal | None:
            shown.append(connection.headers["X-Badge"])
            return await super().__call__(connection, registry)

    class Curious:
        def __init__(self, app: ASGIApp, registry: Registry) -> None:
            self.app, self.registry = app, registry

        async def __call__(self, scope: ASGIScope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http":
                await recognise(HTTPConnection(scope), self.registry)
            await self.app(scope, receive, send)

    curious = Feature(name="curious", middleware=(MiddlewareMount(1250, Curious),))
    async with serving(feature(Counting("X-Badge", None)), curious) as client:
        headers = {"X-Badge": "ada orders:read"}
        for _ in range(2):
            assert (await client.get("/api/v1/orders", headers=headers)).json()[0] == "ada"
    assert shown == ["ada orders:read"] * 2
