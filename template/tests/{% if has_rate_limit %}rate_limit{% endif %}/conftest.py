"""Settings that a test changes."""

from collections.abc import Callable
from typing import Any

import pytest

from app.core.settings import Settings
from app.rate_limit.settings import RateLimitSettings

Limits = Callable[..., list[Settings]]


@pytest.fixture
def limits() -> Limits:
    """Makes settings of the features that count, with limits by name."""

    def make(**changed: Any) -> list[Settings]:
        return [RateLimitSettings(_env_file=None, **changed)]

    return make
