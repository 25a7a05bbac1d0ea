"""What every table has in common."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from sqlalchemy import Enum, MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from uuid_utils.compat import uuid7

from app.database.types import UTCDateTime


def now() -> datetime:
    """Return this moment in UTC."""
    return datetime.now(UTC)


def _values(kind: type[StrEnum]) -> list[str]:
    return [member.value for member in kind]


class Base(DeclarativeBase):
    """The mother of all models. Its metadata names every constraint.

    A name that follows from table and columns can be altered by a migration on any
    database, and tells which field a violated constraint is about.
    """

    metadata = MetaData(
        naming_convention={
            "pk": "pk_%(table_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        }
    )
    type_annotation_map: ClassVar = {
        datetime: UTCDateTime(),
        # As text: a new member of an enum then needs no migration.
        StrEnum: Enum(StrEnum, native_enum=False, length=32, values_callable=_values),
    }


class Keyed(Base):
    """A row with a key of its own.

    The key is a UUIDv7: it begins with the time, so that new rows land at the end of
    an index, and it tells nobody how many rows there are.
    """

    __abstract__ = True
    # What somebody else has deleted in the meantime is deleted.
    __mapper_args__ = {"confirm_deleted_rows": False}  # noqa: RUF012, SQLAlchemy's form

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7, sort_order=-1)


class Entity(Keyed):
    """A row with a key of its own that knows when it was made and changed."""

    __abstract__ = True

    created_at: Mapped[datetime] = mapped_column(default=now, sort_order=1)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now, sort_order=1)
