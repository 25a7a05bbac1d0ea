"""Whom a request is counted for."""

from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address

from starlette.requests import HTTPConnection

from app.core.access import Principal

_NETWORK_BITS = 64
"""Of an IPv6 address. Whoever has one has all of its network, so they are one caller."""


def by_address(connection: HTTPConnection) -> str:
    """Name a caller by the network address, which trusted proxies vouch for."""
    return _name(_host(connection))


def by_principal(principal: Principal) -> str:
    """Name a caller by who they are, apart for each way to sign in and each of their agents."""
    return f"{principal.via}:{principal.agent or principal.subject}"


def address_of(connection: HTTPConnection) -> IPv4Address | IPv6Address | None:
    """Return the address of a caller; None on a socket that has none."""
    return _parse(_host(connection))


def _host(connection: HTTPConnection) -> str:
    client = connection.scope.get("client")
    return client[0] if client else ""


@lru_cache(maxsize=1024)
def _name(host: str) -> str:
    address = _parse(host)
    if isinstance(address, IPv6Address):
        return f"network:{int(address) >> (128 - _NETWORK_BITS):x}"
    # Without an address all are one caller: too few may pass then, but never too many.
    return f"address:{address}"


def _parse(host: str) -> IPv4Address | IPv6Address | None:
    try:
        address = ip_address(host)
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
