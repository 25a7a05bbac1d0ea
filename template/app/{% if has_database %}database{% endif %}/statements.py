"""The statements that lists are read with. They take `size`, and `offset` for a page."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from pydantic import BaseModel
from sqlalchemy import BigInteger, ColumnElement, Select, bindparam, func, inspect, select

from app.core.listing.names import SortKey
from app.database.base import Keyed
from app.database.keyset import OrderedBy, order_clauses, order_of

SIZE = bindparam("size", type_=BigInteger)
OFFSET = bindparam("offset", type_=BigInteger)


def page_of_rows(
    begun: Select[Any],
    model: type[Keyed],
    keys: Sequence[SortKey],
    conditions: Iterable[ColumnElement[bool]],
) -> Select[Any]:
    """Return a query with the conditions, the order, and a last column: how many rows there are."""
    conditions = tuple(conditions)
    total = select(func.count()).select_from(model).where(*conditions)
    return (
        begun.add_columns(total.correlate(None).scalar_subquery())
        .where(*conditions)
        .order_by(*order_clauses(order_of(model, keys)))
        .limit(SIZE)
        .offset(OFFSET)
    )


def page_of_columns(
    model: type[Keyed],
    show: type[BaseModel],
    keys: tuple[SortKey, ...],
    conditions: Sequence[ColumnElement[bool]],
) -> Select[Any]:
    """Return `page_of_rows` for the columns of a response."""
    if not conditions:
        return _page_of_all(model, show, keys)
    return page_of_rows(select(*shown_columns(model, show)), model, keys, conditions)


@lru_cache(maxsize=256)
def _page_of_all(
    model: type[Keyed], show: type[BaseModel], keys: tuple[SortKey, ...]
) -> Select[Any]:
    # A statement remembers its key among the compiled ones. Built anew, it has to make it.
    return page_of_rows(select(*shown_columns(model, show)), model, keys, ())


def stretch_of(
    begun: Select[Any], order: Sequence[OrderedBy], conditions: Iterable[ColumnElement[bool]]
) -> Select[Any]:
    """Return a query with the conditions and the order."""
    return begun.where(*conditions).order_by(*order_clauses(order)).limit(SIZE)


def shown_columns(
    model: type[Keyed], show: type[BaseModel], order: Sequence[OrderedBy] = ()
) -> list[Any]:
    """Return the columns of a response, and those of an order that are not among them.

    Raises:
        TypeError: The response shows more than columns.
    """
    columns = inspect(model).column_attrs
    if others := [name for name in show.model_fields if name not in columns]:
        raise TypeError(
            f"{show.__name__} shows {', '.join(others)}, which {model.__name__} has no column for. "
            "Leave `show` out, so that whole rows are read."
        )
    names = dict.fromkeys((*show.model_fields, *(part.column.key for part in order)))
    return [getattr(model, name) for name in names]
