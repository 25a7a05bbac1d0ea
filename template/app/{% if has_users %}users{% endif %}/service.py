"""The rules about users."""

from datetime import datetime
from uuid import UUID

from app.core.access import Principal
from app.core.errors import Conflict
from app.database.session import UnitOfWork
from app.users.changes import UserUpdate
from app.users.events import (
    RoleChanged,
    UserDeactivated,
    UserDeleted,
    UserReactivated,
    UserRegistered,
    UserUpdated,
)
from app.users.models import User
from app.users.repository import UserRepository
from app.users.roles import Role
from app.users.schemas import UserCreate


async def create(
    work: UnitOfWork,
    data: UserCreate,
    *,
    role: Role = Role.USER,
    is_active: bool = True,
    terms_accepted_at: datetime | None = None,
) -> User:
    """Add a user. What they may do is for the caller to say, not for their data."""
    user = User(
        email=data.email,
        username=data.username,
        full_name=data.full_name,
        role=role,
        is_active=is_active,
        terms_accepted_at=terms_accepted_at,
    )
    await UserRepository(work.session).add(user)
    await work.events.emit(UserRegistered(user.id, user.role))
    return user


async def update(work: UnitOfWork, user_id: UUID, data: UserUpdate) -> User:
    """Change what is given of a user.

    Raises:
        NotFound: There is no such user.
        Unprocessable: Nothing is given.
        Conflict: No administrator would be left.
    """
    users = UserRepository(work.session)
    changes = data.model_dump(exclude={"id"})
    touches_standing = not changes.keys().isdisjoint({"role", "is_active"})
    administrators = await users.lock_administrators() if touches_standing else frozenset()
    user = await users.require(user_id, lock=True)
    role, was_active = user.role, user.is_active
    await users.update(user, changes)
    if administrators == {user.id} and not user.is_administrator:
        raise _last_administrator()
    await work.events.emit(UserUpdated(user.id, frozenset(changes)))
    if user.role is not role:
        await work.events.emit(RoleChanged(user.id, before=role, after=user.role))
    if was_active and not user.is_active:
        await work.events.emit(UserDeactivated(user.id))
    if user.is_active and not was_active:
        await work.events.emit(UserReactivated(user.id))
    return user


async def delete(work: UnitOfWork, user_id: UUID) -> None:
    """Delete a user.

    Raises:
        NotFound: There is no such user.
        Conflict: No administrator would be left.
    """
    users = UserRepository(work.session)
    administrators = await users.lock_administrators()
    user = await users.require(user_id, lock=True)
    if administrators == {user.id}:
        raise _last_administrator()
    # First, so that subscribers can remove what refers to the row.
    await work.events.emit(UserDeleted(user.id))
    await users.delete(user)


async def delete_other(work: UnitOfWork, user_id: UUID, caller: Principal) -> None:
    """Delete a user who is not the caller.

    Raises:
        NotFound: There is no such user.
        Conflict: It is the caller, or no administrator would be left.
    """
    if str(user_id) == caller.subject:
        raise Conflict("This is you. Somebody else has to do that.", code="cannot_delete_oneself")
    await delete(work, user_id)


def _last_administrator() -> Conflict:
    return Conflict(
        "This is the last active administrator. Make someone else one first.",
        code="last_administrator",
    )
