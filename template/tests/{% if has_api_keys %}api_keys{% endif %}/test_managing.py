"""What people do with keys: make, see, rotate and revoke them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from dirty_equals import IsPartialDict
from httpx2 import AsyncClient

from tests.api_keys.making import READ, URL, WRITE, make_key, status_with

# As time goes by, others read at the same time, each over a connection of its own.
IN_TIME = pytest.mark.usefixtures("committed")


async def test_a_key_is_shown_once(signed_in: AsyncClient) -> None:
    answer = await signed_in.post(URL, json={"name": "export", "scopes": [READ]})
    made = answer.json()
    key = made.pop("key")
    assert answer.headers["Cache-Control"] == "no-store"
    assert key.startswith(f"{made['begins_with']}_")
    assert made == IsPartialDict(name="export", scopes=[READ], networks=[], last_used_at=None)

    shown = await signed_in.get(answer.headers["Location"])
    listed = await signed_in.get(URL)
    assert shown.json() == made
    assert listed.json()["items"] == [made]
    for text in (shown.text, listed.text):
        assert key not in text
        assert "hash" not in text


async def test_the_list_goes_on_with_a_cursor(signed_in: AsyncClient) -> None:
    for number in range(3):
        await make_key(signed_in, name=f"key {number}")
    first = (await signed_in.get(URL, params={"size": 2})).json()
    rest = (await signed_in.get(URL, params={"size": 2, "cursor": first["next_cursor"]})).json()
    names = [one["name"] for part in (first, rest) for one in part["items"]]
    assert names == ["key 2", "key 1", "key 0"]
    assert rest["next_cursor"] is None


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"name": ""}, "validation_failed"),
        ({"scopes": []}, "validation_failed"),
        ({"scopes": ["keys:lend"]}, "unknown_scope"),
        ({"networks": ["203.0.113.7/24"]}, "validation_failed"),
        ({"networks": ["everywhere"]}, "validation_failed"),
        ({"networks": ["203.0.113.0/24"] * 21}, "validation_failed"),
        ({"expires_at": "2020-01-01T00:00:00Z"}, "expires_early"),
        ({"expires_at": "2999-01-01T00:00:00Z"}, "expires_late"),
        ({"expires_at": "2030-01-01T00:00:00"}, "validation_failed"),
        ({"owner": "somebody"}, "validation_failed"),
    ],
)
async def test_what_no_key_can_be(
    signed_in: AsyncClient, fields: dict[str, Any], code: str
) -> None:
    answer = await signed_in.post(URL, json={"name": "export", "scopes": [READ]} | fields)
    assert (answer.status_code, answer.json()["code"]) == (422, code)


async def test_every_key_expires(signed_in: AsyncClient) -> None:
    made = await make_key(signed_in)
    expires_at = datetime.fromisoformat(made["expires_at"])
    assert timedelta(days=364) < expires_at - datetime.now(UTC) < timedelta(days=366)


async def test_a_revoked_key_is_good_no_longer(signed_in: AsyncClient) -> None:
    made = await make_key(signed_in)
    assert await status_with(signed_in, made["key"]) == 200
    assert (await signed_in.delete(f"{URL}/{made['id']}")).status_code == 204
    assert await status_with(signed_in, made["key"]) == 401
    assert (await signed_in.get(f"{URL}/{made['id']}")).status_code == 404
    assert (await signed_in.delete(f"{URL}/{made['id']}")).status_code == 404


@IN_TIME
async def test_after_a_rotation_both_secrets_are_good_for_a_day(signed_in: AsyncClient) -> None:
    made = await make_key(signed_in)
    answer = await signed_in.post(f"{URL}/{made['id']}/rotate")
    rotated = answer.json()
    assert answer.headers["Cache-Control"] == "no-store"
    assert rotated["id"] == made["id"]
    assert rotated["key"] != made["key"]
    with time_machine.travel(datetime.now(UTC) + timedelta(hours=23), tick=False) as clock:
        assert await status_with(signed_in, made["key"]) == 200
        assert await status_with(signed_in, rotated["key"]) == 200
        clock.shift(timedelta(hours=2))
        assert await status_with(signed_in, made["key"]) == 401
        assert await status_with(signed_in, rotated["key"]) == 200


async def test_a_rotation_without_overlap_ends_the_old_secret_at_once(
    signed_in: AsyncClient,
) -> None:
    made = await make_key(signed_in)
    assert await status_with(signed_in, made["key"]) == 200
    answer = await signed_in.post(f"{URL}/{made['id']}/rotate", json={"overlap_hours": 0})
    assert answer.json()["previous_until"] is None
    assert await status_with(signed_in, made["key"]) == 401
    assert await status_with(signed_in, answer.json()["key"]) == 200


@IN_TIME
async def test_an_expired_key_is_not_rotated(signed_in: AsyncClient) -> None:
    soon = datetime.now(UTC) + timedelta(minutes=1)
    made = await make_key(signed_in, expires_at=str(soon))
    with time_machine.travel(soon + timedelta(minutes=1), tick=False):
        answer = await signed_in.post(f"{URL}/{made['id']}/rotate")
    assert (answer.status_code, answer.json()["code"]) == (409, "key_expired")


async def test_a_key_manages_no_keys(signed_in: AsyncClient) -> None:
    made = await make_key(signed_in, scopes=[READ, WRITE])
    one = f"{URL}/{made['id']}"
    headers = {"X-API-Key": made["key"]}
    body = {"name": "another", "scopes": [READ]}
    for method, url in [
        ("GET", URL),
        ("POST", URL),
        ("GET", one),
        ("POST", f"{one}/rotate"),
        ("DELETE", one),
    ]:
        answer = await signed_in.request(
            method, url, headers=headers, json=body if (method, url) == ("POST", URL) else None
        )
        assert answer.status_code == 403
        assert answer.json() == IsPartialDict(code="wrong_way_in", via="user")


async def test_a_key_that_does_not_exist(signed_in: AsyncClient) -> None:
    url = f"{URL}/{uuid4()}"
    assert (await signed_in.get(url)).status_code == 404
    assert (await signed_in.post(f"{url}/rotate")).status_code == 404
    assert (await signed_in.delete(url)).status_code == 404


async def test_the_documentation_says_how_to_send_a_key_and_where_not(client: AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    scheme = document["components"]["securitySchemes"]["ApiKey"]
    assert scheme == IsPartialDict({"type": "apiKey", "in": "header", "name": "X-API-Key"})
    names = [name for way in document["paths"][URL]["post"]["security"] for name in way]
    assert "ApiKey" not in names
