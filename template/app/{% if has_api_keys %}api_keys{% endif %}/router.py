"""The endpoints of API keys. A key does not open them: it could make itself others."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response, status

from app.api_keys import service
from app.api_keys.keys import NewKey
from app.api_keys.listing import ApiKeyCursors
from app.api_keys.models import ApiKey
from app.api_keys.repository import ApiKeyRepository
from app.api_keys.schemas import ApiKeyCreate, ApiKeyResponse, ApiKeyRotate, NewApiKeyResponse
from app.core.access import USER, Principal, Requires
from app.core.dependencies import AppRegistry
from app.core.listing.answers import cursor_page_of
from app.core.openapi import problems
from app.database.session import ReadSession, Work

router = APIRouter(prefix="/api-keys", tags=["api-keys"])

MayRead = Annotated[Principal, Requires("keys:read", via=USER)]
MayWrite = Annotated[Principal, Requires("keys:write", via=USER)]


@router.post("", status_code=status.HTTP_201_CREATED, summary="Create an API key")
async def create_api_key(
    data: ApiKeyCreate,
    request: Request,
    response: Response,
    caller: MayWrite,
    work: Work,
    registry: AppRegistry,
) -> NewApiKeyResponse:
    """Make a key for a program of yours. The key is shown in this answer and never again.

    It may do what you choose among what you may, and only as long as you may.
    """
    key, new = await service.create(work, registry, data, caller.subject, caller.scopes)
    response.headers["Location"] = f"{request.url.path}/{key.id}"
    return _show(key, new, response)


@router.get("", response_model=cursor_page_of(ApiKeyResponse), summary="List API keys")
async def list_api_keys(
    query: Annotated[ApiKeyCursors, Query()], caller: MayRead, session: ReadSession
) -> Response:
    """Return your keys; administrators see those of everybody."""
    found = await ApiKeyRepository(session).cursor_page(
        query, *service.within_reach(caller), show=ApiKeyResponse
    )
    return query.respond(found, ApiKeyResponse)


@router.get(
    "/{key_id}",
    response_model=ApiKeyResponse,
    summary="Get an API key",
    responses=problems(404),
)
async def get_api_key(key_id: UUID, caller: MayRead, session: ReadSession) -> ApiKey:
    """Return a key, without its secret."""
    return await ApiKeyRepository(session).require(key_id, *service.within_reach(caller))


@router.post("/{key_id}/rotate", summary="Rotate an API key", responses=problems(404, 409))
async def rotate_api_key(
    key_id: UUID,
    response: Response,
    caller: MayWrite,
    work: Work,
    registry: AppRegistry,
    data: ApiKeyRotate | None = None,
) -> NewApiKeyResponse:
    """Give a key of yours a new secret, which is shown in this answer and never again.

    The old one stays good for a while, so that you can replace it where it is used.
    """
    key, new = await service.rotate(
        work,
        registry,
        key_id,
        *service.own(caller),
        overlap_hours=data.overlap_hours if data else None,
    )
    return _show(key, new, response)


@router.delete(
    "/{key_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    summary="Revoke an API key",
    responses=problems(404),
)
async def revoke_api_key(key_id: UUID, caller: MayWrite, work: Work) -> None:
    """Revoke a key, with all its secrets. It counts from the next request on."""
    await service.revoke(work, key_id, *service.within_reach(caller))


def _show(key: ApiKey, new: NewKey, response: Response) -> NewApiKeyResponse:
    response.headers["Cache-Control"] = "no-store"
    shown = ApiKeyResponse.model_validate(key)
    return NewApiKeyResponse(**shown.model_dump(), key=new.text)
