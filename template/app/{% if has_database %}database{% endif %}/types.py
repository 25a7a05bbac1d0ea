"""Column types that mean the same on every database."""

from datetime import UTC, datetime

from sqlalchemy import Dialect
from sqlalchemy.types import TypeDecorator

from app.database.dialect import MOMENT


class UTCDateTime(TypeDecorator[datetime]):
    """A moment, to the microsecond: aware, stored as UTC and read as UTC."""

    impl = MOMENT
    cache_ok = True

    @property
    def python_type(self) -> type[datetime]:
        """What a value is in Python."""
        return datetime

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Turn a moment into UTC.

        Raises:
            ValueError: It has no time zone, so that nobody knows which moment it is.
        """
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone.")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the moment its time zone, which not every database keeps."""
        return value and value.replace(tzinfo=UTC)
