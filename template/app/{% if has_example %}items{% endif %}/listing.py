"""What the list of items can be filtered by, sorted by and reduced to."""

from typing import Annotated

from app.core.listing.moments import Moment
from app.core.listing.names import FieldsOf, SortableBy
from app.database.listing import AtLeast, AtMost, Contains, Equals, Filters, Pages
from app.items.models import Item, ItemStatus
from app.items.schemas import ItemQuantity, ItemResponse


class ItemQuery(Filters):
    """The query of every list of items."""

    search: Annotated[str | None, Contains(Item.name, Item.description)] = None
    status: Annotated[ItemStatus | None, Equals(Item.status)] = None
    owner: Annotated[str | None, Equals(Item.owner)] = None
    quantity_min: Annotated[ItemQuantity | None, AtLeast(Item.quantity)] = None
    quantity_max: Annotated[ItemQuantity | None, AtMost(Item.quantity)] = None
    created_after: Annotated[Moment | None, AtLeast(Item.created_at)] = None
    created_before: Annotated[Moment | None, AtMost(Item.created_at)] = None
    sort: Annotated[str, SortableBy("created_at", "name", "quantity")] = "-created_at"
    fields: Annotated[str | None, FieldsOf(ItemResponse)] = None


class ItemPages(ItemQuery, Pages):
    """The query of a list of items that is read page by page."""
