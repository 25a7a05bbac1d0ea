"""Domain events: in the transaction, or after it."""

from dataclasses import dataclass

import pytest

from app.core.application import create_app
from app.core.events import Event, Events, Phase, Subscriber, Subscribers
from app.core.feature import Feature
from app.core.registry import Registry
from app.core.settings import CoreSettings, Environment


@dataclass(frozen=True, slots=True)
class OrderPlaced(Event):
    number: int


@dataclass(frozen=True, slots=True)
class LargeOrderPlaced(OrderPlaced):
    pass


@dataclass(frozen=True, slots=True)
class OrderCancelled(Event):
    number: int


class Listener:
    def __init__(self, name: str, heard: list[str], error: Exception | None = None) -> None:
        self.name = name
        self.heard = heard
        self.error = error

    async def __call__(self, event: OrderPlaced, unit: Registry) -> None:
        self.heard.append(f"{self.name} {event.number}")
        if self.error:
            raise self.error


@pytest.fixture
def heard() -> list[str]:
    return []


def events(*subscribers: Subscriber[OrderPlaced]) -> Events:
    return Subscribers(subscribers).unit(Registry())


async def test_some_hear_at_once_and_the_others_after_the_commit(heard: list[str]) -> None:
    unit = events(
        Subscriber(OrderPlaced, Listener("mail", heard)),
        Subscriber(OrderPlaced, Listener("stock", heard), Phase.IN_TRANSACTION),
    )
    await unit.emit(OrderPlaced(1))
    await unit.emit(OrderPlaced(2))
    assert heard == ["stock 1", "stock 2"]
    await unit.committed()
    assert heard == ["stock 1", "stock 2", "mail 1", "mail 2"]


async def test_nobody_hears_after_a_commit_that_never_came(heard: list[str]) -> None:
    await events(Subscriber(OrderPlaced, Listener("mail", heard))).emit(OrderPlaced(1))
    assert heard == []


async def test_a_commit_is_told_once(heard: list[str]) -> None:
    unit = events(Subscriber(OrderPlaced, Listener("mail", heard)))
    await unit.emit(OrderPlaced(1))
    await unit.committed()
    await unit.committed()
    assert heard == ["mail 1"]


async def test_a_kind_of_event_includes_its_special_kinds_and_no_others(heard: list[str]) -> None:
    unit = events(Subscriber(OrderPlaced, Listener("stock", heard), Phase.IN_TRANSACTION))
    await unit.emit(LargeOrderPlaced(1))
    await unit.emit(OrderCancelled(2))
    assert heard == ["stock 1"]


async def test_an_error_in_the_transaction_is_the_callers(heard: list[str]) -> None:
    failing = Listener("stock", heard, ValueError("sold out"))
    unit = events(
        Subscriber(OrderPlaced, Listener("mail", heard)),
        Subscriber(OrderPlaced, failing, Phase.IN_TRANSACTION),
    )
    with pytest.raises(ValueError, match="sold out"):
        await unit.emit(OrderPlaced(1))
    await unit.committed()
    assert heard == ["stock 1"]


async def test_an_error_after_the_commit_is_logged_and_the_next_still_hears(
    heard: list[str], caplog: pytest.LogCaptureFixture
) -> None:
    create_app([], settings=[CoreSettings(environment=Environment.TEST)], env_file=None)
    unit = events(
        Subscriber(OrderPlaced, Listener("mail", heard, ValueError("no post"))),
        Subscriber(OrderPlaced, Listener("search", heard)),
    )
    await unit.emit(OrderPlaced(1))
    await unit.committed()
    assert heard == ["mail 1", "search 1"]
    assert [record.msg for record in caplog.records] == ["subscriber_failed"]
    assert caplog.records[0].exc_info is not None


async def test_what_subscribers_emit_in_turn_is_told_after_the_same_commit(
    heard: list[str],
) -> None:
    unit: Events

    async def cancel(event: OrderPlaced, registry: Registry) -> None:
        await unit.emit(OrderCancelled(event.number))

    async def hear(event: OrderCancelled, registry: Registry) -> None:
        heard.append(f"cancelled {event.number}")

    unit = Subscribers(
        (
            Subscriber(OrderPlaced, cancel, Phase.IN_TRANSACTION),
            Subscriber(OrderCancelled, hear),
        )
    ).unit(Registry())
    await unit.emit(OrderPlaced(1))
    await unit.committed()
    assert heard == ["cancelled 1"]


async def test_an_application_collects_the_subscribers_of_its_features(heard: list[str]) -> None:
    features = [
        Feature(
            name=name,
            subscribers=(Subscriber(OrderPlaced, Listener(name, heard), Phase.IN_TRANSACTION),),
        )
        for name in ("stock", "audit")
    ]
    app = create_app(features, env_file=None)
    registry: Registry = app.state.registry
    await registry.get(Subscribers).unit(registry).emit(OrderPlaced(1))
    assert heard == ["stock 1", "audit 1"]
