"""Items are created, read, changed and deleted."""

from typing import Any
from uuid import uuid4

import pytest
from dirty_equals import IsPartialDict, IsUUID
from httpx2 import AsyncClient

from tests.items.examples import URL, add_item


async def test_a_new_item_is_answered_with_what_it_is_and_where(signed_in: AsyncClient) -> None:
    answer = await signed_in.post(
        URL, json={"name": "  Desk lamp ", "description": "Warm white", "quantity": 12}
    )

    assert answer.status_code == 201
    created = answer.json()
    assert created == IsPartialDict(
        id=IsUUID,
        name="Desk lamp",
        description="Warm white",
        status="draft",
        quantity=12,
    )
    assert created["created_at"].endswith("Z")
    assert answer.headers["location"] == f"{URL}/{created['id']}"
    assert (await signed_in.get(answer.headers["location"])).json() == created


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({}, "body.name"),
        ({"name": "  "}, "body.name"),
        ({"name": "a\x00b"}, "body.name"),
        ({"name": "a" * 101}, "body.name"),
        ({"name": "Desk lamp", "description": "a\x00b"}, "body.description"),
        ({"name": "Desk lamp", "status": "lost"}, "body.status"),
        ({"name": "Desk lamp", "quantity": -1}, "body.quantity"),
        ({"name": "Desk lamp", "quantity": "12"}, "body.quantity"),
        ({"name": "Desk lamp", "quantity": True}, "body.quantity"),
        ({"name": "Desk lamp", "owner": "somebody else"}, "body.owner"),
        ({"name": "Desk lamp", "id": str(uuid4())}, "body.id"),
    ],
)
async def test_what_does_not_fit_is_refused(
    signed_in: AsyncClient, sent: dict[str, Any], field: str
) -> None:
    answer = await signed_in.post(URL, json=sent)

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == [field]


async def test_a_change_touches_only_what_it_names(signed_in: AsyncClient) -> None:
    before = (await add_item(signed_in, description="Warm white", quantity=3)).json()

    answer = await signed_in.patch(f"{URL}/{before['id']}", json={"status": "active"})

    assert answer.status_code == 200
    after = answer.json()
    assert after == before | {"status": "active", "updated_at": after["updated_at"]}
    assert after["updated_at"] != before["updated_at"]
    assert (await signed_in.get(f"{URL}/{before['id']}")).json() == after


async def test_null_empties_what_can_be_empty(signed_in: AsyncClient) -> None:
    url = (await add_item(signed_in, description="Warm white")).headers["location"]

    assert (await signed_in.patch(url, json={"description": None})).status_code == 200

    assert (await signed_in.get(url)).json()["description"] is None


@pytest.mark.parametrize(
    "sent", [{}, {"name": None}, {"quantity": "12"}, {"colour": "red"}, {"owner": "somebody else"}]
)
async def test_a_change_of_nothing_or_to_nonsense_is_refused(
    signed_in: AsyncClient, sent: dict[str, Any]
) -> None:
    created = await add_item(signed_in)

    answer = await signed_in.patch(created.headers["location"], json=sent)

    assert answer.status_code == 422
    assert (await signed_in.get(created.headers["location"])).json() == created.json()


async def test_a_deleted_item_is_gone(signed_in: AsyncClient) -> None:
    url = (await add_item(signed_in)).headers["location"]

    answer = await signed_in.delete(url)

    assert answer.status_code == 204
    assert answer.content == b""
    assert (await signed_in.get(url)).status_code == 404
    assert (await signed_in.get(URL)).json()["total"] == 0


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
async def test_what_does_not_exist_is_not_found(signed_in: AsyncClient, method: str) -> None:
    body = {"name": "Desk lamp"} if method == "PATCH" else None

    answer = await signed_in.request(method, f"{URL}/{uuid4()}", json=body)

    assert answer.status_code == 404
    assert answer.json()["code"] == "not_found"


@pytest.mark.parametrize("method", ["GET", "PATCH", "DELETE"])
async def test_an_id_is_a_uuid(signed_in: AsyncClient, method: str) -> None:
    body = {"name": "Desk lamp"} if method == "PATCH" else None

    answer = await signed_in.request(method, f"{URL}/1", json=body)

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["path.item_id"]
