"""Whoever repeats a request with its key gets the answer that it was given."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from httpx2 import AsyncClient

from app.idempotency.answers import LARGEST
from tests.idempotency.shop import ORDERS, Shop, key

LAMP = {"name": "Desk lamp"}


async def test_a_repeated_request_is_answered_as_before_and_not_done_again(
    ann: AsyncClient, of_shop: Shop
) -> None:
    headers = {"Idempotency-Key": key()}
    first = await ann.post(ORDERS, json=LAMP, headers=headers)
    again = await ann.post(ORDERS, json=LAMP, headers=headers)
    assert of_shop.orders == ["Desk lamp"]
    assert (
        (again.status_code, again.content)
        == (first.status_code, first.content)
        == (
            201,
            b'{"number":1}',
        )
    )
    for name in ("Content-Type", "Location", "ETag"):
        assert again.headers[name] == first.headers[name]
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert again.headers["X-Request-ID"] != first.headers["X-Request-ID"]
    assert len(again.headers.get_list("Content-Type")) == 1


async def test_without_a_key_each_request_is_one_of_its_own(
    ann: AsyncClient, of_shop: Shop
) -> None:
    for _ in range(2):
        assert (await ann.post(ORDERS, json=LAMP)).status_code == 201
    assert len(of_shop.orders) == 2


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE"])
async def test_every_unsafe_method_may_carry_a_key(ann: AsyncClient, method: str) -> None:
    headers = {"Idempotency-Key": key()}
    for _ in range(2):
        assert (await ann.request(method, f"{ORDERS}/count", headers=headers)).text == "1"


async def test_a_safe_method_needs_none(ann: AsyncClient) -> None:
    headers = {"Idempotency-Key": "not well, formed"}
    for number in (1, 2):
        assert (await ann.get(f"{ORDERS}/count", headers=headers)).json() == number


async def test_another_body_with_the_same_key_is_refused(ann: AsyncClient, of_shop: Shop) -> None:
    headers = {"Idempotency-Key": key()}
    await ann.post(ORDERS, json=LAMP, headers=headers)
    other = await ann.post(ORDERS, json={"name": "Sofa"}, headers=headers)
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert of_shop.orders == ["Desk lamp"]


@pytest.mark.parametrize(
    ("method", "path"),
    [("PATCH", f"{ORDERS}/count"), ("PUT", f"{ORDERS}/count?of=2"), ("PUT", f"{ORDERS}/counts")],
)
async def test_so_are_another_method_path_and_query(
    ann: AsyncClient, of_shop: Shop, method: str, path: str
) -> None:
    headers = {"Idempotency-Key": key()}
    await ann.put(f"{ORDERS}/count", headers=headers)
    assert (await ann.request(method, path, headers=headers)).status_code == 422
    assert len(of_shop.orders) == 1


async def test_while_the_first_is_served_a_second_one_is_refused(
    ann: AsyncClient, of_shop: Shop
) -> None:
    headers = {"Idempotency-Key": key()}
    first = asyncio.create_task(ann.post(f"{ORDERS}/slow", headers=headers))
    await asyncio.wait_for(of_shop.begun.wait(), 10)
    second = await ann.post(f"{ORDERS}/slow", headers=headers)
    assert (second.status_code, second.json()["code"]) == (409, "idempotency_key_in_use")
    assert int(second.headers["Retry-After"]) > 0
    other = await ann.post(f"{ORDERS}/slow", content=b"other", headers=headers)
    assert other.status_code == 422
    of_shop.may_go_on.set()
    assert (await first).text == "1"
    assert (await ann.post(f"{ORDERS}/slow", headers=headers)).text == "1"
    assert of_shop.orders == ["slow"]


async def test_of_many_at_once_one_is_served(ann: AsyncClient, of_shop: Shop) -> None:
    headers = {"Idempotency-Key": key()}
    answers = await asyncio.gather(
        *(ann.post(ORDERS, json=LAMP, headers=headers) for _ in range(10))
    )
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert {answer.text for answer in answers if answer.status_code == 201} == {'{"number":1}'}
    assert of_shop.orders == ["Desk lamp"]


async def test_each_caller_has_keys_of_their_own(ann: AsyncClient, of_shop: Shop) -> None:
    headers = {"Idempotency-Key": key()}
    await ann.post(ORDERS, json=LAMP, headers=headers)
    answer = await ann.post(ORDERS, json=LAMP, headers={**headers, "X-Caller": "bob"})
    assert answer.json() == {"number": 2}


@pytest.mark.parametrize("caller", ["", "stranger"])
async def test_keys_of_those_whom_nobody_knows_are_ignored(
    ann: AsyncClient, of_shop: Shop, caller: str
) -> None:
    headers = {"Idempotency-Key": key(), "X-Caller": caller}
    for number in (1, 2):
        answer = await ann.post(ORDERS, json=LAMP, headers=headers)
        assert answer.json() == {"number": number}


@pytest.mark.parametrize("status", [200, 204, 303, 400, 404, 410, 422])
async def test_answers_that_stay_true_are_kept(ann: AsyncClient, status: int) -> None:
    headers = {"Idempotency-Key": key()}
    first = await ann.post(f"{ORDERS}/status/{status}", headers=headers)
    again = await ann.post(f"{ORDERS}/status/{status}", headers=headers)
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again.headers["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize(
    "path",
    [
        *(f"/status/{status}" for status in (401, 403, 408, 409, 412, 423, 425, 429, 500, 503)),
        "/header/Cache-Control/no-store",
        "/header/Set-Cookie/a=b",
        "/stream",
        f"/large/{LARGEST + 1}",
    ],
)
async def test_others_are_not_and_may_be_tried_again(
    ann: AsyncClient, of_shop: Shop, path: str
) -> None:
    headers = {"Idempotency-Key": key()}
    first = await ann.post(ORDERS + path, headers=headers)
    again = await ann.post(ORDERS + path, headers=headers)
    assert again.status_code == first.status_code
    assert "Idempotency-Replayed" not in again.headers
    assert len(of_shop.orders) == 2


async def test_large_answers_and_streams_are_whole(ann: AsyncClient) -> None:
    headers = {"Idempotency-Key": key()}
    assert (await ann.post(f"{ORDERS}/stream", headers=headers)).text == "one, two"
    for size in (LARGEST, LARGEST + 1):
        for _ in range(2):
            answer = await ann.post(
                f"{ORDERS}/large/{size}", headers={"Idempotency-Key": f"large-{size}"}
            )
            assert answer.content == bytes(size)


async def test_after_an_unexpected_error_it_may_be_tried_again(
    ann: AsyncClient, of_shop: Shop
) -> None:
    headers = {"Idempotency-Key": key()}
    of_shop.fails = True
    assert (await ann.post(f"{ORDERS}/failing", headers=headers)).status_code == 500
    of_shop.fails = False
    assert (await ann.post(f"{ORDERS}/failing", headers=headers)).text == "2"


async def test_after_giving_up_it_may_be_tried_again(ann: AsyncClient, of_shop: Shop) -> None:
    headers = {"Idempotency-Key": key()}
    first = asyncio.create_task(ann.post(f"{ORDERS}/slow", headers=headers))
    await asyncio.wait_for(of_shop.begun.wait(), 10)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    of_shop.may_go_on.set()
    assert (await ann.post(f"{ORDERS}/slow", headers=headers)).text == "2"


async def test_an_answer_does_not_wait_for_tasks_in_the_background(
    ann: AsyncClient, of_shop: Shop
) -> None:
    headers = {"Idempotency-Key": key()}
    first = asyncio.create_task(ann.post(f"{ORDERS}/background", headers=headers))
    await asyncio.wait_for(of_shop.begun.wait(), 10)
    again = await ann.post(f"{ORDERS}/background", headers=headers)
    assert again.headers["Idempotency-Replayed"] == "true"
    assert of_shop.orders == []
    of_shop.may_go_on.set()
    await first
    assert of_shop.orders == ["later"]


async def test_the_application_reads_the_body_as_it_was_sent(ann: AsyncClient) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        yield b"one, "
        yield b"two"

    headers = {"Idempotency-Key": key()}
    for _ in range(2):
        answer = await ann.post(f"{ORDERS}/raw", content=pieces(), headers=headers)
        assert answer.text == "one, two"


@pytest.mark.parametrize(
    ("one", "other"), [("abc", '"abc"'), ('"a b"', '"a b"'), (r'"a\"\\b"', r'"a\"\\b"')]
)
async def test_the_form_of_the_draft_and_a_bare_key_are_the_same(
    ann: AsyncClient, one: str, other: str
) -> None:
    await ann.post(ORDERS, json=LAMP, headers={"Idempotency-Key": one})
    again = await ann.post(ORDERS, json=LAMP, headers={"Idempotency-Key": other})
    assert again.headers["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize(
    "value", ["", '""', "a b", "a,b", '"a', 'a"b', "ä", '"a\\b"', "x" * 256, '"' + "x" * 256 + '"']
)
async def test_a_key_that_is_not_well_formed_is_refused(
    ann: AsyncClient, of_shop: Shop, value: str
) -> None:
    headers = {b"Idempotency-Key": value.encode("latin-1")}
    answer = await ann.post(ORDERS, json=LAMP, headers=headers)
    assert (answer.status_code, answer.json()["code"]) == (400, "invalid_idempotency_key")
    assert of_shop.orders == []


async def test_so_are_two_keys(ann: AsyncClient, of_shop: Shop) -> None:
    headers = [("Idempotency-Key", key()), ("Idempotency-Key", key())]
    assert (await ann.post(ORDERS, json=LAMP, headers=headers)).status_code == 400
    assert of_shop.orders == []


async def test_a_body_that_is_too_large_is_refused_as_ever(ann: AsyncClient) -> None:
    headers = {"Idempotency-Key": key()}
    answer = await ann.post(f"{ORDERS}/raw", content=bytes(2 * LARGEST), headers=headers)
    assert answer.status_code == 413
