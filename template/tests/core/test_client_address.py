"""Who is calling, behind proxies: never believed from a bare header."""

from typing import Any

import pytest
from fastapi import APIRouter, Request

from app.core.middleware.client import ClientAddressMiddleware
from tests.core.serving import routed, serving

router = APIRouter()


@router.get("/me")
async def show_caller(request: Request) -> list[str]:
    assert request.client is not None
    return [request.client.host, request.url.scheme]


PEER = "127.0.0.1"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "9.9.9.9", PEER),
        (0, "9.9.9.9, 8.8.8.8", PEER),
        (1, None, PEER),
        (1, "", PEER),
        (1, "9.9.9.9", "9.9.9.9"),
        (1, "6.6.6.6, 9.9.9.9", "9.9.9.9"),
        (1, "6.6.6.6,9.9.9.9:4711", "9.9.9.9"),
        (1, "6.6.6.6, 2001:db8::1", "2001:db8::1"),
        (1, "6.6.6.6, [2001:DB8::1]:4711", "2001:db8::1"),
        (1, "6.6.6.6, unknown", PEER),
        (1, "6.6.6.6, <script>", PEER),
        (2, "9.9.9.9", PEER),
        (2, "6.6.6.6, 9.9.9.9, 10.0.0.2", "9.9.9.9"),
        (2, " , 9.9.9.9 ,, 10.0.0.2 ,", "9.9.9.9"),
    ],
)
async def test_the_address_is_what_the_outermost_own_proxy_saw(
    proxies: int, forwarded: str | None, address: str
) -> None:
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    async with serving(routed(router), trusted_proxies=proxies) as client:
        response = await client.get("/api/v1/me", headers=headers)
    assert response.json()[0] == address


async def test_several_header_lines_are_one_list() -> None:
    async with serving(routed(router), trusted_proxies=2) as client:
        response = await client.get(
            "/api/v1/me",
            headers=[("X-Forwarded-For", "6.6.6.6, 9.9.9.9"), ("X-Forwarded-For", "10.0.0.2")],
        )
    assert response.json()[0] == "9.9.9.9"


@pytest.mark.parametrize(
    ("proxies", "headers", "scheme"),
    [
        (0, {"X-Forwarded-Proto": "https"}, "http"),
        (1, {"X-Forwarded-Proto": "https"}, "http"),
        (1, {"X-Forwarded-For": "9.9.9.9"}, "http"),
        (1, {"X-Forwarded-For": "9.9.9.9", "X-Forwarded-Proto": "https"}, "https"),
        (1, {"X-Forwarded-For": "9.9.9.9", "X-Forwarded-Proto": "https, http"}, "http"),
        (2, {"X-Forwarded-For": "9.9.9.9, 10.0.0.2", "X-Forwarded-Proto": "HTTPS"}, "https"),
        (2, {"X-Forwarded-For": "9.9.9.9, 10.0.0.2", "X-Forwarded-Proto": "https,http"}, "https"),
        (1, {"X-Forwarded-For": "9.9.9.9", "X-Forwarded-Proto": "gopher"}, "http"),
    ],
)
async def test_so_is_the_scheme(proxies: int, headers: dict[str, str], scheme: str) -> None:
    async with serving(routed(router), trusted_proxies=proxies) as client:
        response = await client.get("/api/v1/me", headers=headers)
    assert response.json()[1] == scheme


async def test_a_websocket_has_its_own_schemes() -> None:
    seen: dict[str, Any] = {}

    async def app(scope: Any, receive: Any, send: Any) -> None:
        seen.update(scope)

    scope = {
        "type": "websocket",
        "scheme": "ws",
        "client": (PEER, 1),
        "headers": [(b"x-forwarded-for", b"9.9.9.9"), (b"x-forwarded-proto", b"https")],
    }
    await ClientAddressMiddleware(app, 1)(scope, None, None)  # type: ignore[arg-type]  # not called
    assert (seen["scheme"], seen["client"]) == ("wss", ("9.9.9.9", 0))
