"""Entity tags of items: nothing is sent twice, and no change is lost."""

import asyncio

import pytest
from httpx2 import AsyncClient

from tests.items.examples import add_item


async def test_who_holds_the_current_state_is_not_sent_it_again(signed_in: AsyncClient) -> None:
    created = await add_item(signed_in)
    url, etag = created.headers["location"], created.headers["etag"]

    read = await signed_in.get(url)
    again = await signed_in.get(url, headers={"If-None-Match": f'W/"another", {etag}'})

    assert read.headers["etag"] == etag
    assert again.status_code == 304
    assert again.headers["etag"] == etag
    assert again.content == b""


async def test_a_change_makes_another_tag(signed_in: AsyncClient) -> None:
    created = await add_item(signed_in)
    url, etag = created.headers["location"], created.headers["etag"]

    changed = await signed_in.patch(url, json={"quantity": 5}, headers={"If-Match": etag})
    read = await signed_in.get(url, headers={"If-None-Match": etag})

    assert changed.status_code == 200
    assert changed.headers["etag"] != etag
    assert read.status_code == 200
    assert read.headers["etag"] == changed.headers["etag"]


@pytest.mark.parametrize("method", ["PATCH", "DELETE"])
async def test_what_somebody_else_has_changed_is_not_overwritten(
    signed_in: AsyncClient, method: str
) -> None:
    created = await add_item(signed_in)
    url, etag = created.headers["location"], created.headers["etag"]
    changed = await signed_in.patch(url, json={"quantity": 5})

    body = {"quantity": 6} if method == "PATCH" else None
    refused = await signed_in.request(method, url, json=body, headers={"If-Match": etag})

    assert refused.status_code == 412
    assert refused.json()["code"] == "precondition_failed"
    assert refused.headers["etag"] == changed.headers["etag"]
    assert (await signed_in.get(url)).json() == changed.json()


async def test_a_current_tag_allows_to_delete(signed_in: AsyncClient) -> None:
    created = await add_item(signed_in)
    url, etag = created.headers["location"], created.headers["etag"]

    assert (await signed_in.delete(url, headers={"If-Match": etag})).status_code == 204


@pytest.mark.usefixtures("committed")
async def test_of_two_changes_at_once_to_the_same_state_one_wins(signed_in: AsyncClient) -> None:
    created = await add_item(signed_in)
    url, etag = created.headers["location"], created.headers["etag"]

    answers = await asyncio.gather(
        *(
            signed_in.patch(url, json={"quantity": quantity}, headers={"If-Match": etag})
            for quantity in (1, 2)
        )
    )

    (won,) = [answer for answer in answers if answer.status_code == 200]
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    assert (await signed_in.get(url)).json() == won.json()
