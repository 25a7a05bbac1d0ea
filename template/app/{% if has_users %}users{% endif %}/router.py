"""The endpoints of users."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Response, status

from app.core.access import Principal, Requires
from app.core.listing.answers import page_of
from app.core.openapi import problems
from app.database.session import ReadSession, Work
from app.users import bulk, service
from app.users.changes import UserUpdate
from app.users.listing import UserPages
from app.users.models import User
from app.users.principal import user_of
from app.users.repository import UserRepository
from app.users.schemas import (
    UserAdminUpdate,
    UserBulkResult,
    UserBulkUpdate,
    UserResponse,
)

router = APIRouter(prefix="/users", tags=["users"])

MayRead = Annotated[Principal, Requires("users:read")]
MayWrite = Annotated[Principal, Requires("users:write")]
MayChangeProfile = Annotated[Principal, Requires("profile:write")]


@router.get("/me", summary="Get your profile")
async def get_me(caller: Annotated[Principal, Requires("profile:read")]) -> UserResponse:
    """Return who you are here."""
    return user_of(caller)


@router.patch(
    "/me", response_model=UserResponse, summary="Change your profile", responses=problems(409)
)
async def update_me(data: UserUpdate, caller: MayChangeProfile, work: Work) -> User:
    """Change what you give; the rest stays. Your role is for administrators to change."""
    return await service.update(work, user_of(caller).id, data)


@router.delete(
    "/me",
    status_code=status.HTTP_204_NO_CONTENT,
    summary="Delete your account",
    responses=problems(409),
)
async def delete_me(caller: MayChangeProfile, work: Work) -> None:
    """Delete your account and what belongs to it. The last administrator cannot go."""
    await service.delete(work, user_of(caller).id)


@router.post("/bulk-update", summary="Change many users")
async def bulk_update_users(
    data: UserBulkUpdate, _caller: MayWrite, work: Work
) -> list[UserBulkResult]:
    """Change up to 100 users, each for itself.

    The answer has a result for each, in the same order: the user as it is now, or the
    problem that it was not changed for.
    """
    return await bulk.update_many(work, data.users)


@router.get("", response_model=page_of(UserResponse), summary="List users")
async def list_users(
    query: Annotated[UserPages, Query()], _caller: MayRead, session: ReadSession
) -> Response:
    """Return a page of the users."""
    found = await UserRepository(session).page(query, show=UserResponse)
    return query.respond(found, UserResponse)


@router.get(
    "/{user_id}",
    response_model=UserResponse,
    summary="Get a user",
    responses=problems(404),
)
async def get_user(user_id: UUID, _caller: MayRead, session: ReadSession) -> User:
    """Return a user."""
    return await UserRepository(session).require(user_id)


@router.patch(
    "/{user_id}",
    response_model=UserResponse,
    summary="Change a user",
    responses=problems(404, 409),
)
async def update_user(user_id: UUID, data: UserAdminUpdate, _caller: MayWrite, work: Work) -> User:
    """Change what you give of a user.

    Another role, or none of being active, counts from their next request on. The last
    administrator has to stay one.
    """
    return await service.update(work, user_id, data)


@router.delete(
    "/{user_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    summary="Delete a user",
    responses=problems(404, 409),
)
async def delete_user(user_id: UUID, caller: MayWrite, work: Work) -> None:
    """Delete a user and what belongs to them: not yourself, nor the last administrator."""
    await service.delete_other(work, user_id, caller)
