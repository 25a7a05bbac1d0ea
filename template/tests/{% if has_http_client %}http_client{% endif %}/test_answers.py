"""No answer is too strange."""

import pytest

from app.http_client.errors import AnswerTooLarge, RemoteAway, WrongAnswer
from tests.http_client.calling import calling
from tests.http_client.remote import Remote

MEBIBYTE = 1024 * 1024


async def test_a_giant_body_is_not_read(remote: Remote) -> None:
    async with calling(max_body_size="1MiB") as client:
        with pytest.raises(AnswerTooLarge):
            await client.request("GET", f"{remote.url}/giant")
    # The rest of it lies in the buffers of two sockets.
    assert remote.bytes_sent < 20 * MEBIBYTE


async def test_a_small_body_that_unpacks_to_a_giant_is_not_read(remote: Remote) -> None:
    async with calling(max_body_size="1MiB") as client:
        assert len((await client.request("GET", f"{remote.url}/packed/{MEBIBYTE}")).content) > 0
        with pytest.raises(AnswerTooLarge):
            await client.request("GET", f"{remote.url}/packed/{64 * MEBIBYTE}")


async def test_packed_answers_are_unpacked(remote: Remote) -> None:
    async with calling() as client:
        answer = await client.request("GET", f"{remote.url}/packed/5")
    assert answer.json() == "xxx"


async def test_what_cannot_be_unpacked_is_a_wrong_answer(remote: Remote) -> None:
    async with calling() as client:
        with pytest.raises(WrongAnswer):
            await client.request("GET", f"{remote.url}/torn")


@pytest.mark.parametrize("doing", ["breaking", "babbling", "resetting/9"])
async def test_what_breaks_off_or_is_no_http_is_away(remote: Remote, doing: str) -> None:
    async with calling(retries=1) as client:
        with pytest.raises(RemoteAway):
            await client.request("GET", f"{remote.url}/{doing}")
    assert len(remote.received) == 2


async def test_a_closed_port_is_away(remote: Remote) -> None:
    async with Remote() as closed:
        url = closed.url
    async with calling(retries=0) as client:
        with pytest.raises(RemoteAway):
            await client.request("GET", f"{url}/well")


async def test_a_head_has_no_body(remote: Remote) -> None:
    async with calling() as client:
        answer = await client.request("HEAD", f"{remote.url}/cookie")
    assert answer.content == b""


async def test_one_connection_serves_many_requests(remote: Remote) -> None:
    async with calling() as client:
        for _ in range(5):
            await client.request("GET", f"{remote.url}/well")
            assert remote.connections == 1
