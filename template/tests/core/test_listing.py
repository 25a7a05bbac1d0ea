"""Lists: which part of them, in which order, with which fields."""

from collections.abc import AsyncIterator
from datetime import datetime
from typing import Annotated, Any

import pytest
from fastapi import APIRouter, FastAPI, Query, Response
from httpx2 import ASGITransport, AsyncClient
from pydantic import BaseModel, TypeAdapter, ValidationError, computed_field

from app.core.application import create_app
from app.core.feature import Feature, RouterMount
from app.core.listing.answers import (
    CursorPage,
    CursorRows,
    Page,
    PageRows,
    cursor_page_of,
    page_of,
)
from app.core.listing.cursors import decode_cursor, encode_cursor
from app.core.listing.moments import Moment
from app.core.listing.names import FieldsOf, SortableBy
from app.core.listing.queries import CursorQuery, PageQuery
from app.core.settings import CoreSettings


class Star(BaseModel):
    """A star in the sky."""

    name: str
    magnitude: float
    companion: str | None = None

    @computed_field(description="Whether one sees it without help.")  # type: ignore[prop-decorator]  # python/mypy#1362
    @property
    def is_visible(self) -> bool:
        return self.magnitude < 6


STARS = [
    Star(name="Rigil", magnitude=-0.3),
    Star(name="Proxima", magnitude=11.1, companion="Rigil"),
    Star(name="Sirius", magnitude=-1.5, companion="Pup"),
]


class StarPages(PageQuery):
    sort: Annotated[str, SortableBy("name", "magnitude")] = "name"
    fields: Annotated[str | None, FieldsOf(Star)] = None


class StarCursors(CursorQuery):
    sort: Annotated[str, SortableBy("name", "magnitude")] = "name"
    fields: Annotated[str | None, FieldsOf(Star)] = None


def in_order(query: StarPages | StarCursors) -> list[Star]:
    """Sort the stars as a caller wishes."""
    stars = list(STARS)
    for key in reversed(query.sort_keys):
        stars.sort(key=lambda star: getattr(star, key.name), reverse=key.descending)
    return stars


router = APIRouter()


def page(query: StarPages) -> PageRows[Star]:
    stars = in_order(query)[query.offset : query.offset + query.size]
    return PageRows(stars, total=len(STARS))


def stretch(query: StarCursors) -> CursorRows[Star]:
    stars = in_order(query)
    if query.cursor is not None:
        (name,) = decode_cursor(query.cursor, query.sort)
        names = [star.name for star in stars]
        stars = stars[names.index(name) + 1 :]
    found = stars[: query.size]
    cursor = encode_cursor(query.sort, [found[-1].name]) if len(stars) > query.size else None
    return CursorRows(found, cursor)


@router.get("/stars", response_model=page_of(Star))
async def list_stars(query: Annotated[StarPages, Query()]) -> Response:
    return query.respond(page(query), Star)


@router.get("/sky", response_model=cursor_page_of(Star))
async def stream_stars(query: Annotated[StarCursors, Query()]) -> Response:
    return query.respond(stretch(query), Star)


@router.get("/stars/models", response_model=page_of(Star))
async def list_models(query: Annotated[StarPages, Query()]) -> Page[Star]:
    return query.answer(page(query), Star)


@router.get("/sky/models", response_model=cursor_page_of(Star))
async def stream_models(query: Annotated[StarCursors, Query()]) -> CursorPage[Star]:
    return query.answer(stretch(query), Star)


@pytest.fixture
def app(core_settings: CoreSettings) -> FastAPI:
    sky = Feature(name="sky", routers=(RouterMount(router),))
    return create_app((sky,), settings=[core_settings], env_file=None)


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[AsyncClient]:
    transport = ASGITransport(app)
    async with AsyncClient(transport=transport, base_url="http://testserver/api/v1") as client:
        yield client


async def ask(client: AsyncClient, path: str, **query: Any) -> dict[str, Any]:
    answer = await client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


async def refusal(client: AsyncClient, path: str, **query: Any) -> tuple[str, str]:
    """Return where a query is wrong, and how."""
    answer = await client.get(path, params=query)
    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["errors"]
    return error["field"], error["message"]


async def test_a_page_says_where_it_is(client: AsyncClient) -> None:
    page = await ask(client, "stars", size=2, page=2, fields="name")
    assert page == {
        "items": [{"name": "Sirius"}],
        "page": 2,
        "size": 2,
        "total": 3,
        "pages": 2,
        "has_next": False,
        "has_prev": True,
    }


async def test_the_most_important_name_comes_first(client: AsyncClient) -> None:
    page = await ask(client, "stars", sort="-magnitude,name,-name", fields="name")
    assert [star["name"] for star in page["items"]] == ["Proxima", "Rigil", "Sirius"]


async def test_without_a_choice_all_fields_come(client: AsyncClient) -> None:
    page = await ask(client, "stars", size=1)
    assert page["items"] == [
        {"name": "Proxima", "magnitude": 11.1, "companion": "Rigil", "is_visible": False}
    ]


async def test_fields_come_in_any_combination(client: AsyncClient) -> None:
    page = await ask(client, "stars", size=2, fields="is_visible,companion")
    assert page["items"] == [
        {"companion": "Rigil", "is_visible": False},
        {"companion": None, "is_visible": True},
    ]


@pytest.mark.parametrize("path", ["stars", "sky"])
@pytest.mark.parametrize("query", [{}, {"size": 2}, {"size": 1, "fields": "name,is_visible"}])
async def test_models_that_fastapi_writes_are_answered_the_same(
    client: AsyncClient, path: str, query: dict[str, Any]
) -> None:
    assert await ask(client, f"{path}/models", **query) == await ask(client, path, **query)


async def test_a_cursor_leads_to_the_end(client: AsyncClient) -> None:
    names: list[str] = []
    query: dict[str, Any] = {"size": 1, "sort": "-name", "fields": "name"}
    while True:
        page = await ask(client, "sky", **query)
        names += [star["name"] for star in page["items"]]
        assert page["has_next"] is (page["next_cursor"] is not None)
        if not page["has_next"]:
            break
        query["cursor"] = page["next_cursor"]
    assert names == ["Sirius", "Rigil", "Proxima"]


@pytest.mark.parametrize("cursor", ["", "AAAA", "é", "=", encode_cursor("name", ["Rigil"])])
async def test_a_cursor_of_something_else_is_refused(client: AsyncClient, cursor: str) -> None:
    field, _ = await refusal(client, "sky", sort="magnitude", cursor=cursor)
    assert field == "query.cursor"


def test_a_cursor_brings_back_what_json_can_hold() -> None:
    values = ["é", 1, 1.5, None, True]
    assert decode_cursor(encode_cursor("name", values), "name") == values


@pytest.mark.parametrize("path", ["stars", "sky"])
@pytest.mark.parametrize(
    ("query", "known"),
    [
        ({"sort": "mass"}, "name, magnitude"),
        ({"sort": "name,,magnitude"}, "name, magnitude"),
        ({"fields": "mass"}, "name, magnitude, companion, is_visible"),
        ({"colour": "red"}, "sort, size"),
    ],
)
async def test_an_unknown_name_is_refused_with_those_that_are_known(
    client: AsyncClient, path: str, query: dict[str, str], known: str
) -> None:
    (name,) = query
    field, message = await refusal(client, path, **query)
    assert field == f"query.{name}"
    assert known in message


@pytest.mark.parametrize("query", [{"page": 0}, {"page": 10**10}, {"size": 0}, {"size": 101}])
async def test_a_page_that_cannot_be_is_refused(client: AsyncClient, query: dict[str, int]) -> None:
    (name,) = query
    assert (await refusal(client, "stars", **query))[0] == f"query.{name}"


def test_the_documentation_describes_the_parameters(app: FastAPI) -> None:
    operation = app.openapi()["paths"]["/api/v1/stars"]["get"]
    parameters = {one["name"]: one for one in operation["parameters"]}
    assert all(one["description"] for one in parameters.values())
    assert parameters["sort"]["schema"]["pattern"] == "^-?(name|magnitude)(,-?(name|magnitude))*$"
    assert parameters["sort"]["schema"]["default"] == "name"
    assert "name, magnitude, companion, is_visible" in parameters["fields"]["description"]


def test_the_documentation_says_that_fields_can_be_left_out(app: FastAPI) -> None:
    schemas = app.openapi()["components"]["schemas"]
    selection = schemas["StarSelection"]
    assert selection["description"] == "A star in the sky."
    assert "required" not in selection
    assert set(selection["properties"]) == {"name", "magnitude", "companion", "is_visible"}
    assert selection["properties"]["is_visible"]["type"] == "boolean"
    assert set(schemas["StarPage"]["required"]) >= {"items", "total", "has_next"}


@pytest.mark.parametrize("moment", ["2026-01-31T12:00:00Z", "2026-01-31T12:00:00.5+01:00"])
def test_a_moment_has_a_time_zone(moment: str) -> None:
    assert TypeAdapter(Moment).validate_python(moment) == datetime.fromisoformat(moment)


@pytest.mark.parametrize("text", ["2026", "1.5", "1e3", "2026-01-31T12:00:00", "today", ""])
def test_anything_else_is_no_moment(text: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(Moment).validate_python(text)
