"""The endpoints of items."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, status

from app.core.access import Principal, Requires
from app.core.dependencies import AppRegistry
from app.core.etag import (
    ETAG_HEADER,
    NOT_MODIFIED,
    IfMatch,
    IfNoneMatch,
    etag_of,
    is_current,
    not_modified,
    require_match,
)
from app.core.listing.answers import page_of
from app.core.openapi import problems
from app.database.session import Work
from app.items import reading, service
from app.items.listing import ItemPages
from app.items.schemas import ItemCreate, ItemResponse, ItemUpdate

router = APIRouter(prefix="/items", tags=["items"])

# The list is apart, so that a later version can replace it and leave the rest.
list_router = APIRouter(prefix="/items", tags=["items"])


@list_router.get("", summary="List items", response_model=page_of(ItemResponse))
async def list_items(
    query: Annotated[ItemPages, Query()],
    registry: AppRegistry,
    caller: Annotated[Principal, Requires("items:read")],
) -> Response:
    """Return a page of the items that are within your reach."""
    found = await reading.page(registry, query, caller)
    return query.respond(found, ItemResponse)


@router.post(
    "",
    summary="Create an item",
    status_code=status.HTTP_201_CREATED,
    responses={201: {"headers": ETAG_HEADER}},
)
async def create_item(
    data: ItemCreate,
    request: Request,
    response: Response,
    work: Work,
    caller: Annotated[Principal, Requires("items:write")],
) -> ItemResponse:
    """Create an item that belongs to you. `Location` says where it is."""
    item = await service.create(work, data, caller)
    shown = ItemResponse.model_validate(item)
    response.headers["Location"] = f"{request.url.path}/{shown.id}"
    response.headers["ETag"] = etag_of(shown)
    return shown


@router.get(
    "/{item_id}",
    summary="Get an item",
    response_model=ItemResponse,
    responses={200: {"headers": ETAG_HEADER}, 304: NOT_MODIFIED, **problems(404)},
)
async def get_item(
    item_id: UUID,
    response: Response,
    registry: AppRegistry,
    caller: Annotated[Principal, Requires("items:read")],
    if_none_match: IfNoneMatch = None,
) -> ItemResponse | Response:
    """Return an item."""
    item = await reading.get(registry, item_id, caller)
    shown = ItemResponse.model_validate(item)
    etag = etag_of(shown)
    if is_current(etag, if_none_match):
        return not_modified(etag)
    response.headers["ETag"] = etag
    return shown


@router.patch(
    "/{item_id}",
    summary="Change an item",
    responses={200: {"headers": ETAG_HEADER}, **problems(404, 412)},
)
async def update_item(
    item_id: UUID,
    data: ItemUpdate,
    response: Response,
    work: Work,
    caller: Annotated[Principal, Requires("items:write")],
    if_match: IfMatch = None,
) -> ItemResponse:
    """Change an item. What you leave out stays; null empties."""
    item = await service.get_for_change(work, item_id, caller)
    require_match(etag_of(ItemResponse.model_validate(item)), if_match)
    await service.update(work, item, data)
    shown = ItemResponse.model_validate(item)
    response.headers["ETag"] = etag_of(shown)
    return shown


@router.delete(
    "/{item_id}",
    summary="Delete an item",
    status_code=status.HTTP_204_NO_CONTENT,
    responses=problems(404, 412),
)
async def delete_item(
    item_id: UUID,
    work: Work,
    caller: Annotated[Principal, Requires("items:write")],
    if_match: IfMatch = None,
) -> None:
    """Delete an item."""
    item = await service.get_for_change(work, item_id, caller)
    require_match(etag_of(ItemResponse.model_validate(item)), if_match)
    await service.delete(work, item)
