"""Where requests may go: to public addresses, and to what the settings name.

A URL that somebody else had a hand in must not lead to the metadata of the cloud, nor to
anything else that only this side of the firewall reaches (server-side request forgery, SSRF).
"""

import asyncio
import socket
from collections.abc import Iterable
from ipaddress import (
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_address,
    ip_network,
)

from app.http_client.errors import AddressRefused

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_GLOBAL_UNICAST = IPv6Network("2000::/3")
_NAT64 = IPv6Network("64:ff9b::/96")
"""IPv4 addresses, as seen from a network that has only IPv6 (RFC 6052)."""


def read_network(text: str) -> Network | None:
    """Return the network that a text means, or None for the name of a host.

    Raises:
        ValueError: It is neither, such as 10.0.0.1/8.
    """
    try:
        return ip_network(text)
    except ValueError:
        if "/" in text or ":" in text:
            raise
        return None


def unwrap(address: Address) -> Address:
    """Return the IPv4 address that is inside of an IPv6 one, if there is one."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped:
            return address.ipv4_mapped
        if address in _NAT64:
            return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


def is_public(address: Address) -> bool:
    """Say whether an address, unwrapped, is one of the public internet."""
    if isinstance(address, IPv6Address):
        # 6to4 hides an IPv4 address as well, and nobody needs it any more (RFC 7526).
        return address in _GLOBAL_UNICAST and address.is_global and address.sixtofour is None
    return address.is_global and not address.is_multicast


class Addresses:
    """Finds the addresses of a host that requests may go to.

    `allowed` names hosts, `*.` in front meaning all below, and networks that are not public.
    """

    def __init__(self, allowed: Iterable[str]) -> None:
        read = {entry: read_network(entry) for entry in allowed}
        self._networks = tuple(network for network in read.values() if network)
        self._names = frozenset(entry for entry, network in read.items() if not network)

    async def find(self, host: str, port: int) -> list[str]:
        """Return the addresses to connect to, best first.

        Raises:
            AddressRefused: It has none that is allowed.
            OSError, UnicodeError: The name is unknown, or none at all.
        """
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
        if self._is_named(host):
            return addresses
        allowed = [address for address in addresses if self._is_allowed(address)]
        if not allowed:
            raise AddressRefused(host, "is not public; HTTP_CLIENT_ALLOWED_PRIVATE can allow it")
        return allowed

    def _is_named(self, host: str) -> bool:
        name = host.lower().removesuffix(".")
        _, _, parent = name.partition(".")
        parents = set()
        while parent:
            parents.add(f"*.{parent}")
            _, _, parent = parent.partition(".")
        return bool(self._names & {name, *parents})

    def _is_allowed(self, text: str) -> bool:
        address = unwrap(ip_address(text))
        return is_public(address) or any(address in network for network in self._networks)
