"""What settings exempt, checked so that nobody exempts everything by accident."""

from ipaddress import ip_network
from typing import Annotated

from pydantic import AfterValidator

from app.core.settings import CommaSeparated


def _check_paths(paths: tuple[str, ...]) -> tuple[str, ...]:
    for path in paths:
        if not path.startswith("/") or not path.strip("/"):
            raise ValueError(f"{path} is no path such as /health")
    return paths


def _check_networks(networks: tuple[str, ...]) -> tuple[str, ...]:
    for network in networks:
        if ip_network(network).prefixlen == 0:
            raise ValueError(f"{network} is everybody")
    return networks


Paths = Annotated[CommaSeparated, AfterValidator(_check_paths)]
"""Paths, each with what is below it, such as `/health,/ready`."""

Networks = Annotated[CommaSeparated, AfterValidator(_check_networks)]
"""Addresses and networks, such as `192.0.2.7,10.0.0.0/8,2001:db8::/32`."""
