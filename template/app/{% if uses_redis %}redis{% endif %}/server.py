"""Redis as the features see it: it answers soon, or it is away."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

import structlog
from redis.asyncio import RedisCluster
from redis.exceptions import ClusterError, RedisError
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import TimeoutError as RedisTimeoutError

from app.redis.batches import Batches
from app.redis.clients import Client

logger = structlog.stdlib.get_logger(__name__)

T = TypeVar("T")

PAUSE = 1.0
"""Seconds between two questions whether Redis is back."""

LOST = (RedisConnectionError, RedisTimeoutError, ClusterError, TimeoutError, OSError)
"""What a client raises when the server cannot be reached or does not answer."""


class RedisAway(Exception):
    """Redis cannot be reached, or did not answer in time."""


class RedisServer:
    """The Redis of one application: one pool of connections, however many features use it.

    Nobody waits for a Redis that is away more than once. Whoever finds out waits for
    `timeout`; from then on every question is refused at once, until a task in the
    background has had an answer.
    """

    def __init__(
        self, client: Client, *, prefix: str, timeout: float, max_connections: int
    ) -> None:
        self.prefix = prefix
        self.client = client
        """For those who watch it. Questions go through `ask`."""
        self._timeout = timeout
        # The client opens as many connections as it is asked for at a time.
        self._connections = asyncio.Semaphore(max_connections)
        self._here = asyncio.Event()
        self._here.set()
        self._waiting: asyncio.Task[None] | None = None
        self._batches = Batches(self.ask)

    @property
    def away(self) -> bool:
        """Say whether questions are refused at the moment."""
        return not self._here.is_set()

    async def ask(self, question: Callable[[Client], Awaitable[T]]) -> T:
        """Put a question to Redis: a function of the client that awaits its commands.

        Raises:
            RedisAway: It is away, or did not answer within the timeout.
            redis.exceptions.ResponseError: It answered, and refuses; because it is full,
                for example.
        """
        if self.away:
            raise RedisAway("Redis is away.")
        async with self._connections:
            if self.away:  # found out by those who had a connection before us
                raise RedisAway("Redis is away.")
            return await self._ask(question)

    async def send(self, *command: str | bytes | float) -> Any:
        """Send one command, together with those that others send at the moment.

        Raises:
            RedisAway: As `ask` does.
            redis.exceptions.ResponseError: Redis refuses this command.
        """
        if self.away:
            raise RedisAway("Redis is away.")
        if isinstance(self.client, RedisCluster):  # each key has a server of its own
            return await self.ask(lambda client: client.execute_command(*command))
        return await self._batches.send(command)

    async def start(self) -> None:
        """Ask whether it is there. If it is not, the application starts all the same."""
        try:
            await self.ask(ping)
        except RedisAway:
            return

    async def stop(self) -> None:
        """Stop asking, also whether it is back."""
        await self._batches.stop()
        if self._waiting:
            self._waiting.cancel()
            await asyncio.gather(self._waiting, return_exceptions=True)

    async def _ask(self, question: Callable[[Client], Awaitable[T]]) -> T:
        try:
            async with asyncio.timeout(self._timeout):
                return await question(self.client)
        except LOST as error:
            reason = str(error) or f"no answer within {self._timeout:g} seconds"
            if not self.away:
                logger.warning("redis_away", reason=reason)
                self._here.clear()
                self._waiting = asyncio.create_task(self._wait_for_its_return())
            raise RedisAway(f"Redis is away: {reason}.") from error

    async def _wait_for_its_return(self) -> None:
        while True:
            await asyncio.sleep(PAUSE)
            try:
                async with asyncio.timeout(self._timeout):
                    await ping(self.client)
            except (RedisError, *LOST):
                continue
            self._here.set()
            logger.info("redis_back")
            return


async def ping(client: Client) -> None:
    """Ask for the simplest of answers."""
    await client.ping()
