"""The cache of one application."""

import asyncio
import random
import secrets
import time
from collections.abc import Awaitable, Callable, Collection
from dataclasses import dataclass
from typing import Generic, TypeVar

import structlog
from pydantic import TypeAdapter

from app.cache.entries import Entry
from app.cache.failures import CacheAway
from app.cache.keys import stamp_names
from app.cache.statistics import FamilyStatistics, Statistics
from app.cache.storage import Storage

logger = structlog.stdlib.get_logger(__name__)

T = TypeVar("T")

JITTER = 0.1
"""The part of a time to live that is left to chance, so that not all ends at once."""
REFRESH_AFTER = 0.8
"""The part of a time to live after which whoever comes has the value loaded again."""
STAMP_LIVES = 10
"""How many times as long as a value its stamps live. Without them it would not count."""


@dataclass(frozen=True, slots=True)
class Question(Generic[T]):
    """What is asked of the cache: a key with its tags, and what the answer looks like."""

    family: str
    key: str
    tags: tuple[str, ...]
    ttl: float
    form: TypeAdapter[T]


@dataclass(frozen=True, slots=True)
class Found:
    """What the storage holds: the stamps, some of which may be missing, and the entry."""

    stamps: tuple[bytes | None, ...]
    entry: Entry | None


class Cache:
    """Keeps what is expensive to find, as JSON, until it expires or somebody changes it.

    Each value is stored with the stamps of its key and tags, which are random. To forget
    a value is to throw a stamp away: whatever was stored with it no longer counts, and
    neither does what somebody is about to store who asked the source before. Stamps are
    the same for all releases of the service, values are not.
    """

    def __init__(self, storage: Storage, version: str) -> None:
        self.statistics = Statistics()
        self._storage = storage
        self._version = version
        self._loading: dict[tuple[str, tuple[bytes, ...]], asyncio.Task[bytes]] = {}

    async def get(self, key: str, kind: type[T], default: T | None = None) -> T | None:
        """Return the value that was set by hand for a key, as what it is.

        The default is also returned while the cache is away.
        """
        statistics = self.statistics.families[key.partition(":")[0]]
        form = TypeAdapter(kind)
        try:
            with statistics.lookups.measure():
                entry = (await self._look(key, ())).entry
            if entry:
                value = _read(form, entry.document)
                statistics.hits += 1
                return value
        except (CacheAway, ValueError) as error:
            _failed(statistics, key, error)
        else:
            statistics.misses += 1
        return default

    async def set(self, key: str, value: object, *, ttl: float) -> None:
        """Store a value for so many seconds; it must be what Pydantic can write as JSON.

        What was found before somebody else deleted the key may come back like this;
        `cached` has no such gap.
        """
        document = TypeAdapter(type(value)).dump_json(value, round_trip=True, warnings="error")
        try:
            stamps = await self._settle(key, (), ttl)
            await self._write(key, Entry(stamps, time.time() + ttl, document), ttl)
        except CacheAway as error:
            _failed(self.statistics.families[key.partition(":")[0]], key, error)

    async def delete(self, *keys: str, tags: Collection[str] = ()) -> None:
        """Forget what is stored for these keys, and everything that has one of these tags.

        Call it when the change is committed; then nobody gets the old value any longer.
        While the cache is away, it is told before this process uses it again.
        """
        names = [f"key:{key}" for key in keys] + [f"tag:{tag}" for tag in tags]
        await self._storage.forget([*names, *(f"count:{key}" for key in keys)])

    async def increment(self, key: str, by: int = 1, *, ttl: float) -> int | None:
        """Add to a counter, which begins with 0 and lives for so many seconds from then.

        Counters are apart from values, and the same for all releases. None while the
        cache is away.
        """
        try:
            return await self._storage.add(f"count:{key}", by, ttl)
        except CacheAway as error:
            _failed(self.statistics.families[key.partition(":")[0]], key, error)
            return None

    async def ask(self, question: Question[T], load: Callable[[], Awaitable[T]]) -> T:
        """Return what is stored, or else what `load` returns, which is stored then.

        Those who ask at the same time wait for one `load`. Its errors are theirs. While
        the cache is away, each loads for itself: nobody could tell whether what another
        one is waiting for is still good.
        """
        statistics = self.statistics.families[question.family]
        try:
            with statistics.lookups.measure():
                found = await self._look(question.key, question.tags)
            if found.entry:
                value = _read(question.form, found.entry.document)
                statistics.hits += 1
                self._refresh_in_time(question, found.entry, load)
                return value
            statistics.misses += 1
            stamps = _all(found.stamps) or await self._settle(
                question.key, question.tags, question.ttl
            )
        except (CacheAway, ValueError) as error:
            _failed(statistics, question.key, error)
            if isinstance(error, ValueError):  # what is stored cannot be read
                await self.delete(question.key)
            with statistics.loads.measure():
                return await load()
        # Shielded: when one of those who wait goes away, the others still wait.
        document = await asyncio.shield(self._load_once(question, stamps, load))
        return _read(question.form, document)

    async def close(self) -> None:
        """Give up what is still being loaded."""
        loading = list(self._loading.values())
        for task in loading:
            task.cancel()
        await asyncio.gather(*loading, return_exceptions=True)

    def _refresh_in_time(
        self, question: Question[T], entry: Entry, load: Callable[[], Awaitable[T]]
    ) -> None:
        """Have a value loaded again that is about to expire, while it is still served."""
        if time.time() < entry.refresh_at or (question.key, entry.stamps) in self._loading:
            return
        self._load_once(question, entry.stamps, load).add_done_callback(_log_error)

    def _load_once(
        self, question: Question[T], stamps: tuple[bytes, ...], load: Callable[[], Awaitable[T]]
    ) -> asyncio.Task[bytes]:
        """Return the one task that loads this value.

        Whoever has found the same stamps may share it: nothing was changed between the
        beginning of the task and now.
        """
        name = (question.key, stamps)
        task = self._loading.get(name)
        if task is None:
            task = asyncio.create_task(self._load(question, stamps, load))
            self._loading[name] = task
            task.add_done_callback(lambda _: self._loading.pop(name))
        return task

    async def _load(
        self, question: Question[T], stamps: tuple[bytes, ...], load: Callable[[], Awaitable[T]]
    ) -> bytes:
        statistics = self.statistics.families[question.family]
        try:
            entry = (await self._look(question.key, question.tags)).entry
            if entry and time.time() < entry.refresh_at:
                return entry.document  # somebody was faster
        except (CacheAway, ValueError) as error:
            _failed(statistics, question.key, error)
        with statistics.loads.measure():
            value = await load()
        document = question.form.dump_json(value, round_trip=True, warnings="error")
        ttl = question.ttl * random.uniform(1 - JITTER, 1)  # noqa: S311, nothing to guess
        entry = Entry(stamps, time.time() + ttl * REFRESH_AFTER, document)
        try:
            await self._write(question.key, entry, ttl)
        except CacheAway as error:
            _failed(statistics, question.key, error)
        return document

    async def _look(self, key: str, tags: Collection[str]) -> Found:
        stored, *stamps = await self._storage.read([self._named(key), *stamp_names(key, tags)])
        entry = Entry.unpack(stored) if stored else None
        if entry and entry.stamps != tuple(stamps):
            entry = None
        return Found(tuple(stamps), entry)

    async def _settle(self, key: str, tags: Collection[str], ttl: float) -> tuple[bytes, ...]:
        """Give a stamp to each that has none, and return them all."""
        wanted = {name: secrets.token_hex(8).encode() for name in stamp_names(key, tags)}
        return tuple(await self._storage.settle(wanted, ttl * STAMP_LIVES))

    async def _write(self, key: str, entry: Entry, ttl: float) -> None:
        await self._storage.write(self._named(key), entry.pack(), ttl)

    def _named(self, key: str) -> str:
        return f"{self._version}:{key}"


def _all(stamps: tuple[bytes | None, ...]) -> tuple[bytes, ...] | None:
    settled = tuple(stamp for stamp in stamps if stamp is not None)
    return settled if len(settled) == len(stamps) else None


def _read(form: TypeAdapter[T], document: bytes) -> T:
    return form.validate_json(document, by_alias=False, by_name=True)


def _failed(statistics: FamilyStatistics, key: str, error: Exception) -> None:
    statistics.errors += 1
    logger.debug("cache_failed", key=key, error=repr(error))


def _log_error(task: asyncio.Task[bytes]) -> None:
    """Nobody waits for an early refresh, so that nobody else would hear of its error."""
    if not task.cancelled() and (error := task.exception()):
        logger.warning("early_refresh_failed", error=repr(error))
