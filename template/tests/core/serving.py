"""Small applications to try the core with, and what they log."""

import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from fastapi import APIRouter
from httpx2 import ASGITransport, AsyncClient

from app.core.application import create_app
from app.core.feature import Feature, RouterMount
from app.core.settings import CoreSettings, Environment


@asynccontextmanager
async def serving(*features: Feature, **core: Any) -> AsyncIterator[AsyncClient]:
    """Start an application of these features, with core settings by name; call it."""
    settings = CoreSettings(**{"environment": Environment.TEST, **core})
    app = create_app(features, settings=[settings], env_file=None)
    # Like a real caller: what the application raises is not seen.
    transport = ASGITransport(app=app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=transport, base_url="http://testserver") as client,
    ):
        yield client


def routed(router: APIRouter, **mount: Any) -> Feature:
    """Return a feature that is nothing but a router."""
    return Feature(name="trial", routers=(RouterMount(router, **mount),))


def log_lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """Return what was logged as JSON since the last time, without the test client's own."""
    for handler in logging.getLogger().handlers:
        handler.flush()  # deployed services write in batches
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    return [line for line in lines if line["logger"] != "httpx2"]
