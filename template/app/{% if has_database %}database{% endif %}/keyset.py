"""The order of rows, and where to go on in it: pagination by key.

Unlike a number of rows to skip, the key of the last row that was read stays right while
others are added, and a database finds it in an index however far the reading has come.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from pydantic import AwareDatetime, ConfigDict, TypeAdapter
from sqlalchemy import ColumnElement, Row, and_, false, literal, or_, tuple_
from sqlalchemy.orm import InstrumentedAttribute

from app.core.listing.cursors import InvalidCursor, decode_cursor, encode_cursor
from app.core.listing.names import SortKey
from app.database.base import Keyed


@dataclass(frozen=True, slots=True)
class OrderedBy:
    """A column to sort by. Rows without a value come last, whichever way it goes."""

    column: InstrumentedAttribute[Any]
    descending: bool

    @property
    def is_nullable(self) -> bool:
        """Say whether there can be rows without a value."""
        return bool(self.column.property.columns[0].nullable)

    def clauses(self) -> Iterable[ColumnElement[Any]]:
        """Return what goes into ORDER BY."""
        if self.is_nullable:
            yield self.column.is_(None)
        yield self.column.desc() if self.descending else self.column.asc()

    def same(self, value: Any) -> ColumnElement[bool]:
        """Match the rows that have this value."""
        return self.column.is_(None) if value is None else self.column == value

    def after(self, value: Any) -> ColumnElement[bool]:
        """Match the rows that come after this value."""
        if value is None:
            return false()
        later = self.column < value if self.descending else self.column > value
        return or_(later, self.column.is_(None)) if self.is_nullable else later

    def read(self, value: Any) -> Any:
        """Turn a value of a cursor into one of the column.

        Raises:
            ValueError: It cannot be one.
        """
        kind: Any = self.column.type.python_type
        if kind is datetime:
            kind = AwareDatetime
        if self.is_nullable:
            kind |= None
        return _adapter(kind).validate_python(value)


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind, config=ConfigDict(allow_inf_nan=False))


def order_of(model: type[Keyed], keys: Sequence[SortKey]) -> list[OrderedBy]:
    """Return the order for these names; the id decides between rows that are alike in them."""
    ways = {key.name: key.descending for key in keys}
    ways.setdefault("id", keys[-1].descending)
    return [OrderedBy(getattr(model, name), descending) for name, descending in ways.items()]


def order_clauses(order: Sequence[OrderedBy]) -> list[ColumnElement[Any]]:
    """Return what goes into ORDER BY."""
    return [clause for part in order for clause in part.clauses()]


def cursor_of(row: Keyed | Row[Any], order: Sequence[OrderedBy], sort: str) -> str:
    """Return the cursor to the rows after this one."""
    return encode_cursor(sort, [getattr(row, part.column.key) for part in order])


def after_cursor(cursor: str, order: Sequence[OrderedBy], sort: str) -> ColumnElement[bool]:
    """Match the rows that come after the one of a cursor.

    Raises:
        InvalidCursor: The cursor is not of this order.
    """
    values = decode_cursor(cursor, sort)
    try:
        position = [part.read(value) for part, value in zip(order, values, strict=True)]
    except ValueError as error:  # ValidationError is one
        raise InvalidCursor from error
    ways = {part.descending for part in order}
    if len(ways) == 1 and not any(part.is_nullable for part in order):
        row = tuple_(*(part.column for part in order))
        last = tuple_(
            *(literal(value, part.column.type) for part, value in zip(order, position, strict=True))
        )
        return row < last if ways == {True} else row > last
    # After the row are those that come after it in some part and are alike in all before.
    return or_(
        *(
            and_(
                *(
                    earlier.same(value)
                    for earlier, value in zip(order, position[:index], strict=False)
                ),
                part.after(position[index]),
            )
            for index, part in enumerate(order)
        )
    )
