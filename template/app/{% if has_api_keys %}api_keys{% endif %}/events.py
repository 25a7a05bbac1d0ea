"""What happens to API keys, for those who want to hear of it."""

from dataclasses import dataclass
from uuid import UUID

from app.core.events import Event


@dataclass(frozen=True, slots=True)
class ApiKeyCreated(Event):
    """There is a new key."""

    key_id: UUID
    owner: str
    scopes: frozenset[str]


@dataclass(frozen=True, slots=True)
class ApiKeyRotated(Event):
    """A key has a new secret."""

    key_id: UUID
    owner: str


@dataclass(frozen=True, slots=True)
class ApiKeyRevoked(Event):
    """A key is gone."""

    key_id: UUID
    owner: str
