"""Nobody is sent elsewhere who did not agree."""

from collections.abc import AsyncIterator

import httpx2
import pytest

from app.http_client.errors import AddressRefused, BadStatus
from app.http_client.redirects import redirected
from tests.http_client.calling import calling
from tests.http_client.remote import Remote

SECRETS = {"Authorization": "Bearer secret", "X-Api-Key": "secret", "X-Note": "n"}


@pytest.fixture
async def other() -> AsyncIterator[Remote]:
    async with Remote() as other:
        yield other


async def test_redirects_are_refused(remote: Remote, other: Remote) -> None:
    async with calling() as client:
        with pytest.raises(BadStatus) as caught:
            await client.request(
                "GET", f"{remote.url}/elsewhere", params={"to": f"{other.url}/well"}
            )
    assert caught.value.status == 302
    assert not other.received


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_they_are_followed_where_that_is_allowed(remote: Remote, status: int) -> None:
    async with calling() as client:
        answer = await client.request(
            "GET",
            f"{remote.url}/elsewhere",
            params={"to": "/well", "status": status},
            headers=SECRETS,
            content=b"filter",
            redirects=1,
        )
    assert answer.json() == "well"
    assert remote.received[1].headers["x-api-key"] == "secret"
    assert remote.received[1].body == b"filter"


async def test_not_further_than_is_allowed(remote: Remote) -> None:
    async with calling() as client:
        with pytest.raises(BadStatus):
            await client.request(
                "GET", f"{remote.url}/elsewhere", params={"to": "?to=/well"}, redirects=1
            )
    assert [received.path for received in remote.received] == ["/elsewhere", "/elsewhere"]


async def test_another_host_learns_no_secrets(remote: Remote, other: Remote) -> None:
    async with calling() as client:
        answer = await client.request(
            "GET",
            f"{remote.url}/elsewhere",
            params={"to": f"{other.url}/well"},
            headers=SECRETS,
            content=b"secret",
            redirects=1,
        )
    assert answer.json() == "well"
    assert not other.received[0].body
    assert not {name.lower() for name in SECRETS} & other.received[0].headers.keys()
    assert other.received[0].headers["host"] == other.host


async def test_they_do_not_lead_out_of_encryption() -> None:
    request = httpx2.Request("GET", "https://shop.example/old")
    async with httpx2.AsyncClient() as client:
        for location, is_followed in (
            ("http://shop.example/new", False),
            ("https://shop.example/new", True),
            ("//shop.example/new", True),
        ):
            answer = httpx2.Response(302, headers={"Location": location})
            following = redirected(client, request, answer)
            assert (following is not None) == is_followed


async def test_they_do_not_lead_into_private_networks(remote: Remote) -> None:
    async with calling() as client:
        with pytest.raises(AddressRefused):
            await client.request(
                "GET",
                f"{remote.url}/elsewhere",
                params={"to": "http://169.254.169.254/latest/meta-data"},
                redirects=1,
            )


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
async def test_what_changes_something_is_not_sent_elsewhere(remote: Remote, method: str) -> None:
    async with calling() as client:
        with pytest.raises(BadStatus):
            await client.request(
                method, f"{remote.url}/elsewhere", params={"to": "/well"}, redirects=1
            )
    assert len(remote.received) == 1
