"""The settings of tracing."""

import os
from collections.abc import Iterator, Mapping
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import unquote, urlsplit

from pydantic import Field, PositiveFloat, PositiveInt, SecretStr, field_validator
from pydantic_settings import SettingsConfigDict

from app.core.settings import CoreSettings, FeatureSettings

PATH = "/v1/traces"
"""Where a receiver of OTLP over HTTP takes spans."""


def standard_endpoint() -> str | None:
    """Return the endpoint that OpenTelemetry's own variables name, if they do."""
    if endpoint := os.environ.get("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"):
        return endpoint
    base = os.environ.get("OTEL_EXPORTER_OTLP_ENDPOINT")
    return base.rstrip("/") + PATH if base else None


def parse_headers(text: str) -> dict[str, str]:
    """Return headers written as `name=value,name=value`, with %20 and the like in values.

    Raises:
        ValueError: They are not written like that.
    """
    headers = {}
    for part in filter(None, map(str.strip, text.split(","))):
        name, equals, value = part.partition("=")
        if not (name.strip() and equals and value.strip()):
            raise ValueError("write headers as name=value,name=value")
        headers[name.strip()] = unquote(value.strip())
    return headers


class TracingSettings(FeatureSettings):
    """Where spans are sent, how many, and how. Times are in seconds."""

    model_config = SettingsConfigDict(env_prefix="TRACING_")

    endpoint: str | None = Field(default_factory=standard_endpoint)
    """Where spans are sent, such as http://127.0.0.1:4318. Without one, nothing is traced."""
    headers: SecretStr | None = None
    """Headers to send with them, such as authorization=Bearer%20<token>."""
    sample_ratio: Annotated[float, Field(ge=0, le=1)] = 1.0
    """Which part of the requests is traced, unless their callers have decided it."""
    timeout: PositiveFloat = 10.0
    """How long it may take to send some spans, all attempts together."""
    interval: PositiveFloat = 5.0
    """How long spans are gathered before they are sent together."""
    queue_size: PositiveInt = 2048
    """How many spans wait to be sent at most. There is no room for more: they are lost."""

    @field_validator("endpoint")
    @classmethod
    def _can_be_reached(cls, endpoint: str | None) -> str | None:
        if not endpoint:
            return None
        parts = urlsplit(endpoint)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise ValueError("write it as http://host:4318 or https://host/path")
        if parts.path in ("", "/"):
            return parts._replace(path=PATH).geturl()
        return endpoint

    @field_validator("headers")
    @classmethod
    def _can_be_read(cls, headers: SecretStr | None) -> SecretStr | None:
        if headers is not None:
            parse_headers(headers.get_secret_value())
        return headers

    @property
    def sent_headers(self) -> Mapping[str, str]:
        """The headers, taken apart."""
        return parse_headers(self.headers.get_secret_value()) if self.headers else {}

    def dangers(self, core: CoreSettings) -> Iterator[str]:
        """Say what must not be deployed like this, a sentence each, with its mend."""
        parts = urlsplit(self.endpoint or "")
        if self.headers and parts.scheme == "http" and not _is_local(parts.hostname or ""):
            yield (
                f"TRACING_HEADERS: would go to {parts.hostname} without encryption, for everybody "
                "in between to read. Use an https:// endpoint, or a collector that needs none."
            )


def _is_local(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
