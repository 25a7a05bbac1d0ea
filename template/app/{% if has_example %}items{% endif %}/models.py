"""The table of items."""

from enum import StrEnum

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database.base import Entity


class ItemStatus(StrEnum):
    """Where an item is in its life."""

    DRAFT = "draft"
    ACTIVE = "active"
    ARCHIVED = "archived"


class Item(Entity):
    """An item. `owner` is the subject of the principal whose it is."""

    __tablename__ = "items"
    __table_args__ = (
        # What people see first: their own, the newest on top.
        Index(None, "owner", "created_at"),
        # Whatever else a list can be filtered or sorted by.
        Index(None, "created_at"),
        Index(None, "name"),
        Index(None, "status"),
        Index(None, "quantity"),
    )

    name: Mapped[str] = mapped_column(String(100))
    description: Mapped[str | None] = mapped_column(String(2000))
    status: Mapped[ItemStatus]
    quantity: Mapped[int]
    owner: Mapped[str] = mapped_column(String(255))
