"""What an error of the database means."""

from dataclasses import dataclass
from enum import Enum, auto


class Cause(Enum):
    """Why a statement failed, or a connection."""

    AWAY = auto()
    """The server cannot be reached, or takes nobody for now."""
    REFUSED = auto()
    """The server does not let us in: user, password or the name of the database."""
    TIMEOUT = auto()
    """The statement took too long, or waited too long for a lock."""
    COLLISION = auto()
    """Two transactions changed the same rows, and this one had to give way."""
    OUTDATED = auto()
    """A table or a column is missing, which a migration would have made."""
    VALUE = auto()
    """A value does not fit its column, or cannot be stored at all."""
    UNIQUE = auto()
    FOREIGN_KEY = auto()
    NOT_NULL = auto()
    CHECK = auto()


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A cause, with the constraint or the columns it is about where the database tells."""

    cause: Cause
    constraint: str | None = None
    columns: tuple[str, ...] = ()
