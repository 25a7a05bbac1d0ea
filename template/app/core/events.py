"""Domain events: how a feature tells of what happened without knowing who listens.

A feature emits plain frozen dataclasses; others subscribe through their `Feature`.
Subscribers run either inside the transaction that made the change (what they write
is committed or rolled back with it) or after its commit (what must not happen when
the change is rolled back, such as sending mail).
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from typing import Any, Generic, TypeVar

import structlog

from app.core.registry import Registry

logger = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in the domain, named in the past tense."""


E = TypeVar("E", bound=Event)


class Phase(Enum):
    """When a subscriber hears of an event."""

    IN_TRANSACTION = "in transaction"
    AFTER_COMMIT = "after commit"


@dataclass(frozen=True, slots=True)
class Subscriber(Generic[E]):
    """A function that wants to hear of one kind of event.

    The function gets the event and the registry of the unit of work, which holds
    the open session while the phase is `IN_TRANSACTION`.
    """

    event: type[E]
    handle: Callable[[E, Registry], Awaitable[None]]
    phase: Phase = Phase.AFTER_COMMIT


class Events:
    """The events of one unit of work."""

    def __init__(self, subscribers: Iterable[Subscriber[Any]], unit: Registry) -> None:
        self._subscribers = tuple(subscribers)
        self._unit = unit
        self._waiting: list[Event] = []

    async def emit(self, event: Event) -> None:
        """Tell the subscribers of the transaction now, and the others after its commit.

        An error of a subscriber in the transaction is the caller's: it rolls back.
        """
        for subscriber in self._of(event, Phase.IN_TRANSACTION):
            await subscriber.handle(event, self._unit)
        self._waiting.append(event)

    async def committed(self) -> None:
        """Tell the subscribers that wait for the commit.

        The change is done and cannot be undone here, so an error of one of them is
        logged and the next one still hears of the event.
        """
        waiting, self._waiting = self._waiting, []
        for event in waiting:
            for subscriber in self._of(event, Phase.AFTER_COMMIT):
                try:
                    await subscriber.handle(event, self._unit)
                except Exception:
                    logger.exception("subscriber_failed", domain_event=type(event).__name__)

    def _of(self, event: Event, phase: Phase) -> Iterable[Subscriber[Any]]:
        return (
            subscriber
            for subscriber in self._subscribers
            if subscriber.phase is phase and isinstance(event, subscriber.event)
        )


@dataclass(frozen=True, slots=True)
class Subscribers:
    """Everyone who listens in one application."""

    all: tuple[Subscriber[Any], ...]

    def unit(self, registry: Registry) -> Events:
        """Start collecting the events of one unit of work."""
        return Events(self.all, registry)
