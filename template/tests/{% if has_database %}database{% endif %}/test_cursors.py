"""A list that is read with a cursor holds each row once, whatever happens meanwhile."""

import base64
import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from hashlib import blake2b
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from httpx2 import AsyncClient
from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from tests.database.library import Book, Mood

STREAM = "/api/v1/books/stream"


@pytest.fixture
async def books(session: AsyncSession) -> None:
    """Books with all combinations of values that are equal, different and missing."""
    moments = (None, datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 1, 1, 0, 0, 0, 1, tzinfo=UTC))
    values = product((None, 1, 2), (None, Decimal("0.10")), moments, Mood)
    for number, (rating, price, lent_at, mood) in enumerate(values):
        session.add(
            Book(
                title=f"{number % 5}",
                edition=number,
                rating=rating,
                price=price,
                lent_at=lent_at,
                mood=mood,
            )
        )
    await session.commit()


async def ask(client: AsyncClient, **query: Any) -> dict[str, Any]:
    answer = await client.get(STREAM, params=query)
    assert answer.status_code == 200, answer.text
    page: dict[str, Any] = answer.json()
    assert page["has_next"] is (page["next_cursor"] is not None)
    return page


async def read_all(client: AsyncClient, **query: Any) -> list[dict[str, Any]]:
    """Read a whole list."""
    page = await ask(client, **query)
    items = page["items"]
    while page["next_cursor"]:
        page = await ask(client, cursor=page["next_cursor"], **query)
        assert page["items"]
        items += page["items"]
    return list(items)


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize(
    "sort",
    [
        "created_at",
        "-created_at",
        "title",
        "-title,-edition",
        "title,-edition",
        "rating",
        "-rating",
        "rating,-price,lent_at,-title",
        "-lent_at,price",
        "mood,rating",
    ],
)
async def test_each_row_comes_once_and_in_the_order_of_the_pages(
    client: AsyncClient, sort: str
) -> None:
    whole = await client.get("/api/v1/books", params={"sort": sort, "size": 100})
    assert await read_all(client, sort=sort, size=7) == whole.json()["items"]


@pytest.mark.usefixtures("books")
async def test_what_is_added_or_deleted_meanwhile_disturbs_nothing(
    client: AsyncClient, session: AsyncSession
) -> None:
    before = [book["id"] for book in await read_all(client, sort="-created_at", size=100)]
    first = await ask(client, sort="-created_at", size=10)
    session.add(Book(title="new", created_at=datetime.now(UTC) + timedelta(hours=1)))
    await session.execute(delete(Book).where(Book.id == UUID(first["items"][-1]["id"])))
    await session.commit()
    rest = await ask(client, sort="-created_at", size=100, cursor=first["next_cursor"])
    assert [book["id"] for book in [*first["items"], *rest["items"]]] == before


@pytest.mark.usefixtures("books")
async def test_filters_and_fields_work_with_a_cursor(client: AsyncClient) -> None:
    found = await read_all(client, mood="wild", rated_from=2, fields="mood,rating", size=2)
    assert found == [{"mood": "wild", "rating": 2}] * 6


async def test_an_empty_list_has_no_cursor(client: AsyncClient) -> None:
    page = await ask(client)
    assert page == {"items": [], "size": 20, "next_cursor": None, "has_next": False}


def made_up(*position: Any) -> str:
    """Return a cursor as somebody could make it who knows how."""
    text = json.dumps(position, separators=(",", ":")).encode()
    checksum = blake2b(text, digest_size=8).digest()
    return base64.urlsafe_b64encode(text + checksum).rstrip(b"=").decode()


ID = "01890a5d-ac96-774b-bcce-b302099a8057"


async def is_refused(client: AsyncClient, sort: str, cursor: str) -> bool:
    answer = await client.get(STREAM, params={"sort": sort, "cursor": cursor})
    if answer.status_code == 200:
        return False
    assert answer.status_code == 422, answer.text
    assert [error["field"] for error in answer.json()["errors"]] == ["query.cursor"]
    return True


@pytest.mark.usefixtures("books")
async def test_a_cursor_that_was_altered_is_refused(client: AsyncClient) -> None:
    cursor = (await ask(client, sort="title", size=1))["next_cursor"]
    for index, letter in enumerate(cursor):
        other = "B" if letter == "A" else "A"
        assert await is_refused(client, "title", cursor[:index] + other + cursor[index + 1 :])
    for altered in (cursor[:-1], cursor + "A", cursor + "=", f" {cursor}", "é", "", "AAAA"):
        assert await is_refused(client, "title", altered)


@pytest.mark.usefixtures("books")
async def test_a_cursor_belongs_to_its_order(client: AsyncClient) -> None:
    cursor = (await ask(client, sort="title", size=1))["next_cursor"]
    assert await is_refused(client, "-title", cursor)
    assert await is_refused(client, "title,rating", cursor)


@pytest.mark.parametrize(
    ("sort", "position"),
    [
        ("title", []),
        ("title", ["Emma"]),
        ("title", ["Emma", ID, ID]),
        ("title", [None, ID]),
        ("title", [5, ID]),
        ("title", ["Emma", "5"]),
        ("rating", ["five", ID]),
        ("rating", [1.5, ID]),
        ("price", ["NaN", ID]),
        ("created_at", ["2024-01-01T00:00:00", ID]),
        ("mood", ["gloomy", ID]),
        ("mood", [{}, ID]),
    ],
)
async def test_a_cursor_that_was_made_up_is_refused(
    client: AsyncClient, sort: str, position: list[Any]
) -> None:
    assert await is_refused(client, sort, made_up(sort, *position))


async def test_a_cursor_that_was_made_up_well_is_just_a_position(client: AsyncClient) -> None:
    assert not await is_refused(client, "title", made_up("title", "Emma", ID))


@pytest.mark.parametrize(
    ("sort", "value"),
    [("title", "a\x00b"), ("rating", 10**30), ("created_at", "0001-01-01T00:00:00+14:00")],
)
async def test_a_position_that_no_row_can_have_is_no_error_of_ours(
    client: AsyncClient, sort: str, value: Any
) -> None:
    answer = await client.get(STREAM, params={"sort": sort, "cursor": made_up(sort, value, ID)})
    assert answer.status_code in {200, 422}, answer.text
