"""When keys were used last, written down behind the backs of requests."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from uuid import UUID

import structlog

from app.api_keys.repository import ONCE_IN, ApiKeyRepository
from app.core.registry import Registry
from app.database.base import now
from app.database.session import unit_of_work

logger = structlog.stdlib.get_logger(__name__)


class LastUses:
    """Collects which keys are in use, and writes it down once in a while.

    A request only leaves a note. What cannot be written is left out: it is not worth an
    error, nor a wait.
    """

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._noted: dict[UUID, datetime] = {}

    def note(self, key_id: UUID) -> None:
        """Remember that a key is in use now."""
        self._noted[key_id] = now()

    async def write(self) -> None:
        """Write down what has been noted, in a unit of work of its own."""
        noted, self._noted = self._noted, {}
        if not noted:
            return
        try:
            async with unit_of_work(self._registry) as work:
                await ApiKeyRepository(work.session).mark_used(noted)
        except Exception as error:  # noqa: BLE001, whatever it was, nobody waits for this
            logger.warning("last_use_not_written", keys=len(noted), error=repr(error))

    @asynccontextmanager
    async def written(self) -> AsyncIterator[None]:
        """Write now and then until the end, and then once more."""
        writing = asyncio.create_task(self._write_always())
        try:
            yield
        finally:
            writing.cancel()
            with suppress(asyncio.CancelledError):
                await writing
            await self.write()

    async def _write_always(self) -> None:
        while True:
            await asyncio.sleep(ONCE_IN.total_seconds())
            await self.write()
