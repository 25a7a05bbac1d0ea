"""Pages of rows: filtered, sorted, and reduced to the fields that were asked for."""

from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi import FastAPI
from httpx2 import AsyncClient
from sqlalchemy.ext.asyncio import AsyncSession

from tests.database.library import Book, Mood

BOOKS = "/api/v1/books"


@pytest.fixture
async def books(session: AsyncSession) -> None:
    """Five books, added in this order."""
    session.add_all(
        [
            Book(title="Emma", rating=4, price=9, lent_at=datetime(2024, 1, 1, tzinfo=UTC)),
            Book(title="Persuasion", rating=5, mood=Mood.WILD, notes="50% off"),
            Book(title="Sanditon", price=7, lent_at=datetime(2024, 6, 1, tzinfo=UTC)),
            Book(title="Éloge", rating=4, notes="a_b"),
            Book(title="Lady Susan", price=8, mood=Mood.WILD, notes="signed"),
        ]
    )
    await session.commit()


async def ask(client: AsyncClient, **query: Any) -> dict[str, Any]:
    answer = await client.get(BOOKS, params=query)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    return page


async def titles(client: AsyncClient, **query: Any) -> list[str]:
    return [book["title"] for book in (await ask(client, **query))["items"]]


async def refusal(client: AsyncClient, **query: Any) -> dict[str, str]:
    """Return the one thing that is wrong with a query."""
    answer = await client.get(BOOKS, params=query)
    assert answer.status_code == 422, answer.text
    (error,) = answer.json()["errors"]
    found: dict[str, str] = error
    return found


@pytest.mark.usefixtures("books")
async def test_a_page_says_where_it_is(client: AsyncClient) -> None:
    first = await ask(client, size=2, sort="created_at")
    assert [book["title"] for book in first.pop("items")] == ["Emma", "Persuasion"]
    assert first == {
        "page": 1,
        "size": 2,
        "total": 5,
        "pages": 3,
        "has_next": True,
        "has_prev": False,
    }
    last = await ask(client, size=2, page=3, sort="created_at")
    assert [book["title"] for book in last["items"]] == ["Lady Susan"]
    assert (last["has_next"], last["has_prev"]) == (False, True)


async def test_a_list_of_nothing_is_one_empty_page(client: AsyncClient) -> None:
    page = await ask(client)
    assert page["items"] == []
    assert (page["total"], page["pages"], page["has_next"]) == (0, 0, False)


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize("number", [4, 1_000_000_000])
async def test_a_page_beyond_the_last_is_empty_and_knows_the_total(
    client: AsyncClient, number: int
) -> None:
    page = await ask(client, page=number, size=100)
    assert page["items"] == []
    assert (page["total"], page["has_next"], page["has_prev"]) == (5, False, True)


@pytest.mark.parametrize(
    "query",
    [{"page": 0}, {"page": -1}, {"page": 10**30}, {"size": 0}, {"size": 101}, {"size": "many"}],
)
async def test_a_page_that_cannot_be_is_refused(client: AsyncClient, query: dict[str, Any]) -> None:
    (name,) = query
    assert (await refusal(client, **query))["field"] == f"query.{name}"


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("created_at", ["Emma", "Persuasion", "Sanditon", "Éloge", "Lady Susan"]),
        ("-created_at", ["Lady Susan", "Éloge", "Sanditon", "Persuasion", "Emma"]),
        ("mood,-created_at", ["Éloge", "Sanditon", "Emma", "Lady Susan", "Persuasion"]),
        ("rating,created_at", ["Emma", "Éloge", "Persuasion", "Sanditon", "Lady Susan"]),
        ("-rating,created_at", ["Persuasion", "Emma", "Éloge", "Sanditon", "Lady Susan"]),
        ("price,created_at,price", ["Sanditon", "Lady Susan", "Emma", "Persuasion", "Éloge"]),
    ],
)
async def test_rows_are_sorted_and_those_without_a_value_come_last(
    client: AsyncClient, sort: str, expected: list[str]
) -> None:
    assert await titles(client, sort=sort) == expected


@pytest.mark.parametrize("sort", ["notes", "-created_at,secret", "", "-", ",", "created_at "])
async def test_sorting_by_anything_else_is_refused(client: AsyncClient, sort: str) -> None:
    error = await refusal(client, sort=sort)
    assert error["field"] == "query.sort"
    assert "created_at, title, mood" in error["message"]


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"mood": "wild"}, ["Persuasion", "Lady Susan"]),
        ({"rated_from": 5}, ["Persuasion"]),
        ({"lent_before": "2024-05-31T21:00:00-02:00"}, ["Emma"]),
        ({"lent_before": "2024-06-01T00:00:00Z"}, ["Emma", "Sanditon"]),
        ({"mood": "calm", "rated_from": 4}, ["Emma", "Éloge"]),
    ],
)
async def test_filters_narrow_a_list(
    client: AsyncClient, query: dict[str, Any], expected: list[str]
) -> None:
    assert await titles(client, sort="created_at", **query) == expected
    assert (await ask(client, **query))["total"] == len(expected)


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("SAND", ["Sanditon"]),
        ("sand", ["Sanditon"]),
        ("éLOGE", ["Éloge"]),
        ("sign", ["Lady Susan"]),
        ("%", ["Persuasion"]),
        ("0% O", ["Persuasion"]),
        ("_", ["Éloge"]),
        ("/", []),
        ("\\", []),
        ("'", []),
    ],
)
async def test_search_finds_text_whatever_its_case_and_takes_it_literally(
    client: AsyncClient, search: str, expected: list[str]
) -> None:
    assert await titles(client, search=search) == expected


@pytest.mark.parametrize(
    "query",
    [
        {"mood": "gloomy"},
        {"rated_from": "five"},
        {"lent_before": "yesterday"},
        {"lent_before": "2024-01-01T00:00:00"},
        {"lent_before": "2024"},
    ],
)
async def test_a_filter_of_the_wrong_kind_is_refused(
    client: AsyncClient, query: dict[str, Any]
) -> None:
    (name,) = query
    assert (await refusal(client, **query))["field"] == f"query.{name}"


@pytest.mark.parametrize(
    "query",
    [
        {"rated_from": 10**30},
        {"rated_from": -(2**63) - 1},
        {"lent_before": "0001-01-01T00:00:00+14:00"},
        {"lent_before": "9999-12-31T23:59:59-14:00"},
        {"search": "\x00"},
    ],
)
async def test_a_filter_that_the_database_cannot_take_is_no_error_of_ours(
    client: AsyncClient, query: dict[str, Any]
) -> None:
    answer = await client.get(BOOKS, params=query)
    assert answer.status_code in {200, 422}, answer.text


async def test_an_unknown_parameter_is_refused_with_those_that_are_known(
    client: AsyncClient,
) -> None:
    error = await refusal(client, colour="Emma")
    assert error["field"] == "query.colour"
    assert "mood, rated_from, lent_before, search" in error["message"]


@pytest.mark.usefixtures("books")
async def test_only_the_fields_that_were_asked_for_come(client: AsyncClient) -> None:
    page = await ask(client, fields="title,rating", sort="created_at", size=1)
    assert page["items"] == [{"title": "Emma", "rating": 4}]
    assert page["total"] == 5


@pytest.mark.usefixtures("books")
async def test_without_a_choice_all_fields_come(client: AsyncClient) -> None:
    (book,) = (await ask(client, size=1, sort="created_at"))["items"]
    assert list(book) == [
        "id",
        "title",
        "mood",
        "notes",
        "rating",
        "price",
        "lent_at",
        "created_at",
        "updated_at",
    ]
    assert (book["notes"], book["price"]) == (None, "9.00")


@pytest.mark.parametrize("fields", ["shelf_id", "title,", "", "*"])
async def test_fields_that_do_not_exist_are_refused(client: AsyncClient, fields: str) -> None:
    error = await refusal(client, fields=fields)
    assert error["field"] == "query.fields"
    assert "id, title, mood" in error["message"]


async def test_the_documentation_describes_every_parameter(app: FastAPI) -> None:
    operation = app.openapi()["paths"][BOOKS]["get"]
    described = {one["name"]: one.get("description", "") for one in operation["parameters"]}
    assert all(described.values()), described
    assert "created_at, title, mood" in described["sort"]
    assert "`rating`" in described["rated_from"]


async def test_the_documentation_says_that_fields_can_be_left_out(app: FastAPI) -> None:
    schemas = app.openapi()["components"]["schemas"]
    assert "required" not in schemas["BookResponseSelection"]
    assert (
        schemas["BookResponseSelection"]["properties"]["title"]
        == (schemas["BookResponse"]["properties"]["title"])
    )
    assert "items" in schemas["BookResponsePage"]["required"]
