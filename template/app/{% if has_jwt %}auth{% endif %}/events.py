"""What happens when people sign in, for those who want to hear of it."""

from dataclasses import dataclass
from uuid import UUID

from app.core.events import Event


@dataclass(frozen=True, slots=True)
class SignedIn(Event):
    """Someone signed in with their password."""

    user_id: UUID
    session_id: UUID


@dataclass(frozen=True, slots=True)
class SignedOut(Event):
    """A user ended a session of theirs; `session_id` is None when they ended all of them."""

    user_id: UUID
    session_id: UUID | None


@dataclass(frozen=True, slots=True)
class PasswordRefused(Event):
    """A password was not accepted; `user_id` is None when nobody has that name."""

    user_id: UUID | None


@dataclass(frozen=True, slots=True)
class PasswordChanged(Event):
    """A user has another password."""

    user_id: UUID


@dataclass(frozen=True, slots=True)
class RefreshTokenReused(Event):
    """A refresh token came a second time, so somebody has a copy. Its session is over."""

    user_id: UUID
    session_id: UUID
