"""What is new about items in version 2: the list is read with a cursor."""

from typing import Annotated

from fastapi import APIRouter, Query

from app.core.access import Principal, Requires
from app.core.listing.answers import CursorPage, cursor_page_of
from app.database.listing import Cursors
from app.database.session import ReadSession
from app.items import service
from app.items.listing import ItemQuery
from app.items.repository import ItemRepository
from app.items.schemas import ItemResponse

router = APIRouter(prefix="/items", tags=["items"])


class ItemCursors(ItemQuery, Cursors):
    """The query of a list of items that is read with a cursor."""


@router.get("", summary="List items with a cursor", response_model=cursor_page_of(ItemResponse))
async def list_items(
    query: Annotated[ItemCursors, Query()],
    session: ReadSession,
    caller: Annotated[Principal, Requires("items:read")],
) -> CursorPage[ItemResponse]:
    """Return the next items within your reach. What is added meanwhile disturbs nothing."""
    found = await ItemRepository(session).cursor_page(query, *service.within_reach(caller))
    return query.answer(found, ItemResponse)
