"""What settings are refused."""

import pytest

from app.core.configuration import ConfigurationError, load_settings
from app.core.registry import Registry
from app.rate_limit.settings import RateLimitSettings


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("RATE_LIMIT_DEFAULT", "many", "give one limit of at least 1, such as 100/minute"),
        ("RATE_LIMIT_DEFAULT", "0/minute", "give one limit of at least 1, such as 100/minute"),
        ("RATE_LIMIT_DEFAULT", "5/second;9/hour", "give one limit"),
        ("RATE_LIMIT_EXEMPT_NETWORKS", "10.0.0.0/8,office", "'office' does not appear to be"),
        ("RATE_LIMIT_EXEMPT_NETWORKS", "0.0.0.0/0", "0.0.0.0/0 is everybody"),
        ("RATE_LIMIT_EXEMPT_PATHS", "/health,/", "/ is no path such as /health"),
        ("RATE_LIMIT_EXEMPT_PATHS", "health", "health is no path such as /health"),
        ("RATE_LIMIT_MEMORY_CALLERS", "0", "greater than 0"),
    ],
)
def test_a_wrong_setting_is_told(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str, told: str
) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(ConfigurationError) as raised:
        load_settings([RateLimitSettings], (), Registry(), None)
    (problem,) = raised.value.problems
    assert problem.startswith(f"{name}: ")
    assert told in problem
