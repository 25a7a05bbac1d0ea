"""What happens to users, for those who want to hear of it."""

from dataclasses import dataclass
from uuid import UUID

from app.core.events import Event
from app.users.roles import Role


@dataclass(frozen=True, slots=True)
class UserRegistered(Event):
    """There is a new user, whether they came by themselves or were let in."""

    user_id: UUID
    role: Role


@dataclass(frozen=True, slots=True)
class UserUpdated(Event):
    """Some fields of a user have other values now."""

    user_id: UUID
    fields: frozenset[str]


@dataclass(frozen=True, slots=True)
class RoleChanged(Event):
    """A user has another role. `UserUpdated` is told as well."""

    user_id: UUID
    before: Role
    after: Role


@dataclass(frozen=True, slots=True)
class UserDeactivated(Event):
    """A user may not come in any longer. `UserUpdated` is told as well."""

    user_id: UUID


@dataclass(frozen=True, slots=True)
class UserReactivated(Event):
    """A user who might not come in may do so again. `UserUpdated` is told as well."""

    user_id: UUID


@dataclass(frozen=True, slots=True)
class UserDeleted(Event):
    """A user is gone. Subscribers in the transaction remove what belonged to them."""

    user_id: UUID
