"""What must not be deployed, and what cannot be meant."""

from typing import Any

import pytest

from app.core.configuration import ConfigurationError, load_settings
from app.core.registry import Registry
from app.core.settings import CoreSettings, Environment
from app.oidc.settings import OidcSettings

GOOD = {"OIDC_ISSUER": "https://login.example.com/", "OIDC_AUDIENCE": "orders"}


def refusals(
    monkeypatch: pytest.MonkeyPatch, environment: Environment, variables: dict[str, str]
) -> list[str]:
    """Return what is wrong with variables where they are used."""
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    core = CoreSettings(environment=environment, allowed_hosts=("api.example.com",))
    try:
        load_settings([OidcSettings], [core], Registry(), env_file=None)
    except ConfigurationError as error:
        return list(error.problems)
    return []


@pytest.mark.parametrize(
    "issuer", ["https://login.example.com", "http://127.0.0.1:8080", "http://localhost"]
)
def test_a_provider_that_nobody_can_imitate_can_be_deployed(
    monkeypatch: pytest.MonkeyPatch, issuer: str
) -> None:
    assert refusals(monkeypatch, Environment.PRODUCTION, {**GOOD, "OIDC_ISSUER": issuer}) == []


@pytest.mark.parametrize("environment", [Environment.STAGING, Environment.PRODUCTION])
@pytest.mark.parametrize(
    ("variables", "variable"),
    [
        ({"OIDC_ISSUER": "http://login.example.com"}, "OIDC_ISSUER"),
        ({"OIDC_LEEWAY": "3600"}, "OIDC_LEEWAY"),
        ({"OIDC_INTROSPECTION_CLIENT_ID": "orders"}, "OIDC_INTROSPECTION_CLIENT_SECRET"),
    ],
)
def test_what_is_dangerous_is_not_deployed(
    monkeypatch: pytest.MonkeyPatch,
    environment: Environment,
    variables: dict[str, str],
    variable: str,
) -> None:
    (problem,) = refusals(monkeypatch, environment, {**GOOD, **variables})
    assert problem.startswith(f"{variable}: ")
    assert refusals(monkeypatch, Environment.DEVELOPMENT, variables) == []


@pytest.mark.parametrize(
    ("variables", "wrong"),
    [
        ({"OIDC_ISSUER": ""}, "OIDC_ISSUER"),
        ({"OIDC_ISSUER": "login.example.com"}, "OIDC_ISSUER"),
        ({"OIDC_ISSUER": "https://login.example.com?a=b"}, "OIDC_ISSUER"),
        ({"OIDC_AUDIENCE": ""}, "OIDC_AUDIENCE"),
        ({"OIDC_AUDIENCE": " , "}, "OIDC_AUDIENCE"),
        ({"OIDC_ROLES": "boss"}, "OIDC_ROLES"),
        ({"OIDC_ROLES": "boss=owner"}, "OIDC_ROLES"),
        ({"OIDC_SCOPES": "all"}, "OIDC_SCOPES"),
        ({"OIDC_KEYS_GRACE_SECONDS": "1"}, "OIDC_KEYS_GRACE_SECONDS"),
    ],
)
def test_nothing_starts_with_what_cannot_be_meant(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], wrong: str
) -> None:
    problems = refusals(monkeypatch, Environment.DEVELOPMENT, {**GOOD, **variables})
    assert len(problems) == 1
    assert wrong in problems[0]


def test_roles_are_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {**GOOD, "OIDC_ROLES": "cn=staff,boss = admin"}.items():
        monkeypatch.setenv(name, value)
    given: dict[str, Any] = {"_env_file": None}
    with pytest.raises(ValueError, match="roles"):
        OidcSettings(**given)  # `cn` is a value, and `staff` no role
    monkeypatch.setenv("OIDC_ROLES", "team=red=moderator, boss = admin")
    assert OidcSettings(**given).roles == {"team=red": "moderator", "boss": "admin"}
