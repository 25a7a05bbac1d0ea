"""Lists of what is kept in a table: filters, and the whole of how a list is declared.

A resource declares its list once, in its `listing.py`:

    class ItemQuery(Filters):
        status: Annotated[ItemStatus | None, Equals(Item.status)] = None
        created_after: Annotated[Moment | None, AtLeast(Item.created_at)] = None
        search: Annotated[str | None, Contains(Item.name, Item.description)] = None
        sort: Annotated[str, SortableBy("created_at", "name")] = "-created_at"
        fields: Annotated[str | None, FieldsOf(ItemResponse)] = None

    class ItemPages(ItemQuery, Pages): ...

    class ItemCursors(ItemQuery, Cursors): ...

Its repository finds the rows, and its router answers with them:

    @router.get("", response_model=page_of(ItemResponse))
    async def list_items(
        query: Annotated[ItemPages, Query()], session: ReadSession
    ) -> Page[ItemResponse]:
        found = await ItemRepository(session).page(query)
        return query.respond(found, ItemResponse)

A filter that is left out, and so is None, does not filter. Each filter is described in
OpenAPI by what declares it, unless it has a `Field(description=...)`.
"""

from typing import Any

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import InstrumentedAttribute

from app.core.listing.queries import CursorQuery, ListQuery, PageQuery
from app.database.dialect import contains

Column = InstrumentedAttribute[Any]


class Equals:
    """Keeps the rows whose column has the value of the parameter."""

    def __init__(self, column: Column) -> None:
        self.column = column
        self.description = f"Only those whose `{column.key}` is this."

    def condition(self, value: Any) -> ColumnElement[bool]:
        """Return the condition for a value."""
        condition: ColumnElement[bool] = self.column == value
        return condition


class AtLeast:
    """Keeps the rows whose column has the value of the parameter or a greater one."""

    def __init__(self, column: Column) -> None:
        self.column = column
        self.description = f"Only those whose `{column.key}` is this or more."

    def condition(self, value: Any) -> ColumnElement[bool]:
        """Return the condition for a value."""
        condition: ColumnElement[bool] = self.column >= value
        return condition


class AtMost:
    """Keeps the rows whose column has the value of the parameter or a smaller one."""

    def __init__(self, column: Column) -> None:
        self.column = column
        self.description = f"Only those whose `{column.key}` is this or less."

    def condition(self, value: Any) -> ColumnElement[bool]:
        """Return the condition for a value."""
        condition: ColumnElement[bool] = self.column <= value
        return condition


class Contains:
    """Keeps the rows where any of the columns has the text of the parameter in it.

    Upper and lower case are the same; `%` and `_` stand for themselves.
    """

    def __init__(self, *columns: Column) -> None:
        self.columns = columns
        names = " or ".join(f"`{column.key}`" for column in columns)
        self.description = f"Only those with this text in {names}."

    def condition(self, value: str) -> ColumnElement[bool]:
        """Return the condition for a text."""
        return or_(*(contains(column, value) for column in self.columns))


Filter = Equals | AtLeast | AtMost | Contains


class Filters(ListQuery):
    """A query with parameters that filter rows."""

    def conditions(self) -> list[ColumnElement[bool]]:
        """Return what the rows must fulfil."""
        return [
            declaration.condition(value)
            for name, info in type(self).model_fields.items()
            if (value := getattr(self, name)) is not None
            for declaration in info.metadata
            if isinstance(declaration, Filter)
        ]


class Pages(Filters, PageQuery):
    """The query of a list of rows that is read page by page."""


class Cursors(Filters, CursorQuery):
    """The query of a list of rows that is read with a cursor."""
