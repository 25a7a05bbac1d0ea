"""What must not be deployed."""

from typing import Any

import pytest
from pydantic import SecretStr

from app.auth.settings import AuthSettings
from app.core.configuration import ConfigurationError, load_settings
from app.core.registry import Registry
from app.core.settings import CoreSettings, Environment

GOOD = "Zq3vT8yLrX0bW5nK2mJ7hG4fD1sA9pE6"


def refusals(environment: Environment, **given: Any) -> list[str]:
    """Return what is wrong with settings where they are used."""
    settings = AuthSettings(**{"secret_key": SecretStr(GOOD), **given})
    core = CoreSettings(environment=environment, allowed_hosts=("api.example.com",))
    try:
        load_settings([AuthSettings], [core, settings], Registry(), env_file=None)
    except ConfigurationError as error:
        return list(error.problems)
    return []


def test_a_good_secret_can_be_deployed() -> None:
    assert refusals(Environment.PRODUCTION) == []


@pytest.mark.parametrize("environment", [Environment.STAGING, Environment.PRODUCTION])
@pytest.mark.parametrize(
    ("given", "variable", "fault"),
    [
        ({"secret_key": SecretStr("change-me")}, "AUTH_SECRET_KEY", "placeholder"),
        ({"secret_key": SecretStr(f"change-me-{GOOD}")}, "AUTH_SECRET_KEY", "placeholder"),
        ({"secret_key": SecretStr(GOOD[:31])}, "AUTH_SECRET_KEY", "shorter than 32"),
        (
            {"previous_secret_keys": SecretStr(f"{GOOD}, old")},
            "AUTH_PREVIOUS_SECRET_KEYS",
            "shorter than 32",
        ),
        ({"hash_memory_kib": 8192}, "AUTH_HASH_MEMORY_KIB", "too cheap"),
        ({"hash_iterations": 1}, "AUTH_HASH_ITERATIONS", "too cheap"),
    ],
)
def test_what_can_be_guessed_is_not_deployed(
    environment: Environment, given: dict[str, Any], variable: str, fault: str
) -> None:
    (problem,) = refusals(environment, **given)
    assert variable in problem
    assert fault in problem
    assert GOOD not in problem


def test_development_starts_with_the_placeholder() -> None:
    assert refusals(Environment.DEVELOPMENT, secret_key=SecretStr("change-me")) == []


def test_a_hash_needs_memory_for_each_of_its_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AUTH_SECRET_KEY", GOOD)
    monkeypatch.setenv("AUTH_HASH_MEMORY_KIB", "31")
    monkeypatch.setenv("AUTH_HASH_PARALLELISM", "4")
    with pytest.raises(ConfigurationError, match="8 KiB"):
        load_settings([AuthSettings], [CoreSettings()], Registry(), env_file=None)


def test_nothing_starts_without_a_secret() -> None:
    with pytest.raises(ConfigurationError) as refusal:
        load_settings([AuthSettings], [CoreSettings()], Registry(), env_file=None)
    assert "AUTH_SECRET_KEY" in str(refusal.value)
