"""A caller who has signed in with a password."""

from dataclasses import dataclass
from uuid import UUID

from app.users.principal import UserPrincipal


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionPrincipal(UserPrincipal):
    """A user in one of their sessions."""

    session_id: UUID
