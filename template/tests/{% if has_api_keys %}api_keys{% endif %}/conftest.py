"""An application with an endpoint that tells callers whom it takes them for."""

from typing import Annotated, Any

import pytest
from fastapi import FastAPI

from app.api_keys.settings import ApiKeySettings
from app.core.access import Principal, Requires


@pytest.fixture
def api_keys_settings() -> ApiKeySettings:
    return ApiKeySettings(prefix="shop")


@pytest.fixture
async def app(app: FastAPI) -> FastAPI:
    """The whole application, which also answers `/caller` and `/keys-read`."""

    @app.get("/caller")
    async def show_caller(caller: Annotated[Principal, Requires()]) -> dict[str, Any]:
        return {
            "subject": caller.subject,
            "via": caller.via,
            "agent": caller.agent,
            "scopes": sorted(caller.scopes),
        }

    @app.get("/keys-read")
    async def need_scope(caller: Annotated[Principal, Requires("keys:read")]) -> str:
        return caller.subject

    return app
