"""Queries: one class per model holds all that are about it."""

from collections.abc import Mapping, Sequence
from typing import Any, Generic, TypeVar
from uuid import UUID

from pydantic import BaseModel
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import NotFound, Unprocessable
from app.core.listing.answers import CursorRows, PageRows
from app.database.base import Keyed
from app.database.keyset import after_cursor, cursor_of, order_of
from app.database.listing import Cursors, Pages
from app.database.session import read_rows
from app.database.statements import page_of_columns, page_of_rows, shown_columns, stretch_of

M = TypeVar("M", bound=Keyed)

Condition = ColumnElement[bool]


class Repository(Generic[M]):
    """The queries that every model needs.

    A subclass names its model and adds its own:

        class ItemRepository(Repository[Item]):
            model = Item

    It flushes what it changes, so that a violated constraint is an error here, and never
    commits.
    """

    model: type[M]

    def __init__(self, session: AsyncSession) -> None:
        self.session = session

    def select(self) -> Select[M]:
        """Begin a query. A subclass adds the relationships to load with each row."""
        return select(self.model)

    async def get(self, row_id: UUID, *where: Condition, lock: bool = False) -> M | None:
        """Return a row by its id; None when there is none, or it fails a condition.

        Nobody else can change a row with a `lock` until this transaction ends.
        """
        query = self.select().where(self.model.id == row_id, *where)
        if lock:
            # What the session has read of the row before may be out of date by now.
            query = query.with_for_update(of=self.model).execution_options(populate_existing=True)
        row: M | None = await self.session.scalar(query)
        return row

    async def require(self, row_id: UUID, *where: Condition, lock: bool = False) -> M:
        """Return a row by its id, as `get` does.

        Raises:
            NotFound: There is none, or it fails a condition.
        """
        row = await self.get(row_id, *where, lock=lock)
        if row is None:
            raise NotFound(f"{self.model.__name__} not found.")
        return row

    async def count(self, *where: Condition) -> int:
        """Return how many rows fulfil all conditions."""
        counted = select(func.count()).select_from(self.model).where(*where)
        return await self.session.scalar(counted) or 0

    async def page(
        self, query: Pages, *where: Condition, show: type[BaseModel] | None = None
    ) -> PageRows[Any]:
        """Return a page of the rows that fulfil the query and all conditions.

        With `show`, only the columns that it has fields for are read, which is faster; without,
        whole rows with what `select` loads with each of them.

        The rows and their number come in one statement, so that they agree. Only a page
        beyond the last takes a second one.
        """
        conditions = (*query.conditions(), *where)
        position = {"size": query.size, "offset": query.offset}
        found: Sequence[Any]
        if show is None:
            statement = page_of_rows(self.select(), self.model, query.sort_keys, conditions)
            found = (await self.session.execute(statement, position)).all()
            items = [row for row, _ in found]
        else:
            statement = page_of_columns(self.model, show, query.sort_keys, conditions)
            found = items = [*await read_rows(self.session, statement, position)]
        if found:
            return PageRows(items, total=found[0][-1])
        return PageRows([], total=await self.count(*conditions) if query.page > 1 else 0)

    async def cursor_page(
        self, query: Cursors, *where: Condition, show: type[BaseModel] | None = None
    ) -> CursorRows[Any]:
        """Return the rows after the cursor that fulfil the query and all conditions.

        `show` is as for `page`.

        Raises:
            InvalidCursor: It is not one of ours, or belongs to another order.
        """
        order = order_of(self.model, query.sort_keys)
        conditions = [*query.conditions(), *where]
        if query.cursor is not None:
            conditions.append(after_cursor(query.cursor, order, query.sort))
        # One more than asked for shows whether the list goes on.
        position = {"size": query.size + 1}
        rows: Sequence[Any]
        if show is None:
            statement = stretch_of(self.select(), order, conditions)
            rows = (await self.session.scalars(statement, position)).all()
        else:
            begun = select(*shown_columns(self.model, show, order))
            rows = await read_rows(self.session, stretch_of(begun, order, conditions), position)
        items = rows[: query.size]
        goes_on = len(rows) > query.size
        return CursorRows(items, cursor_of(items[-1], order, query.sort) if goes_on else None)

    async def add(self, row: M) -> M:
        """Store a new row.

        Raises:
            ConstraintViolated: It contradicts another row.
        """
        self.session.add(row)
        await self.session.flush()
        return row

    async def update(self, row: M, changes: Mapping[str, Any]) -> M:
        """Change attributes of a row; None is a value like any other.

        Raises:
            ConstraintViolated: The row now contradicts another one.
            Unprocessable: There is nothing to change.
        """
        if not changes:
            raise Unprocessable("Name at least one field to change.", code="nothing_to_change")
        for name, value in changes.items():
            setattr(row, name, value)
        await self.session.flush()
        return row

    async def delete(self, row: M) -> None:
        """Delete a row.

        Raises:
            ConstraintViolated: Another row still refers to it.
        """
        await self.session.delete(row)
        await self.session.flush()
