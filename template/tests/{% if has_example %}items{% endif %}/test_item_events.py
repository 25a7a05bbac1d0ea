"""Whoever wants to hear of it is told what happens to items."""

from uuid import UUID

from fastapi import FastAPI
from httpx2 import AsyncClient

from app.core.events import Event, Subscriber, Subscribers
from app.core.registry import Registry
from app.items.events import ItemCreated, ItemDeleted, ItemUpdated
from tests.items.examples import add_item


async def test_each_change_is_told_once_it_is_done(app: FastAPI, signed_in: AsyncClient) -> None:
    told: list[Event] = []

    async def hear(event: Event, _registry: Registry) -> None:
        told.append(event)

    subscribers = app.state.registry.get(Subscribers).all
    app.state.registry.add(Subscribers((*subscribers, Subscriber(Event, hear))))

    created = await add_item(signed_in)
    url = created.headers["location"]
    await signed_in.patch(url, json={"quantity": 5}, headers={"If-Match": '"outdated"'})
    await signed_in.patch(url, json={"quantity": 6, "description": None})
    await signed_in.delete(url)

    item_id, owner = UUID(created.json()["id"]), created.json()["owner"]
    assert told == [
        ItemCreated(item_id, owner),
        ItemUpdated(item_id, owner, frozenset({"quantity", "description"})),
        ItemDeleted(item_id, owner),
    ]
