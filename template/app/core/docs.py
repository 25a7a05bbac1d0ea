"""The documentation page, and the only page of the service that may run scripts."""

import re
from base64 import b64encode
from hashlib import sha256
from html import escape

from fastapi import APIRouter
from fastapi.openapi.docs import get_swagger_ui_html
from starlette.requests import Request
from starlette.responses import HTMLResponse

from app.core.access import PUBLIC

SWAGGER = "https://cdn.jsdelivr.net/npm/swagger-ui-dist@5"
SCRIPT = f"{SWAGGER}/swagger-ui-bundle.js"
STYLE = f"{SWAGGER}/swagger-ui.css"
ICON = f"{SWAGGER}/favicon-32x32.png"
"""Where the page comes from. Serve these yourself for browsers that cannot reach the CDN."""

router = APIRouter(include_in_schema=False)


@router.get("/docs", dependencies=[PUBLIC])
async def show_docs(request: Request) -> HTMLResponse:
    """Show the API and let people try it."""
    root = request.scope.get("root_path", "").rstrip("/")
    page = get_swagger_ui_html(
        openapi_url=f"{root}{request.app.openapi_url}",
        title=escape(request.app.title),  # FastAPI takes it for HTML
        swagger_js_url=SCRIPT,
        swagger_css_url=STYLE,
        swagger_favicon_url=ICON,
    )
    page.headers["Content-Security-Policy"] = policy(bytes(page.body).decode())
    return page


def policy(page: str) -> str:
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
        "connect-src": ["'self'"],
        "base-uri": ["'none'"],
        "form-action": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
    return "; ".join(" ".join((name, *sources)) for name, sources in rules.items())
