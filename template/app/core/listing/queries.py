"""What a caller can say about a list: which part of it, in which order, which fields.

A resource declares its list once:

    class ThingPages(PageQuery):
        sort: Annotated[str, SortableBy("created_at", "name")] = "-created_at"
        fields: Annotated[str | None, FieldsOf(ThingResponse)] = None

and its endpoint takes `query: Annotated[ThingPages, Query()]`, has
`response_model=page_of(ThingResponse)` and returns `query.respond(found, ThingResponse)`.
"""

from math import ceil
from typing import Annotated, Any, TypeVar

from fastapi import Response
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from app.core.listing.answers import CursorPage, CursorRows, Page, PageRows, select, write_list
from app.core.listing.names import SortKey, sort_keys

M = TypeVar("M", bound=BaseModel)

LAST_PAGE = 1_000_000_000
"""Keeps the number of the first row within 64 bits."""

Size = Annotated[int, Field(ge=1, le=100, description="How many items to return at most.")]


class ListQuery(BaseModel):
    """The query of a list. A parameter that it does not declare is refused with 422."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sort: str
    size: Size = 20

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        """Let what declares a parameter describe it in OpenAPI, unless a description is given."""
        for info in cls.model_fields.values():
            for declaration in info.metadata:
                info.description = info.description or getattr(declaration, "description", None)

    @model_validator(mode="before")
    @classmethod
    def _refuse_unknown(cls, data: dict[str, Any]) -> dict[str, Any]:
        unknown = [name for name in data if name not in cls.model_fields]
        if unknown:
            problem = PydanticCustomError(
                "unknown_parameter",
                "There is no such parameter; allowed are {allowed}",
                {"allowed": ", ".join(cls.model_fields)},
            )
            raise ValidationError.from_exception_data(
                cls.__name__,
                [InitErrorDetails(type=problem, loc=(name,), input=None) for name in unknown],
            )
        return data

    @property
    def chosen_fields(self) -> str | None:
        """The fields that were asked for; None for all, and where nobody can choose."""
        return getattr(self, "fields", None)

    @property
    def sort_keys(self) -> tuple[SortKey, ...]:
        """What to sort by, first things first."""
        return sort_keys(self.sort)


class PageQuery(ListQuery):
    """The query of a list that is read page by page."""

    page: int = Field(1, ge=1, le=LAST_PAGE, description="Which page to return.")

    @property
    def offset(self) -> int:
        """How many items come before this page."""
        return (self.page - 1) * self.size

    def answer(self, rows: PageRows[Any], model: type[M]) -> Page[M]:
        """Return the page, with the fields that were asked for, for whoever adds to it."""
        items = select(rows.items, model, self.chosen_fields)
        return Page(items=items, **self._about(rows))

    def respond(self, rows: PageRows[Any], model: type[BaseModel]) -> Response:
        """Return the page as it is sent: in half of the time, as FastAPI does nothing to it."""
        return write_list(Page, model, rows.items, self.chosen_fields, **self._about(rows))

    def _about(self, rows: PageRows[Any]) -> dict[str, Any]:
        pages = ceil(rows.total / self.size)
        return {
            "page": self.page,
            "size": self.size,
            "total": rows.total,
            "pages": pages,
            "has_next": self.page < pages,
            "has_prev": self.page > 1,
        }


class CursorQuery(ListQuery):
    """The query of a list that is read on and on, undisturbed by what is added meanwhile."""

    cursor: str | None = Field(None, description="Where to go on: the last `next_cursor`.")

    def answer(self, rows: CursorRows[Any], model: type[M]) -> CursorPage[M]:
        """Return the stretch, with the fields that were asked for, for whoever adds to it."""
        items = select(rows.items, model, self.chosen_fields)
        return CursorPage(items=items, **self._about(rows))

    def respond(self, rows: CursorRows[Any], model: type[BaseModel]) -> Response:
        """Return the stretch as it is sent: in half of the time, as FastAPI does nothing to it."""
        return write_list(CursorPage, model, rows.items, self.chosen_fields, **self._about(rows))

    def _about(self, rows: CursorRows[Any]) -> dict[str, Any]:
        return {
            "size": self.size,
            "next_cursor": rows.next_cursor,
            "has_next": rows.next_cursor is not None,
        }
