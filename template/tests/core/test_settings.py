"""Settings: where they come from, what is wrong with them, what may not be deployed."""

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Self

import pytest
from pydantic import Field, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from app.core import settings as settings_module
from app.core.configuration import (
    ConfigurationError,
    load_settings,
    unknown_variables,
    variable,
)
from app.core.registry import Registry
from app.core.settings import CoreSettings, Environment, FeatureSettings, Settings
from app.wiring import FEATURES

PUBLIC = {"APP_ENVIRONMENT": "production", "APP_ALLOWED_HOSTS": "api.example.com"}


class TeaSettings(FeatureSettings):
    model_config = SettingsConfigDict(env_prefix="TEA_")

    leaves: int = Field(ge=1)
    """How many leaves go into a pot."""
    password: SecretStr = SecretStr("")
    """Opens the cupboard."""

    def dangers(self, core: CoreSettings) -> Iterable[str]:
        if not self.password.get_secret_value():
            yield f"TEA_PASSWORD: is empty in {core.environment}. Think of one."


def load(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], *kinds: type[FeatureSettings]
) -> CoreSettings:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    return load_settings(kinds, (), Registry(), env_file=None)


def problems_of(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], *kinds: type[FeatureSettings]
) -> tuple[str, ...]:
    with pytest.raises(ConfigurationError) as caught:
        load(monkeypatch, variables, *kinds)
    assert all(problem in str(caught.value) for problem in caught.value.problems)
    return caught.value.problems


def test_a_service_starts_without_any_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    core = load(monkeypatch, {})
    assert core.environment is Environment.DEVELOPMENT
    assert core.docs_enabled
    assert not core.logs_as_json


def test_the_version_is_that_of_the_project() -> None:
    pyproject = Path(__file__).parents[2] / "pyproject.toml"
    assert f'version = "{CoreSettings().version}"' in pyproject.read_text()


def test_a_service_without_a_project_file_has_a_name_and_a_version(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(settings_module, "__file__", "/nowhere/app/core/settings.py")
    settings_module.read_project.cache_clear()
    core = CoreSettings()
    settings_module.read_project.cache_clear()
    assert (core.name, core.version) == ("service", "unknown")


def test_lists_are_comma_separated_text(monkeypatch: pytest.MonkeyPatch) -> None:
    hosts = "api.example.com, *.example.org,"
    assert load(monkeypatch, {"APP_ALLOWED_HOSTS": hosts}).allowed_hosts == (
        "api.example.com",
        "*.example.org",
    )


def test_the_environment_wins_over_the_file(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / ".env"
    file.write_text("APP_PORT=1111\nAPP_HOST=filed.example.com\n")
    monkeypatch.setenv("APP_PORT", "2222")
    core = load_settings((), (), Registry(), env_file=file)
    assert (core.port, core.host) == (2222, "filed.example.com")


def test_settings_that_are_given_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("APP_NAME", "from outside")
    given = CoreSettings(name="given")
    registry = Registry()
    assert load_settings((), (given,), registry, env_file=None) is given
    assert registry.get(CoreSettings) is given


def test_all_problems_of_all_classes_come_in_one_message(monkeypatch: pytest.MonkeyPatch) -> None:
    problems = problems_of(
        monkeypatch,
        {"APP_PORT": "ninety", "APP_LOG_LEVEL": "loud", "TEA_LEAVES": "0"},
        TeaSettings,
    )
    assert [problem.partition(":")[0] for problem in problems] == [
        "APP_PORT",
        "APP_LOG_LEVEL",
        "TEA_LEAVES",
    ]


def test_a_problem_says_what_the_setting_is_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert problems_of(monkeypatch, {}, TeaSettings) == (
        "TEA_LEAVES: Field required. How many leaves go into a pot.",
    )


def test_a_problem_never_shows_the_value(monkeypatch: pytest.MonkeyPatch) -> None:
    problems = problems_of(monkeypatch, {"APP_PORT": "s3cret", "TEA_LEAVES": "s3cret"}, TeaSettings)
    assert len(problems) == 2
    assert "s3cret" not in str(problems)


def test_what_is_wrong_and_what_is_dangerous_are_told_together(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    variables = {**PUBLIC, "APP_PORT": "ninety", "APP_DEBUG": "true", "TEA_LEAVES": "3"}
    problems = problems_of(monkeypatch, variables, TeaSettings)
    assert [problem.partition(":")[0] for problem in problems] == [
        "APP_PORT",
        "APP_DEBUG",
        "TEA_PASSWORD",
    ]


@pytest.mark.parametrize("environment", ["staging", "production"])
@pytest.mark.parametrize(
    ("variable", "value", "mend"),
    [
        ("APP_DEBUG", "true", "Set it to false"),
        ("APP_ALLOWED_HOSTS", "*", "Name those that callers use"),
        ("APP_CORS_ORIGINS", "*", "Name the origins"),
        ("APP_HEALTH_TOKEN", "short", "token_urlsafe"),
        ("APP_HEALTH_TOKEN", "change-me-change-me-change-me-change-me", "token_urlsafe"),
    ],
)
def test_what_is_dangerous_is_not_deployed(
    monkeypatch: pytest.MonkeyPatch, environment: str, variable: str, value: str, mend: str
) -> None:
    variables = {**PUBLIC, "APP_ENVIRONMENT": environment, "APP_CORS_CREDENTIALS": "true"}
    (problem,) = problems_of(monkeypatch, {**variables, variable: value})
    assert problem.startswith(f"{variable}:")
    assert mend in problem
    assert "short" not in problem.replace("is shorter", "")


def test_settings_without_dangers_are_deployed(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(monkeypatch, {**PUBLIC, "SET_CUPS": "6"}, SetSettings).environment.is_deployed


def test_development_may_be_dangerous(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(monkeypatch, {"APP_DEBUG": "true", "APP_CORS_ORIGINS": "*"}).debug


def test_a_safe_service_is_deployed(monkeypatch: pytest.MonkeyPatch) -> None:
    core = load(monkeypatch, {**PUBLIC, "APP_HEALTH_TOKEN": "x" * 32})
    assert core.logs_as_json
    assert not core.docs_enabled


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("APP_ALLOWED_HOSTS", "https://api.example.com"),
        ("APP_ALLOWED_HOSTS", "api.*.com"),
        ("APP_CORS_ORIGINS", "https://www.example.com/"),
        ("APP_CORS_ORIGINS", "www.example.com"),
        ("APP_TRUSTED_PROXIES", "-1"),
        ("APP_REQUEST_TIMEOUT", "0"),
    ],
)
def test_what_would_never_work_is_refused(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    (problem,) = problems_of(monkeypatch, {variable: value})
    assert problem.startswith(f"{variable}:")


def test_sizes_have_units(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(monkeypatch, {"APP_MAX_BODY_SIZE": "2MiB"}).max_body_size == 2 * 1024 * 1024


class PotSettings(FeatureSettings):
    """Takes a list as JSON, as Pydantic does by itself."""

    model_config = SettingsConfigDict(env_prefix="POT_")

    lids: list[int] = Field(default_factory=list)


class SetSettings(FeatureSettings):
    """Has a rule about more than one setting, and a variable with a name of its own."""

    model_config = SettingsConfigDict(env_prefix="SET_")

    cups: int = 6
    saucers: int = 6
    spoons: int = Field(default=6, validation_alias="SET_OF_SPOONS")

    @model_validator(mode="after")
    def check_pairs(self) -> Self:
        if self.cups != self.saucers:
            raise ValueError("SET_CUPS and SET_SAUCERS have to be the same")
        return self


def test_a_rule_about_several_settings_is_told_in_its_own_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert problems_of(monkeypatch, {"SET_CUPS": "5"}, SetSettings, TeaSettings)[0] == (
        "SetSettings: SET_CUPS and SET_SAUCERS have to be the same."
    )


def test_a_variable_may_have_a_name_of_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    (problem,) = problems_of(monkeypatch, {"SET_OF_SPOONS": "many"}, SetSettings)
    assert problem.startswith("SET_OF_SPOONS: ")
    assert list(unknown_variables([SetSettings], None)) == []


def test_a_rule_is_checked_once_its_settings_are_right(monkeypatch: pytest.MonkeyPatch) -> None:
    variables = {"SET_CUPS": "5", "SET_OF_SPOONS": "many", "TEA_LEAVES": "0"}
    problems = problems_of(monkeypatch, variables, SetSettings, TeaSettings)
    assert [problem.partition(":")[0] for problem in problems] == ["SET_OF_SPOONS", "TEA_LEAVES"]


def test_a_value_that_is_not_json_is_one_of_the_problems(monkeypatch: pytest.MonkeyPatch) -> None:
    problems = problems_of(monkeypatch, {"POT_LIDS": "s3cret", "APP_PORT": "x"}, PotSettings)
    assert [problem.partition(":")[0] for problem in problems] == ["APP_PORT", "PotSettings"]
    assert "s3cret" not in str(problems)


def test_misspelt_variables_are_found_with_the_name_that_was_meant(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / ".env"
    file.write_text("APP_LOGLEVEL=INFO\nUNRELATED=1\nAPP_PORT=80\n")
    monkeypatch.setenv("TEA_LEEVES", "3")
    monkeypatch.setenv("TEA_ZZZ", "3")
    assert list(unknown_variables([CoreSettings, TeaSettings], file)) == [
        ("APP_LOGLEVEL", "APP_LOG_LEVEL"),
        ("TEA_LEEVES", "TEA_LEAVES"),
        ("TEA_ZZZ", None),
    ]


def test_every_setting_is_explained_in_the_example_and_nothing_else() -> None:
    features = [feature.settings for feature in FEATURES if feature.settings]
    kinds: list[type[Settings]] = [CoreSettings, *features]
    settings = {variable(kind, name) for kind in kinds for name in kind.model_fields}
    example = (Path(__file__).parents[2] / ".env.example").read_text()
    prefixes = "|".join(kind.model_config["env_prefix"] for kind in kinds)
    named = re.findall(rf"^(?:# )?((?:{prefixes})[A-Z0-9_]*)=", example, re.MULTILINE)
    assert sorted(named) == sorted(settings)


@pytest.mark.parametrize(
    ("environment", "delay", "seconds"),
    [("development", None, 0), ("production", None, 5), ("production", 2, 2)],
)
def test_a_deployed_service_says_that_it_stops_before_it_does(
    environment: Environment, delay: float | None, seconds: float
) -> None:
    core = CoreSettings(environment=environment, shutdown_delay=delay)
    assert core.drain_seconds == seconds
