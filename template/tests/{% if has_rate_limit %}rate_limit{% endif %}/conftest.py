"""Settings that a test chooses."""

from collections.abc import Callable
from typing import Any

import pytest

from app.core.settings import Settings
from app.rate_limit.settings import RateLimitSettings
from tests.rate_limit.counting import FEATURES


@pytest.fixture
def limits(request: pytest.FixtureRequest) -> Callable[..., list[Settings]]:
    """Makes the settings of what counts, with limits by name."""
    others = [
        request.getfixturevalue(f"{feature.name}_settings")
        for feature in FEATURES
        if feature.settings is not RateLimitSettings
    ]

    def make(**chosen: Any) -> list[Settings]:
        return [*others, RateLimitSettings(_env_file=None, **chosen)]

    return make
