"""Several who rotate one key at the same time."""

import asyncio

import pytest
from httpx2 import AsyncClient

from tests.api_keys.making import URL, make_key, status_with


@pytest.mark.usefixtures("committed")
async def test_of_several_rotations_the_last_two_secrets_are_good(signed_in: AsyncClient) -> None:
    made = await make_key(signed_in)
    answers = await asyncio.gather(
        *(signed_in.post(f"{URL}/{made['id']}/rotate") for _ in range(5))
    )
    assert [answer.status_code for answer in answers] == [200] * 5
    keys = [made["key"], *(answer.json()["key"] for answer in answers)]
    statuses = [await status_with(signed_in, key) for key in keys]
    assert sorted(statuses) == [200] * 2 + [401] * 4
    assert statuses[0] == 401
