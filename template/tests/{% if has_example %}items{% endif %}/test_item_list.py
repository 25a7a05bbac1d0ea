"""The list of items: pages, filters, search, order, fields."""

from typing import Any

import pytest
from dirty_equals import IsPartialDict
from httpx2 import AsyncClient

from tests.items.examples import URL, add_item, names_in


@pytest.fixture
async def stock(signed_in: AsyncClient) -> list[dict[str, Any]]:
    """Four items, the oldest first."""
    fields = (
        {"name": "Chair", "status": "active", "quantity": 8, "description": "Grey, 100% wool"},
        {"name": "Lamp", "status": "active", "quantity": 12, "description": "Warm white"},
        {"name": "Table", "status": "draft", "quantity": 1},
        {"name": "Armchair", "status": "archived", "quantity": 8},
    )
    return [(await add_item(signed_in, **one)).json() for one in fields]


@pytest.mark.usefixtures("stock")
async def test_the_newest_comes_first(signed_in: AsyncClient) -> None:
    assert await names_in(signed_in) == ["Armchair", "Table", "Lamp", "Chair"]


@pytest.mark.usefixtures("stock")
async def test_a_list_comes_in_pages(signed_in: AsyncClient) -> None:
    first = (await signed_in.get(URL, params={"size": 3})).json()
    second = (await signed_in.get(URL, params={"size": 3, "page": 2})).json()

    assert [entry["name"] for entry in first["items"]] == ["Armchair", "Table", "Lamp"]
    assert [entry["name"] for entry in second["items"]] == ["Chair"]
    assert first == IsPartialDict(page=1, size=3, total=4, pages=2, has_next=True, has_prev=False)
    assert second == IsPartialDict(page=2, size=3, total=4, pages=2, has_next=False, has_prev=True)


@pytest.mark.usefixtures("stock")
async def test_a_page_beyond_the_last_is_empty(signed_in: AsyncClient) -> None:
    beyond = (await signed_in.get(URL, params={"page": 9})).json()

    assert beyond["items"] == []
    assert beyond["total"] == 4


@pytest.mark.usefixtures("stock")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"status": "active"}, {"Chair", "Lamp"}),
        ({"quantity_min": 8}, {"Chair", "Lamp", "Armchair"}),
        ({"quantity_max": 8}, {"Chair", "Table", "Armchair"}),
        ({"quantity_min": 2, "quantity_max": 9, "status": "active"}, {"Chair"}),
        ({"search": "chair"}, {"Chair", "Armchair"}),
        ({"search": "WARM"}, {"Lamp"}),
        ({"search": "100%"}, {"Chair"}),
        ({"search": "%"}, {"Chair"}),
        ({"search": "_"}, set()),
        ({"owner": "nobody"}, set()),
    ],
)
async def test_filters_leave_what_fulfils_all_of_them(
    signed_in: AsyncClient, query: dict[str, Any], expected: set[str]
) -> None:
    assert set(await names_in(signed_in, **query)) == expected


async def test_a_list_is_filtered_by_when_and_whose(
    signed_in: AsyncClient, stock: list[dict[str, Any]]
) -> None:
    _, lamp, table, _ = stock
    between = {"created_after": lamp["created_at"], "created_before": table["created_at"]}

    assert await names_in(signed_in, **between, owner=lamp["owner"]) == ["Table", "Lamp"]


@pytest.mark.usefixtures("stock")
@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("name", ["Armchair", "Chair", "Lamp", "Table"]),
        ("-name", ["Table", "Lamp", "Chair", "Armchair"]),
        ("created_at", ["Chair", "Lamp", "Table", "Armchair"]),
        ("-quantity,name", ["Lamp", "Armchair", "Chair", "Table"]),
        ("quantity,-name", ["Table", "Chair", "Armchair", "Lamp"]),
    ],
)
async def test_a_list_is_sorted(signed_in: AsyncClient, sort: str, expected: list[str]) -> None:
    assert await names_in(signed_in, sort=sort) == expected


@pytest.mark.usefixtures("stock")
async def test_a_list_is_reduced_to_the_fields_asked_for(signed_in: AsyncClient) -> None:
    answer = await signed_in.get(URL, params={"fields": "name,quantity", "sort": "name"})

    assert answer.json()["items"] == [
        {"name": "Armchair", "quantity": 8},
        {"name": "Chair", "quantity": 8},
        {"name": "Lamp", "quantity": 12},
        {"name": "Table", "quantity": 1},
    ]


@pytest.mark.parametrize(
    ("query", "field", "allowed"),
    [
        ({"colour": "red"}, "query.colour", "quantity_max"),
        ({"sort": "colour"}, "query.sort", "created_at, name, quantity"),
        ({"sort": "-description"}, "query.sort", "created_at, name, quantity"),
        ({"fields": "name,colour"}, "query.fields", "created_at"),
        ({"status": "lost"}, "query.status", "archived"),
    ],
)
async def test_an_unknown_name_is_refused_with_those_that_are_allowed(
    signed_in: AsyncClient, query: dict[str, str], field: str, allowed: str
) -> None:
    answer = await signed_in.get(URL, params=query)

    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["field"] == field
    assert allowed in error["message"]


@pytest.mark.parametrize(
    "query",
    [
        {"size": 0},
        {"size": 101},
        {"page": 0},
        {"quantity_min": "many"},
        {"created_after": "2026-01-01T00:00:00"},
        {"created_before": "2026"},
    ],
)
async def test_a_value_that_does_not_fit_is_refused(
    signed_in: AsyncClient, query: dict[str, Any]
) -> None:
    answer = await signed_in.get(URL, params=query)

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [f"query.{next(iter(query))}"]
