"""What is new about items in version 2: the list is read with a cursor."""

from typing import Annotated

from fastapi import APIRouter, Query, Response

from app.core.access import Principal, Requires
from app.core.dependencies import AppRegistry
from app.core.listing.answers import cursor_page_of
from app.database.listing import Cursors
from app.items import reading_v2
from app.items.listing import ItemQuery
from app.items.schemas import ItemResponse

router = APIRouter(prefix="/items", tags=["items"])


class ItemCursors(ItemQuery, Cursors):
    """The query of a list of items that is read with a cursor."""


@router.get("", summary="List items with a cursor", response_model=cursor_page_of(ItemResponse))
async def list_items(
    query: Annotated[ItemCursors, Query()],
    registry: AppRegistry,
    caller: Annotated[Principal, Requires("items:read")],
) -> Response:
    """Return the next items within your reach. What is added meanwhile disturbs nothing."""
    found = await reading_v2.cursor_page(registry, query, caller)
    return query.respond(found, ItemResponse)
