"""What browsers are told, on every answer, and on the documentation page."""

import base64
import hashlib
import re

import pytest
from fastapi import APIRouter, Response
from httpx2 import ASGITransport, AsyncClient

from app.core.application import create_app
from app.core.settings import Environment
from tests.core.serving import routed, serving

router = APIRouter()


@router.get("/framed")
async def framed() -> Response:
    return Response("ok", headers={"X-Frame-Options": "SAMEORIGIN"})


@pytest.mark.parametrize("path", ["/health", "/nothing", "/openapi.json", "/docs"])
async def test_every_answer_has_them(path: str) -> None:
    async with serving() as client:
        headers = (await client.get(path)).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert len(headers.get_list("Content-Security-Policy")) == 1


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/health", "application/json"),
        ("/nothing", "application/problem+json"),
        ("/docs", "text/html; charset=utf-8"),
    ],
)
async def test_every_answer_says_what_it_is_and_text_in_which_characters(
    path: str, kind: str
) -> None:
    async with serving() as client:
        assert (await client.get(path)).headers["Content-Type"] == kind


async def test_an_answer_may_have_its_own() -> None:
    async with serving(routed(router)) as client:
        response = await client.get("/api/v1/framed")
    assert response.headers.get_list("X-Frame-Options") == ["SAMEORIGIN"]


@pytest.mark.parametrize(
    ("environment", "scheme", "sent"),
    [
        (Environment.PRODUCTION, "https", True),
        (Environment.PRODUCTION, "http", False),
        (Environment.STAGING, "https", False),
        (Environment.DEVELOPMENT, "https", False),
    ],
)
async def test_https_is_demanded_in_production_over_https(
    environment: Environment, scheme: str, sent: bool
) -> None:
    async with serving(environment=environment, allowed_hosts=("testserver",)) as client:
        response = await client.get(f"{scheme}://testserver/health")
    # Never sent on to HTTPS: a program that forgot it would not notice what it gives away.
    assert response.status_code == 200
    assert ("Strict-Transport-Security" in response.headers) is sent


async def test_https_need_not_be_demanded() -> None:
    async with serving(
        environment=Environment.PRODUCTION, allowed_hosts=("testserver",), hsts_max_age=0
    ) as client:
        response = await client.get("https://testserver/health")
    assert "Strict-Transport-Security" not in response.headers


async def test_only_the_page_of_the_documentation_may_run_its_own_script() -> None:
    async with serving() as client:
        page = await client.get("/docs")
        other = await client.get("/openapi.json")
    policy = dict(
        rule.strip().split(" ", 1) for rule in page.headers["Content-Security-Policy"].split(";")
    )
    for script in re.findall(r"<script>(.*?)</script>", page.text, re.DOTALL):
        digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
        assert f"'sha256-{digest}'" in policy["script-src"]
    (source,) = re.findall(r'<script src="(.*?)"', page.text)
    (style,) = re.findall(r'stylesheet" href="(.*?)"', page.text)
    (icon,) = re.findall(r'icon" href="(.*?)"', page.text)
    assert source in policy["script-src"].split()
    assert style in policy["style-src"].split()
    assert icon in policy["img-src"].split()
    assert policy["connect-src"] == "'self'"
    assert "unsafe" not in policy["script-src"]
    assert "script-src" not in other.headers["Content-Security-Policy"]


async def test_the_documentation_follows_the_prefix_of_a_proxy() -> None:
    transport = ASGITransport(app=create_app([], env_file=None), root_path="/shop")
    async with AsyncClient(transport=transport, base_url="http://testserver") as client:
        response = await client.get("/shop/docs")
    assert "url: '/shop/openapi.json'" in response.text


@pytest.mark.parametrize(
    ("environment", "docs", "status"),
    [
        (Environment.DEVELOPMENT, None, 200),
        (Environment.STAGING, None, 200),
        (Environment.PRODUCTION, None, 404),
        (Environment.PRODUCTION, True, 200),
        (Environment.DEVELOPMENT, False, 404),
    ],
)
async def test_the_documentation_is_served_outside_of_production(
    environment: Environment, docs: bool | None, status: int
) -> None:
    async with serving(environment=environment, docs=docs, allowed_hosts=("testserver",)) as client:
        assert (await client.get("/docs")).status_code == status
        assert (await client.get("/openapi.json")).status_code == status
        assert (await client.get("/redoc")).status_code == 404
