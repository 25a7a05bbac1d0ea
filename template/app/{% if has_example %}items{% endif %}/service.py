"""The rules of items: who may reach which, and what is told of a change."""

from uuid import UUID

from app.core.access import Principal
from app.database.repository import Condition
from app.database.session import UnitOfWork
from app.items.events import ItemCreated, ItemDeleted, ItemUpdated
from app.items.models import Item
from app.items.repository import ItemRepository
from app.items.schemas import ItemCreate, ItemUpdate


def reach_of(caller: Principal) -> str | None:
    """Return whose items a caller may see and change; None for everybody's.

    These are their own; who holds `items:manage` reaches those of everybody.
    What is out of reach is answered like what does not exist: by trying ids, nobody
    finds out what others have.
    """
    return None if caller.may("items:manage") else caller.subject


def owned_by(owner: str | None) -> tuple[Condition, ...]:
    """Return the condition for the items of an owner; None is everybody."""
    return () if owner is None else (Item.owner == owner,)


def within_reach(caller: Principal) -> tuple[Condition, ...]:
    """Return the condition for the items that a caller may see and change."""
    return owned_by(reach_of(caller))


async def get_for_change(work: UnitOfWork, item_id: UUID, caller: Principal) -> Item:
    """Return an item that nobody else can change until this unit of work ends.

    Raises:
        NotFound: There is none within the caller's reach.
    """
    repository = ItemRepository(work.session)
    return await repository.require(item_id, *within_reach(caller), lock=True)


async def create(work: UnitOfWork, data: ItemCreate, caller: Principal) -> Item:
    """Create an item that belongs to the caller."""
    item = Item(**data.model_dump(), owner=caller.subject)
    await ItemRepository(work.session).add(item)
    await work.events.emit(ItemCreated(item.id, item.owner))
    return item


async def update(work: UnitOfWork, item: Item, data: ItemUpdate) -> Item:
    """Change an item.

    Raises:
        Unprocessable: There is nothing to change.
    """
    changes = data.model_dump()
    await ItemRepository(work.session).update(item, changes)
    await work.events.emit(ItemUpdated(item.id, item.owner, frozenset(changes)))
    return item


async def delete(work: UnitOfWork, item: Item) -> None:
    """Delete an item."""
    await ItemRepository(work.session).delete(item)
    await work.events.emit(ItemDeleted(item.id, item.owner))
