"""Settings: one class per feature, read from the environment and, beneath it, `.env`.

How they are read, and what is told when they are wrong, is in app/core/configuration.py.
"""

import logging
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ByteSize,
    Field,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
    SecretStr,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

SECRET_LENGTH = 32
"""The fewest characters of a secret that nobody can guess."""

PLACEHOLDER = "change-me"
"""Stands in `.env.example` where a secret belongs."""

_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^/\s]+")


class Environment(StrEnum):
    """Where a service runs."""

    DEVELOPMENT = "development"
    TEST = "test"
    STAGING = "staging"
    PRODUCTION = "production"

    @property
    def is_deployed(self) -> bool:
        """Say whether other people can reach the service here; both are guarded alike."""
        return self in (Environment.STAGING, Environment.PRODUCTION)


def _split(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


CommaSeparated = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_split)]
"""A list that is one line in the environment: `one,two`."""


def _check_hosts(hosts: tuple[str, ...]) -> tuple[str, ...]:
    for host in hosts:
        if "*" in host.removeprefix("*.") and host != "*":
            raise ValueError("a wildcard stands only in front, as in *.example.com")
        if "/" in host:
            raise ValueError("these are names of hosts, such as api.example.com, not URLs")
    return hosts


def _check_origins(origins: tuple[str, ...]) -> tuple[str, ...]:
    for origin in origins:
        if origin != "*" and not _ORIGIN.fullmatch(origin):
            raise ValueError("an origin is scheme://host or scheme://host:port, and no more")
    return origins


def weak_secret(variable: str, secret: str) -> Iterator[str]:
    """Say what is wrong with a secret that can be guessed, and how to make a good one."""
    if PLACEHOLDER in secret:
        fault = "is still the placeholder of .env.example"
    elif len(secret) < SECRET_LENGTH:
        fault = f"is shorter than {SECRET_LENGTH} characters"
    else:
        return
    yield (
        f"{variable}: {fault}. Make one with: "
        'python -c "import secrets; print(secrets.token_urlsafe(32))"'
    )


class Settings(BaseSettings):
    """What all classes of settings share.

    The docstring of a setting is shown to whoever gets it wrong.
    """

    model_config = SettingsConfigDict(
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        use_attribute_docstrings=True,
    )


@cache
def read_project() -> Mapping[str, Any]:
    """Return what `pyproject.toml` next to the package says; nothing when it is not there."""
    path = Path(__file__).parents[2] / "pyproject.toml"
    if not path.is_file():
        return {}
    project: Mapping[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))["project"]
    return project


class CoreSettings(Settings):
    """What every service has."""

    model_config = SettingsConfigDict(env_prefix="APP_")

    name: str = Field(default_factory=lambda: read_project().get("name", "service"))
    """The name in the documentation and in every log line."""
    version: str = Field(default_factory=lambda: read_project().get("version", "unknown"))
    """The version in the documentation and in every log line."""
    environment: Environment = Environment.DEVELOPMENT
    """Where this runs: development, test, staging or production."""
    debug: bool = False
    """Tell the caller what an unexpected error was, and log at DEBUG."""

    host: str = "127.0.0.1"
    """The address to listen on; 0.0.0.0 for all of them."""
    port: int = Field(default=8000, ge=0, le=65535)
    """The port to listen on."""
    workers: PositiveInt = 1
    """How many processes serve requests."""

    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] | None = None
    """The least level that is logged. Without one, INFO, or DEBUG while debugging."""
    log_format: Literal["json", "readable"] | None = None
    """How log lines look. Without one, JSON where other people can reach the service."""

    docs: bool | None = None
    """Serve /docs and /openapi.json. Without a choice, everywhere but in production."""

    cors_origins: Annotated[CommaSeparated, AfterValidator(_check_origins)] = ()
    """The web pages that may call the service, such as https://www.example.com."""
    cors_credentials: bool = False
    """Let those pages send cookies."""
    cors_methods: CommaSeparated = ("GET", "POST", "PUT", "PATCH", "DELETE")
    """What those pages may do."""
    cors_headers: CommaSeparated = (
        "Authorization",
        "Content-Type",
        "If-Match",
        "If-None-Match",
        "X-Request-ID",
    )
    """The headers that those pages may send."""

    allowed_hosts: Annotated[CommaSeparated, AfterValidator(_check_hosts)] = ("*",)
    """The names that callers reach the service by, such as api.example.com or *.example.com."""
    trusted_proxies: NonNegativeInt = 0
    """How many proxies of your own stand in front and append to X-Forwarded-For."""
    max_body_size: ByteSize = ByteSize(1024 * 1024)
    """The largest request body, such as 1MiB."""
    request_timeout: PositiveFloat = 30.0
    """Seconds until an answer must have begun."""
    compression_minimum: NonNegativeInt = 1000
    """The smallest answer, in bytes, that is compressed."""
    hsts_max_age: NonNegativeInt = 63_072_000
    """Seconds for which browsers keep to HTTPS, in production; 0 for never."""

    shutdown_delay: NonNegativeFloat | None = None
    """Seconds for which a stopping service still takes requests while /ready says no.
    Without one, 5 where other people can reach the service, else 0."""
    graceful_timeout: PositiveInt = 30
    """Seconds that requests get to finish when the service stops."""

    health_token: SecretStr | None = None
    """Lets a monitor without an account read /health/detailed, as a bearer token."""

    @property
    def docs_enabled(self) -> bool:
        """Say whether the documentation is served."""
        if self.docs is None:
            return self.environment is not Environment.PRODUCTION
        return self.docs

    @property
    def logs_as_json(self) -> bool:
        """Say whether log lines are for machines."""
        if self.log_format is None:
            return self.environment.is_deployed
        return self.log_format == "json"

    @property
    def log_threshold(self) -> int:
        """The least level that is logged, as a number of `logging`."""
        level = self.log_level or ("DEBUG" if self.debug else "INFO")
        return logging.getLevelNamesMapping()[level]

    @property
    def drain_seconds(self) -> float:
        """How long a stopping service still takes requests."""
        if self.shutdown_delay is None:
            return 5.0 if self.environment.is_deployed else 0.0
        return self.shutdown_delay

    def dangers(self) -> Iterator[str]:
        """Say what must not be deployed like this, a sentence each, with its mend."""
        if self.debug:
            yield "APP_DEBUG: is on, which shows internals to every caller. Set it to false."
        if self.cors_credentials and "*" in self.cors_origins:
            yield (
                "APP_CORS_ORIGINS: is *, with APP_CORS_CREDENTIALS on, so that every web page can "
                "act for your users. Name the origins, or switch the credentials off."
            )
        if "*" in self.allowed_hosts:
            yield (
                "APP_ALLOWED_HOSTS: lets every host name pass. Name those that callers use, "
                "such as api.example.com."
            )
        if self.health_token is not None:
            yield from weak_secret("APP_HEALTH_TOKEN", self.health_token.get_secret_value())


class FeatureSettings(Settings):
    """The settings of one feature. Each class names its prefix, such as `CACHE_`."""

    def dangers(self, core: CoreSettings) -> Iterable[str]:
        """Say what must not be deployed like this, a sentence each, with its mend."""
        return ()
