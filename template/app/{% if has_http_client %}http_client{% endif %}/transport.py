"""How connections are made: by us, to an address that was looked at.

Looking at the name first and letting a library connect later would look it up twice, and
whoever answers for the name could say something else the second time (DNS rebinding).
"""

import asyncio
from collections.abc import Iterable

import httpcore2
import httpx2

from app.http_client.addresses import Addresses


class GuardedNetwork(httpcore2.AsyncNetworkBackend):
    """Connects to the allowed addresses of a host, one after the other."""

    def __init__(self, addresses: Addresses) -> None:
        self._addresses = addresses
        self._network = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109, the library's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Return a connection.

        Raises:
            AddressRefused: The host has no address that requests may go to.
        """
        try:
            async with asyncio.timeout(timeout) as limit:
                addresses = await self._addresses.find(host, port)
        except TimeoutError as error:
            raise httpcore2.ConnectTimeout(f"{host} was not found in time") from error
        except (OSError, UnicodeError) as error:
            raise httpcore2.ConnectError(f"{host} was not found") from error
        failure: Exception = httpcore2.ConnectError(f"{host} has no address")
        deadline = limit.when()
        while addresses:
            # So that one that does not answer leaves time for the next ones.
            share = None
            if deadline is not None:
                left = deadline - asyncio.get_running_loop().time()
                share = max(left, 0.0) / len(addresses)
            try:
                return await self._network.connect_tcp(
                    addresses.pop(0), port, share, local_address, socket_options
                )
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                failure = error
        raise failure


class GuardedTransport(httpx2.AsyncHTTPTransport):
    """The transport of httpx2, on connections that are guarded."""

    def __init__(self, addresses: Addresses) -> None:
        # Its own __init__ has no argument for the network, so it is not called. Should the
        # attribute ever get another name, nothing is sent at all.
        self._pool = httpcore2.AsyncConnectionPool(
            ssl_context=httpx2.create_ssl_context(),
            max_connections=None,  # each host has its places
            max_keepalive_connections=100,
            keepalive_expiry=30.0,
            network_backend=GuardedNetwork(addresses),
        )
