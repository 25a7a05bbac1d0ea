"""What is kept of each host: its circuit breaker, its retries, its places."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from app.http_client.breaker import Breaker
from app.http_client.errors import BadStatus, HostBusy, RemoteAway, RemoteTimeout
from app.http_client.retries import RetryBudget
from app.http_client.settings import HttpClientSettings

REMEMBERED = 1000
"""How many hosts are kept; those at rest go when there are more."""


def is_failure(error: Exception) -> bool:
    """Say whether an error of the exchange is the fault of the host: what opens its breaker."""
    return isinstance(error, BadStatus | RemoteAway | RemoteTimeout)


class Host:
    """One host and port: what is on its way there, and how it does."""

    def __init__(self, name: str, settings: HttpClientSettings) -> None:
        self.name = name
        self.breaker = Breaker(
            name,
            failures=settings.breaker_failures,
            pause=settings.breaker_pause,
            counts=is_failure,
        )
        self.budget = RetryBudget(settings.retry_budget)
        self.in_flight = 0
        self._places = asyncio.Semaphore(settings.max_in_flight)
        self._patience = settings.connect_timeout

    @asynccontextmanager
    async def place(self, deadline: float) -> AsyncIterator[None]:
        """Take one of the places, so that one slow host cannot hold up everything.

        `deadline` is a time of the event loop.

        Raises:
            HostBusy: None became free in time.
        """
        patience = asyncio.get_running_loop().time() + self._patience
        try:
            async with asyncio.timeout_at(min(patience, deadline)):
                await self._places.acquire()
        except TimeoutError:
            raise HostBusy(self.name, "has too many requests on their way") from None
        self.in_flight += 1
        try:
            yield
        finally:
            self.in_flight -= 1
            self._places.release()

    @property
    def is_at_rest(self) -> bool:
        """Say whether nothing is lost when it is forgotten."""
        return not self.in_flight and self.breaker.state != "open"

    @property
    def state(self) -> Mapping[str, Any]:
        """What operators are told."""
        return {
            "breaker": self.breaker.state,
            "failures": self.breaker.failed,
            "in_flight": self.in_flight,
            "retries_left": self.budget.left,
        }


class Hosts:
    """All hosts that requests were sent to."""

    def __init__(self, settings: HttpClientSettings) -> None:
        self._settings = settings
        self._all: dict[str, Host] = {}

    def get(self, name: str) -> Host:
        """Return a host by its name, with its port unless it is the usual one."""
        if name not in self._all:
            if len(self._all) >= REMEMBERED:
                self._all = {n: host for n, host in self._all.items() if not host.is_at_rest}
            self._all[name] = Host(name, self._settings)
        return self._all[name]

    @property
    def state(self) -> Mapping[str, Any]:
        """What operators are told."""
        return {"hosts": {name: host.state for name, host in sorted(self._all.items())}}
