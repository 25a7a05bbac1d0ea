"""What endpoints of every feature may ask for."""

from typing import Annotated

from fastapi import Depends
from starlette.requests import HTTPConnection

from app.core.registry import Registry


async def get_registry(connection: HTTPConnection) -> Registry:
    """Return what the application holds."""
    registry: Registry = connection.app.state.registry
    return registry


AppRegistry = Annotated[Registry, Depends(get_registry)]
