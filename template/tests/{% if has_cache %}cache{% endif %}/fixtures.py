"""What tests need that look at the cache."""

from collections.abc import Callable

import pytest
from fastapi import FastAPI

from app.cache.service import Cache
from app.core.registry import Registry


@pytest.fixture
def registry(app: FastAPI) -> Registry:
    """What the application of the test holds."""
    registry: Registry = app.state.registry
    return registry


@pytest.fixture
def cache(registry: Registry) -> Cache:
    """The cache of the application of the test."""
    return registry.get(Cache)


@pytest.fixture
def hits(cache: Cache) -> Callable[[str], int]:
    """Say how often the values of a family were found in the cache."""
    return lambda family: cache.statistics.families[family].hits
