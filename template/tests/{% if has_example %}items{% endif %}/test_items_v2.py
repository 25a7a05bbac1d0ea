"""Version 2 of the list is read with a cursor, and version 1 says so."""

from typing import Any

from httpx2 import AsyncClient

from tests.items.examples import URL, add_item, names_in

URL_V2 = "/api/v2/items"


async def test_a_walk_meets_each_item_once_whatever_is_added_meanwhile(
    signed_in: AsyncClient,
) -> None:
    expected = [f"Item {number}" for number in range(7)]
    for name in reversed(expected):
        await add_item(signed_in, name=name)

    met: list[str] = []
    query: dict[str, Any] = {"size": 2}
    for _ in range(4):
        answer = (await signed_in.get(URL_V2, params=query)).json()
        met += [entry["name"] for entry in answer["items"]]
        query["cursor"] = answer["next_cursor"]
        assert answer["has_next"] is (query["cursor"] is not None)
        await add_item(signed_in, name="Newcomer")

    assert met == expected
    assert query["cursor"] is None


async def test_a_walk_goes_on_between_items_that_are_alike(signed_in: AsyncClient) -> None:
    for name in "ABCDE":
        await add_item(signed_in, name=name, quantity=1)

    query: dict[str, Any] = {"sort": "-quantity,name", "size": 3, "fields": "name"}
    first = (await signed_in.get(URL_V2, params=query)).json()
    second = (await signed_in.get(URL_V2, params=query | {"cursor": first["next_cursor"]})).json()

    assert first["items"] == [{"name": "A"}, {"name": "B"}, {"name": "C"}]
    assert second["items"] == [{"name": "D"}, {"name": "E"}]


async def test_the_filters_are_those_of_version_1(signed_in: AsyncClient) -> None:
    await add_item(signed_in, name="Chair", status="active")
    await add_item(signed_in, name="Lamp", status="draft")

    assert await names_in(signed_in, URL_V2, status="active") == ["Chair"]


async def test_a_cursor_belongs_to_one_order(signed_in: AsyncClient) -> None:
    await add_item(signed_in)
    await add_item(signed_in)
    cursor = (await signed_in.get(URL_V2, params={"size": 1})).json()["next_cursor"]

    for query in ({"cursor": cursor, "sort": "name"}, {"cursor": "made-up"}):
        answer = await signed_in.get(URL_V2, params=query)
        assert answer.status_code == 422
        assert answer.json()["errors"][0]["field"] == "query.cursor"


async def test_version_2_has_no_pages(signed_in: AsyncClient) -> None:
    answer = await signed_in.get(URL_V2, params={"page": 2})

    assert answer.status_code == 422
    (error,) = answer.json()["errors"]
    assert error["field"] == "query.page"
    assert "cursor" in error["message"]


async def test_the_list_of_version_1_says_when_it_goes_and_what_replaces_it(
    signed_in: AsyncClient,
) -> None:
    for query in ({}, {"colour": "red"}):
        headers = (await signed_in.get(URL, params=query)).headers
        assert headers["deprecation"].startswith("@")
        assert headers["sunset"].endswith("GMT")
        assert headers["link"] == f'<{URL_V2}>; rel="successor-version"'


async def test_nothing_else_is_deprecated(signed_in: AsyncClient) -> None:
    created = await add_item(signed_in)
    read = await signed_in.get(created.headers["location"])
    listed = await signed_in.get(URL_V2)

    for answer in (created, read, listed):
        assert not {"deprecation", "sunset", "link"} & set(answer.headers)
