"""The documentation page, and the only page of the service that may run scripts."""

import re
from base64 import b64encode
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from typing import Any

from fastapi import APIRouter
from fastapi.openapi.docs import get_swagger_ui_html, get_swagger_ui_oauth2_redirect_html
from starlette.requests import Request
from starlette.responses import HTMLResponse

from app.core.access import PUBLIC
from app.core.registry import Registry

SWAGGER = "https://cdn.jsdelivr.net/npm/swagger-ui-dist@5"
SCRIPT = f"{SWAGGER}/swagger-ui-bundle.js"
STYLE = f"{SWAGGER}/swagger-ui.css"
ICON = f"{SWAGGER}/favicon-32x32.png"
"""Where the page comes from. Serve these yourself for browsers that cannot reach the CDN."""

REDIRECT = "/docs/oauth2-redirect"
"""Where people come back to who have signed in elsewhere."""


@dataclass(frozen=True, slots=True)
class SignIn:
    """What the page needs to sign people in elsewhere (OAuth 2.0)."""

    options: Mapping[str, Any]
    """Of Swagger UI's `initOAuth`."""
    connects: tuple[str, ...]
    """The origins that the page has to call, such as `https://login.example.com`."""


@dataclass(frozen=True, slots=True)
class SignIns:
    """Those of all features."""

    all: tuple[Callable[[Registry], Awaitable[SignIn | None]], ...]


router = APIRouter(include_in_schema=False)


@router.get("/docs", dependencies=[PUBLIC])
async def show_docs(request: Request) -> HTMLResponse:
    """Show the API and let people try it."""
    root = request.scope.get("root_path", "").rstrip("/")
    registry: Registry = request.app.state.registry
    found = [await ask(registry) for ask in registry.get(SignIns).all]
    sign_in = next(filter(None, found), None)
    page = get_swagger_ui_html(
        openapi_url=f"{root}{request.app.openapi_url}",
        title=escape(request.app.title),  # FastAPI takes it for HTML
        swagger_js_url=SCRIPT,
        swagger_css_url=STYLE,
        swagger_favicon_url=ICON,
        oauth2_redirect_url=f"{root}{REDIRECT}" if sign_in else None,
        init_oauth=dict(sign_in.options) if sign_in else None,
    )
    connects = sign_in.connects if sign_in else ()
    page.headers["Content-Security-Policy"] = policy(bytes(page.body).decode(), connects)
    if sign_in:
        # The window in which people sign in has to find back to this one.
        page.headers["Cross-Origin-Opener-Policy"] = "same-origin-allow-popups"
    return page


redirect_router = APIRouter(include_in_schema=False)


@redirect_router.get(REDIRECT, dependencies=[PUBLIC])
async def return_to_docs() -> HTMLResponse:
    """Tell the page that people have signed in, and close this window."""
    page = get_swagger_ui_oauth2_redirect_html()
    page.headers["Content-Security-Policy"] = policy(bytes(page.body).decode())
    page.headers["Cross-Origin-Opener-Policy"] = "unsafe-none"
    return page


def policy(page: str, connects: Iterable[str] = ()) -> str:
    """Return the policy under which the page works: its own script, and no other, is run."""
    hashes = [
        f"'sha256-{b64encode(sha256(script.encode()).digest()).decode()}'"
        for script in re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    ]
    rules = {
        "default-src": ["'none'"],
        "script-src": [SCRIPT, *hashes],
        "style-src": [STYLE, "'unsafe-inline'"],  # Swagger UI sets styles from its script
        "img-src": [ICON, "'self'", "data:"],
        "connect-src": ["'self'", *connects],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
    return "; ".join(" ".join((name, *sources)) for name, sources in rules.items())
