"""The queries that every model has."""

from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4

import pytest
from sqlalchemy.exc import StatementError
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import NotFound, Unprocessable
from tests.database.library import Book, BookRepository


@pytest.fixture
def books(session: AsyncSession) -> BookRepository:
    return BookRepository(session)


async def test_a_row_is_found_by_its_id(books: BookRepository) -> None:
    book = await books.add(Book(title="Emma"))
    assert await books.get(book.id) is book
    assert await books.get(uuid4()) is None


async def test_a_row_that_fails_a_condition_is_not_found(books: BookRepository) -> None:
    book = await books.add(Book(title="Emma"))
    assert await books.require(book.id, Book.title == "Emma") is book
    with pytest.raises(NotFound, match="Book not found"):
        await books.require(book.id, Book.title == "Persuasion")


async def test_rows_are_counted(books: BookRepository) -> None:
    for title in ("Emma", "Persuasion", "Sanditon"):
        await books.add(Book(title=title))
    assert await books.count() == 3
    assert await books.count(Book.title.startswith("S")) == 1


async def test_ids_grow_with_time(books: BookRepository) -> None:
    ids = [(await books.add(Book(title=str(number)))).id for number in range(20)]
    assert ids == sorted(ids)
    assert {book_id.version for book_id in ids} == {7}


async def test_a_change_can_take_a_value_away(books: BookRepository) -> None:
    book = await books.add(Book(title="Emma", notes="lent to Jane", rating=5))
    await books.update(book, {"notes": None})
    await books.session.refresh(book)
    assert book.notes is None
    assert book.rating == 5


async def test_an_empty_change_is_refused(books: BookRepository) -> None:
    book = await books.add(Book(title="Emma"))
    with pytest.raises(Unprocessable):
        await books.update(book, {})


async def test_a_change_is_dated(books: BookRepository) -> None:
    book = await books.add(Book(title="Emma"))
    created_at, updated_at = book.created_at, book.updated_at
    await books.update(book, {"rating": 3})
    assert book.created_at == created_at
    assert book.updated_at > updated_at
    await books.session.refresh(book)
    assert book.updated_at > updated_at


async def test_a_deleted_row_is_gone(books: BookRepository) -> None:
    book = await books.add(Book(title="Emma"))
    await books.delete(book)
    assert await books.get(book.id) is None


async def test_a_moment_comes_back_as_it_was_in_utc(books: BookRepository) -> None:
    lent_at = datetime(2024, 2, 29, 23, 30, 15, 123456, timezone(timedelta(hours=-5)))
    book = await books.add(Book(title="Emma", lent_at=lent_at))
    await books.session.refresh(book)
    assert book.lent_at == lent_at
    assert book.lent_at.tzinfo is UTC
    assert book.created_at.tzinfo is UTC


async def test_a_moment_without_a_time_zone_is_refused(books: BookRepository) -> None:
    with pytest.raises(StatementError, match="no time zone"):
        await books.add(Book(title="Emma", lent_at=datetime(2024, 1, 1)))  # noqa: DTZ001
