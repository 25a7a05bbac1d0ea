"""The queries about items."""

from app.database.repository import Repository
from app.items.models import Item


class ItemRepository(Repository[Item]):
    """All queries about items; so far, those that every model needs."""

    model = Item
