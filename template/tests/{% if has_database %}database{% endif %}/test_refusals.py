"""What the database refuses is told in terms of the request, never in SQL."""

from decimal import Decimal
from uuid import uuid4

import pytest
from httpx2 import AsyncClient
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import Problem
from tests.database.library import Book, BookRepository, Shelf, ShelfRepository

BOOKS = "/api/v1/books"


async def test_what_must_be_unique_is_a_conflict_that_names_the_fields(
    client: AsyncClient,
) -> None:
    assert (await client.post(BOOKS, json={"title": "Emma"})).status_code == 201
    answer = await client.post(BOOKS, json={"title": "Emma"})
    assert answer.status_code == 409
    problem = answer.json()
    assert problem["code"] == "already_exists"
    assert [error["field"] for error in problem["errors"]] == ["body.title", "body.edition"]
    assert "library" not in answer.text
    assert "INSERT" not in answer.text


async def test_a_change_can_be_a_conflict_as_well(client: AsyncClient) -> None:
    await client.post(BOOKS, json={"title": "Emma"})
    other = (await client.post(BOOKS, json={"title": "Persuasion"})).json()
    answer = await client.patch(f"{BOOKS}/{other['id']}", json={"title": "Emma"})
    assert answer.status_code == 409
    assert (await client.get(BOOKS)).json()["total"] == 2


async def test_text_that_differs_in_case_or_accent_is_different(client: AsyncClient) -> None:
    for title in ("Emma", "emma", "Émma"):
        assert (await client.post(BOOKS, json={"title": title})).status_code == 201


async def test_a_reference_to_nothing_is_refused(client: AsyncClient) -> None:
    answer = await client.post(BOOKS, json={"title": "Emma", "shelf_id": str(uuid4())})
    assert answer.status_code == 422
    assert answer.json()["code"] == "value_refused"


async def test_what_is_still_referred_to_is_not_deleted(session: AsyncSession) -> None:
    shelves = ShelfRepository(session)
    shelf = await shelves.add(Shelf(label="A"))
    await BookRepository(session).add(Book(title="Emma", shelf_id=shelf.id))
    with pytest.raises(Problem) as caught:
        await shelves.delete(shelf)
    assert (caught.value.status, caught.value.code) == (409, "in_use")


async def test_a_value_that_a_check_refuses_is_named(client: AsyncClient) -> None:
    answer = await client.post(BOOKS, json={"title": "Emma", "rating": 0})
    assert answer.status_code == 422


async def test_a_missing_value_is_named(session: AsyncSession) -> None:
    with pytest.raises(Problem) as caught:
        await session.execute(insert(Book).values(title=None))
    assert caught.value.status == 422
    assert [error["field"] for error in caught.value.extra["errors"]] == ["body.title"]


@pytest.mark.parametrize(
    "book",
    [
        {"title": "Emma", "rating": 10**30},
        {"title": "Emma", "price": str(Decimal(10) ** 20)},
        {"title": "E" * 101},
    ],
    ids=["number", "decimal", "text"],
)
async def test_a_value_that_does_not_fit_is_no_error_of_ours(
    client: AsyncClient, book: dict[str, object]
) -> None:
    assert (await client.post(BOOKS, json=book)).status_code in {201, 422}


@pytest.mark.parametrize("title", [r"a\u0000b", r"a\ud800b"], ids=["NUL", "surrogate"])
async def test_text_that_cannot_be_stored_is_no_error_of_ours(
    client: AsyncClient, title: str
) -> None:
    answer = await client.post(
        BOOKS,
        content=f'{{"title": "{title}"}}',
        headers={"Content-Type": "application/json"},
    )
    assert answer.status_code in {201, 422}
