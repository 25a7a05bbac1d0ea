"""What happens to items, for whoever wants to hear of it."""

from dataclasses import dataclass
from uuid import UUID

from app.core.events import Event


@dataclass(frozen=True, slots=True)
class ItemCreated(Event):
    """An item was created."""

    item_id: UUID
    owner: str


@dataclass(frozen=True, slots=True)
class ItemUpdated(Event):
    """An item was changed; `fields` names what the caller gave."""

    item_id: UUID
    owner: str
    fields: frozenset[str]


@dataclass(frozen=True, slots=True)
class ItemDeleted(Event):
    """An item was deleted."""

    item_id: UUID
    owner: str
