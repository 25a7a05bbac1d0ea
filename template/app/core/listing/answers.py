"""What a list is answered with: a page of it, or a stretch with a cursor to the next."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from types import GenericAlias
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Response
from pydantic import MISSING, BaseModel, Field, TypeAdapter, create_model

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


def write_list(
    kind: type[Page[Any] | CursorPage[Any]],
    model: type[BaseModel],
    rows: Sequence[Any],
    fields: str | None,
    **about: Any,
) -> Response:
    """Return the answer of a list, with only the fields of its entries that were asked for.

    It is written once, straight from the rows: FastAPI would make models of all entries
    again and check them before it writes them.
    """
    entries, page, writer = _forms(kind, model)
    names = selection_of(model).model_fields
    hidden = {"items": {"__all__": set(names).difference(fields.split(","))}} if fields else None
    items = entries.validate_python(rows, from_attributes=True)
    document = writer.dump_json(
        page.model_construct(items=items, **about), by_alias=True, exclude=hidden
    )
    return Response(document, media_type="application/json")


@cache
def _forms(kind: Any, model: Any) -> tuple[TypeAdapter[Any], type[BaseModel], TypeAdapter[Any]]:
    """Return what reads the rows, what holds them, and what writes it."""
    page, entries = kind[model], list[model]
    return TypeAdapter(entries), page, TypeAdapter(page)
