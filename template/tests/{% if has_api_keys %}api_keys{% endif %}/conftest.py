"""An application with an endpoint that tells callers whom it takes them for."""

from typing import Annotated

import pytest
from fastapi import FastAPI

from app.api_keys.settings import ApiKeySettings
from app.core.access import Principal, Requires
from tests.core.callers import show_callers


@pytest.fixture
def api_keys_settings() -> ApiKeySettings:
    return ApiKeySettings(prefix="shop")


@pytest.fixture
async def app(app: FastAPI) -> FastAPI:
    """The whole application, which also answers `/caller` and `/keys-read`."""

    show_callers(app)

    @app.get("/keys-read")
    async def need_scope(caller: Annotated[Principal, Requires("keys:read")]) -> str:
        return caller.subject

    return app
