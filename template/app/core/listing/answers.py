"""What a list is answered with: a page of it, or a stretch with a cursor to the next."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from types import GenericAlias
from typing import Annotated, Any, Generic, TypeVar

from pydantic import MISSING, BaseModel, Field, create_model

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PageRows(Generic[T]):
    """The rows of one page, and how many there are on all pages."""

    items: Sequence[T]
    total: int


@dataclass(frozen=True, slots=True)
class CursorRows(Generic[T]):
    """Some rows, and the cursor to those after them; None when there are no more."""

    items: Sequence[T]
    next_cursor: str | None


class Page(BaseModel, Generic[T]):
    """A page of a list."""

    items: list[T]
    page: int = Field(description="The number of this page; the first is 1.", examples=[1])
    size: int = Field(description="How many items a page holds.", examples=[20])
    total: int = Field(description="How many items there are on all pages.", examples=[134])
    pages: int = Field(description="How many pages there are.", examples=[7])
    has_next: bool = Field(description="Whether a page comes after this one.")
    has_prev: bool = Field(description="Whether a page comes before this one.")


class CursorPage(BaseModel, Generic[T]):
    """A stretch of a list."""

    items: list[T]
    size: int = Field(description="How many items a stretch holds.", examples=[20])
    next_cursor: str | None = Field(
        description="Send this as `cursor` to go on; null at the end of the list."
    )
    has_next: bool = Field(description="Whether more items come after these.")


def page_of(model: type[BaseModel]) -> type[Page[Any]]:
    """Return the `response_model` of an endpoint that answers pages of these entries."""
    items: Any = GenericAlias(list, selection_of(model))
    return create_model(f"{model.__name__}Page", __base__=Page[Any], items=(items, ...))


def cursor_page_of(model: type[BaseModel]) -> type[CursorPage[Any]]:
    """Return the `response_model` of an endpoint that answers stretches of these entries."""
    items: Any = GenericAlias(list, selection_of(model))
    return create_model(f"{model.__name__}CursorPage", __base__=CursorPage[Any], items=(items, ...))


@cache
def selection_of(model: type[BaseModel]) -> type[BaseModel]:
    """Make the variant of a response that may lack any of its fields.

    `fields=` leaves fields out, and OpenAPI must say so.
    """
    fields: dict[str, Any] = {
        name: (Annotated[info.annotation | MISSING, info], MISSING)
        for name, info in model.model_fields.items()
    }
    for name, computed in model.model_computed_fields.items():
        described = Field(description=computed.description)
        fields[name] = (Annotated[computed.return_type | MISSING, described], MISSING)
    return create_model(f"{model.__name__}Selection", __doc__=model.__doc__, **fields)


def select(rows: Sequence[Any], model: type[BaseModel], fields: str | None) -> list[Any]:
    """Turn rows into entries of a response, with only the fields that were asked for."""
    selection = selection_of(model)
    names = fields.split(",") if fields else selection.model_fields
    entries = (model.model_validate(row, from_attributes=True) for row in rows)
    return [
        selection.model_construct(**{name: getattr(entry, name) for name in names})
        for entry in entries
    ]
