"""Limits that the tests of other features never reach."""

import pytest

from app.rate_limit.settings import RateLimitSettings


@pytest.fixture
def rate_limit_settings() -> RateLimitSettings:
    return RateLimitSettings(default="1000000/minute")
