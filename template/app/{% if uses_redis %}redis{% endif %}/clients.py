"""From an address to a client of redis-py."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

from redis.asyncio import Redis, RedisCluster, Sentinel
from redis.asyncio.cluster import ClusterNode
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from app.redis.addresses import Address

Client = Redis | RedisCluster


@asynccontextmanager
async def open_client(address: Address, timeout: float) -> AsyncIterator[Client]:  # noqa: ASYNC109, of each attempt
    """Have a client until the end of the block. It connects at its first command.

    Args:
        address: Where Redis is.
        timeout: Seconds that one attempt to connect, or to read an answer, may take.
    """
    options: dict[str, Any] = {
        "username": address.username,
        "password": address.password,
        "ssl": address.tls,
        "socket_timeout": timeout,
        "socket_connect_timeout": timeout,
        # At once and once: for a connection that the server closed while it rested.
        "retry": Retry(NoBackoff(), 1),
    }
    async with AsyncExitStack() as stack:
        yield _open(stack, address, options)


def _open(stack: AsyncExitStack, address: Address, options: dict[str, Any]) -> Client:
    if address.kind == "cluster":
        nodes = [ClusterNode(host, port) for host, port in address.nodes]
        cluster = RedisCluster(startup_nodes=nodes, **options)
        stack.push_async_callback(cluster.aclose)
        return cluster
    if address.kind == "sentinel":
        sockets = {name: value for name, value in options.items() if name.startswith("socket_")}
        sentinel = Sentinel(  # type: ignore[no-untyped-call]  # redis-py has no types here
            address.nodes,
            sentinel_kwargs={**sockets, "ssl": address.tls},
            db=address.keyspace,
            **options,
        )
        for one in sentinel.sentinels:
            stack.push_async_callback(one.aclose)
        master: Redis = sentinel.master_for(address.master)
        stack.push_async_callback(master.aclose)
        return master
    if address.path:
        client = Redis(unix_socket_path=address.path, **options)
    else:
        host, port = address.nodes[0]
        client = Redis(host=host, port=port, db=address.keyspace, **options)
    stack.push_async_callback(client.aclose)
    return client
