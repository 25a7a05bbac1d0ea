"""Settings of the HTTP client."""

import re
from collections.abc import Iterable
from ipaddress import ip_address
from typing import Annotated

from pydantic import (
    AfterValidator,
    ByteSize,
    NonNegativeFloat,
    NonNegativeInt,
    PositiveFloat,
    PositiveInt,
)
from pydantic_settings import SettingsConfigDict

from app.core.settings import CommaSeparated, CoreSettings, FeatureSettings
from app.http_client.addresses import read_network

_NAME = re.compile(r"(\*\.)?[a-z0-9_-]+(\.[a-z0-9_-]+)*")

_METADATA = (ip_address("169.254.169.254"), ip_address("fd00:ec2::254"))
"""Where clouds tell a machine its secrets."""


def _check_private(entries: tuple[str, ...]) -> tuple[str, ...]:
    for entry in entries:
        if "://" in entry:
            raise ValueError("these are hosts and networks, such as 10.1.0.0/16, not URLs")
        if read_network(entry) is None and not _NAME.fullmatch(entry):
            raise ValueError(
                "name hosts in lower case without a port, such as orders.internal or "
                "*.internal, or networks, such as 10.1.0.0/16"
            )
    return entries


class HttpClientSettings(FeatureSettings):
    """How long, how often and where to requests are sent."""

    model_config = SettingsConfigDict(env_prefix="HTTP_CLIENT_")

    connect_timeout: PositiveFloat = 5.0
    """Seconds to wait for a free place at a host, and again for a connection."""
    read_timeout: PositiveFloat = 10.0
    """Seconds that may pass without any part of an answer."""
    total_timeout: PositiveFloat = 20.0
    """Seconds for everything: all attempts with their pauses, and the whole answer."""

    retries: NonNegativeInt = 3
    """How often a request is repeated that does no harm when it arrives twice."""
    retry_backoff: PositiveFloat = 0.2
    """Seconds that the first pause takes at most; each further one, twice as long."""
    retry_budget: NonNegativeFloat = 0.1
    """Retries for each request to a host in the long run: 0.1 is one for ten."""

    breaker_failures: PositiveInt = 5
    """After how many failures in a row a host is left alone."""
    breaker_pause: PositiveFloat = 60.0
    """Seconds after which such a host is tried again."""
    max_in_flight: PositiveInt = 20
    """How many requests may be on their way to one host, in each process."""

    max_body_size: ByteSize = ByteSize(10 * 1024 * 1024)
    """The largest answer, unpacked, such as 10MiB."""
    allowed_private: Annotated[CommaSeparated, AfterValidator(_check_private)] = ()
    """Hosts and networks that are not public and may be called nevertheless."""

    def dangers(self, core: CoreSettings) -> Iterable[str]:
        """Say what must not be deployed like this."""
        for entry in self.allowed_private:
            network = read_network(entry)
            if network and any(address in network for address in _METADATA):
                yield (
                    f"HTTP_CLIENT_ALLOWED_PRIVATE: {entry} holds the address where clouds keep "
                    "the secrets of a machine. Name the hosts that are meant, or smaller networks."
                )
