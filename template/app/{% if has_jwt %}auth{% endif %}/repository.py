"""Every query about credentials, sessions and failed attempts."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from sqlalchemy import CursorResult, Delete, bindparam, delete, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth.models import Credential, FailedAttempts, SignedInSession
from app.database.session import read_rows
from app.users.models import User
from app.users.schemas import UserResponse

# Each request asks this, so it is built once.
_USER_OF_SESSION = (
    select(*(getattr(User, name) for name in UserResponse.model_fields))
    .join(SignedInSession, SignedInSession.user_id == User.id)
    .where(
        SignedInSession.id == bindparam("session_id"),
        SignedInSession.expires_at > bindparam("moment"),
        User.id == bindparam("user_id"),
        User.is_active,
    )
)


class CredentialRepository:
    """The passwords of users."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find(self, identifier: str) -> Credential | None:
        """Return what the user with an e-mail address or a username proves themselves with."""
        column = User.email if "@" in identifier else User.username
        query = (
            select(Credential).join(User, User.id == Credential.user_id).where(column == identifier)
        )
        return await self._session.scalar(query)

    async def get(self, user_id: UUID) -> Credential | None:
        """Return what a user proves themselves with."""
        return await self._session.get(Credential, user_id)

    async def lock(self, seen: Credential) -> Credential | None:
        """Lock the credential of an active user, unless it has changed since it was seen.

        Hashing takes a while, in which the password may have been changed, or the user
        deactivated or deleted.
        """
        query = (
            select(Credential)
            .join(User, User.id == Credential.user_id)
            .where(
                Credential.user_id == seen.user_id,
                Credential.password_hash == seen.password_hash,
                User.is_active,
            )
            .with_for_update()
        )
        return await self._session.scalar(query)


class SessionRepository:
    """The sessions in which users are signed in."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def find_user(
        self, user_id: UUID, session_id: UUID, moment: datetime
    ) -> UserResponse | None:
        """Return the user of a session, if both are good at that moment."""
        parameters = {"user_id": user_id, "session_id": session_id, "moment": moment}
        rows = await read_rows(self._session, _USER_OF_SESSION, parameters)
        return UserResponse.model_validate(rows[0]) if rows else None

    async def lock(self, session_id: UUID) -> SignedInSession | None:
        """Return a session, which nobody else can change until the unit of work ends."""
        return await self._session.get(SignedInSession, session_id, with_for_update=True)

    async def list_of(self, user_id: UUID, moment: datetime) -> Sequence[SignedInSession]:
        """Return the sessions of a user that have not expired: the latest 100, newest first."""
        query = (
            select(SignedInSession)
            .where(SignedInSession.user_id == user_id, SignedInSession.expires_at > moment)
            .order_by(SignedInSession.refreshed_at.desc())
            .limit(100)
        )
        return (await self._session.scalars(query)).all()

    async def end(self, user_id: UUID, session_id: UUID) -> bool:
        """End a session of a user; False when there is none."""
        query = delete(SignedInSession).where(
            SignedInSession.id == session_id, SignedInSession.user_id == user_id
        )
        return await _count_deleted(self._session, query) > 0

    async def end_all(self, user_id: UUID, *, but: UUID | None = None) -> None:
        """End the sessions of a user, except for one of them."""
        query = delete(SignedInSession).where(SignedInSession.user_id == user_id)
        if but is not None:
            query = query.where(SignedInSession.id != but)
        await self._session.execute(query)

    async def delete_expired(self, moment: datetime) -> int:
        """Remove the sessions that had expired by then; return how many."""
        query = delete(SignedInSession).where(SignedInSession.expires_at <= moment)
        return await _count_deleted(self._session, query)


class FailedAttemptsRepository:
    """The wrong passwords that have not been forgotten yet."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def get(self, name: str) -> FailedAttempts | None:
        """Return the failures of a name, if it has any."""
        return await self._session.get(FailedAttempts, name)

    async def lock(self, name: str) -> FailedAttempts | None:
        """Return the failures of a name, which wait for this unit of work to be counted."""
        return await self._session.get(FailedAttempts, name, with_for_update=True)

    async def delete_forgotten(self, moment: datetime) -> int:
        """Remove what had been forgotten by then; return how many names."""
        query = delete(FailedAttempts).where(FailedAttempts.forgotten_at <= moment)
        return await _count_deleted(self._session, query)


async def _count_deleted(session: AsyncSession, query: Delete) -> int:
    result = cast("CursorResult[Any]", await session.execute(query))
    return result.rowcount
