"""What other services learn of the request they work for, and what not."""

from collections.abc import AsyncIterator

import pytest
from fastapi import APIRouter, Request
from httpx2 import AsyncClient

from app.core.feature import Feature, RouterMount
from app.core.registry import Registry
from app.http_client.client import HttpClient
from app.http_client.feature import feature as http_client
from tests.core.serving import serving
from tests.http_client.calling import calling
from tests.http_client.remote import Remote

router = APIRouter()


@router.get("/ask")
async def ask(remote: str, request: Request) -> None:
    registry: Registry = request.app.state.registry
    await registry.get(HttpClient).request("GET", remote)


@pytest.fixture
async def shop(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[AsyncClient]:
    monkeypatch.setenv("HTTP_CLIENT_ALLOWED_PRIVATE", "127.0.0.1")
    trial = Feature(name="trial", routers=(RouterMount(router),))
    async with serving(http_client, trial, log_format="json") as client:
        yield client


async def ask_remote(shop: AsyncClient, remote: Remote, **headers: str) -> dict[str, str]:
    """Return the headers that arrive there."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answer = await shop.get(
        "/api/v1/ask", params={"remote": f"{remote.url}/well?token=hunter2"}, headers=named
    )
    assert answer.status_code == 200
    return remote.received[-1].headers


async def test_the_request_id_is_passed_on(shop: AsyncClient, remote: Remote) -> None:
    headers = await ask_remote(shop, remote, X_Request_ID="order-4711")
    assert headers["x-request-id"] == "order-4711"


async def test_nothing_else_is_passed_on(shop: AsyncClient, remote: Remote) -> None:
    headers = await ask_remote(shop, remote, Authorization="Bearer secret", Cookie="a=b")
    assert not {"authorization", "cookie"} & headers.keys()


async def test_cookies_are_not_kept_for_the_next_caller(remote: Remote) -> None:
    async with calling() as client:
        answer = await client.request("GET", f"{remote.url}/cookie")
        assert answer.headers["Set-Cookie"].startswith("session=")
        await client.request("GET", f"{remote.url}/well")
    assert "cookie" not in remote.received[1].headers


async def test_urls_are_not_logged(
    shop: AsyncClient, remote: Remote, capsys: pytest.CaptureFixture[str]
) -> None:
    await ask_remote(shop, remote)
    logged = capsys.readouterr().out
    assert '"route":"/api/v1/ask"' in logged
    assert "hunter2" not in logged
