"""Networks in settings."""

from ipaddress import ip_network
from typing import Annotated

from pydantic import AfterValidator

from app.core.settings import CommaSeparated


def _check(networks: tuple[str, ...]) -> tuple[str, ...]:
    for network in networks:
        if ip_network(network).prefixlen == 0:
            raise ValueError(f"{network} is everybody")
    return networks


Networks = Annotated[CommaSeparated, AfterValidator(_check)]
"""Addresses and networks, such as `192.0.2.7,10.0.0.0/8,2001:db8::/32`."""
