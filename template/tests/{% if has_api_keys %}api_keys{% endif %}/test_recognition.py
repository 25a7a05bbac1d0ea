"""Which keys let a program in, from where, and until when."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from dirty_equals import IsPartialDict
from fastapi import FastAPI
from httpx2 import ASGITransport, AsyncClient

from app.api_keys.keys import Keys, _checksum, _encode
from tests.api_keys.making import CALLER, READ, WRITE, make_key, status_with

# As time goes by, others read at the same time, each over a connection of its own.
IN_TIME = pytest.mark.usefixtures("committed")


@pytest.mark.parametrize("header", ["X-API-Key: {}", "Authorization: Bearer {}"])
async def test_a_program_calls_for_the_owner_of_its_key(
    signed_in: AsyncClient, app: FastAPI, header: str
) -> None:
    made = await make_key(signed_in, scopes=[READ, WRITE])
    name, _, value = header.format(made["key"]).partition(": ")
    transport = ASGITransport(app=app)
    async with AsyncClient(transport=transport, base_url="http://testserver") as program:
        answer = await program.get(CALLER, headers={name: value})
    assert answer.json() == {
        "subject": made["owner"],
        "via": "api_key",
        "agent": made["id"],
        "scopes": [READ, WRITE],
    }


async def test_it_may_do_what_its_scopes_say(signed_in: AsyncClient) -> None:
    reading = await make_key(signed_in, scopes=[READ])
    writing = await make_key(signed_in, scopes=[WRITE])
    assert await status_with(signed_in, reading["key"], "/keys-read") == 200
    assert await status_with(signed_in, writing["key"], "/keys-read") == 403


class Good:
    """The parts of a good key, to make bad ones of."""

    def __init__(self, key: str) -> None:
        self.key = key
        self.prefix, self.id, self.secret = key[:-6].split("_")

    def made(self, *, prefix: str = "", key_id: str = "", secret: str = "") -> str:
        """Change a part, and make the checksum right again."""
        signed = f"{prefix or self.prefix}_{key_id or self.id}_{secret or self.secret}"
        return signed + _checksum(signed)


def swapped(text: str, place: int) -> str:
    """Put another character in a place of a text."""
    return text[:place] + ("a" if text[place] != "a" else "b") + text[place + 1 :]


FORGERIES: dict[str, Callable[[Good], str]] = {
    "truncated": lambda good: good.key[:-1],
    "half of it": lambda good: good.key[: len(good.key) // 2],
    "no secret": lambda good: f"{good.prefix}_{good.id}_",
    "a prefix and nothing": lambda good: f"{good.prefix}_",
    "a typo in the id": lambda good: swapped(good.key, 7),
    "a typo in the secret": lambda good: swapped(good.key, 40),
    "a typo in the checksum": lambda good: swapped(good.key, len(good.key) - 1),
    "another id": lambda good: good.made(key_id=_encode(uuid4().int, 22)),
    "an id of more than 128 bits": lambda good: good.made(key_id="z" * 22),
    "another secret": lambda good: good.made(secret=_encode(12345, 43)),
    "a secret one character off": lambda good: good.made(secret=swapped(good.secret, 0)),
    "something behind it": lambda good: good.key + "a",
    "twice": lambda good: good.key + good.key,
    "digits of another script": lambda good: good.key[:-1] + "\u0662",
    "huge": lambda good: good.key + "a" * 20_000,
}
ELSEWHERE: dict[str, Callable[[Good], str]] = {
    "nothing": lambda good: "",
    "of another service": lambda good: good.made(prefix="bank"),
    "in capitals": lambda good: good.key.upper(),
    "the id alone": lambda good: good.id,
}


@pytest.mark.parametrize("scheme", ["X-API-Key", "Bearer"])
@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
async def test_no_forged_key_lets_anybody_in(
    signed_in: AsyncClient, forgery: Callable[[Good], str], scheme: str
) -> None:
    forged = forgery(Good((await make_key(signed_in))["key"])).encode()
    headers = {b"Authorization": b"Bearer " + forged}
    if scheme == "X-API-Key":
        headers = {b"X-API-Key": forged, b"Authorization": b""}
    answer = await signed_in.get(CALLER, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == 'Bearer error="invalid_token"'
    assert answer.json() == IsPartialDict(code="invalid_api_key")


@pytest.mark.parametrize("forgery", ELSEWHERE.values(), ids=ELSEWHERE)
async def test_what_is_no_key_of_this_service_is_refused_as_one(
    signed_in: AsyncClient, forgery: Callable[[Good], str]
) -> None:
    forged = forgery(Good((await make_key(signed_in))["key"]))
    assert await status_with(signed_in, forged) == 401


async def test_the_forger_can_make_good_keys(signed_in: AsyncClient) -> None:
    """Without this, the forgeries above might be refused for what they have in common."""
    good = Good((await make_key(signed_in))["key"])
    assert good.made() == good.key
    assert await status_with(signed_in, good.made()) == 200


async def test_a_bad_key_is_refused_whatever_else_is_good(signed_in: AsyncClient) -> None:
    answer = await signed_in.get(CALLER, headers={"X-API-Key": "shop_nothing"})
    assert answer.status_code == 401


async def test_a_key_in_the_query_is_no_key_and_not_logged(
    signed_in: AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    key = (await make_key(signed_in))["key"]
    query = {"api_key": key, "X-API-Key": key, "access_token": key, "key": key}
    answer = await signed_in.get(CALLER, params=query)
    assert answer.json().get("via") != "api_key"
    lines = capsys.readouterr().out.splitlines()
    assert not [line for line in lines if key in line and "httpx2" not in line]


@IN_TIME
async def test_a_key_is_good_until_it_expires(signed_in: AsyncClient) -> None:
    moment = datetime.now(UTC)
    key = (await make_key(signed_in, expires_at=str(moment + timedelta(minutes=5))))["key"]
    with time_machine.travel(moment + timedelta(minutes=4), tick=False) as clock:
        assert await status_with(signed_in, key) == 200
        clock.shift(timedelta(minutes=2))
        assert await status_with(signed_in, key) == 401


@pytest.mark.parametrize(
    ("networks", "address", "status"),
    [
        ([], "198.51.100.7", 200),
        (["203.0.113.0/24"], "203.0.113.7", 200),
        (["203.0.113.0/24"], "::ffff:203.0.113.7", 200),
        (["203.0.113.0/24"], "198.51.100.7", 401),
        (["203.0.113.0/24"], "2001:db8::7", 401),
        (["203.0.113.0/24"], "no address", 401),
        (["203.0.113.7"], "203.0.113.7", 200),
        (["203.0.113.0/24", "2001:db8::/32"], "2001:db8::7", 200),
        (["2001:db8::/32"], "2001:db9::7", 401),
    ],
)
async def test_a_key_is_good_where_it_may_be_used(
    signed_in: AsyncClient, app: FastAPI, networks: list[str], address: str, status: int
) -> None:
    key = (await make_key(signed_in, networks=networks))["key"]
    transport = ASGITransport(app=app, client=(address, 1))
    async with AsyncClient(transport=transport, base_url="http://testserver") as program:
        assert await status_with(program, key) == status


async def test_the_log_names_the_key_and_does_not_show_it(
    signed_in: AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    made = await make_key(signed_in)
    capsys.readouterr()
    await status_with(signed_in, made["key"])
    logged = capsys.readouterr().out
    assert made["id"] in logged
    assert made["key"][-20:] not in logged


def test_no_two_keys_are_the_same_and_each_is_read_as_it_was_made() -> None:
    keys = Keys("shop")
    key_id = uuid4()
    one, other = keys.make(key_id), keys.make(key_id)
    assert one.text != other.text
    for made in (one, other):
        read = keys.read(made.text)
        assert read is not None
        assert (read.id, read.secret_hash) == (key_id, made.secret_hash)
        assert made.text.startswith(f"{made.begins_with}_")
    assert len(one.text) == len("shop") + 1 + 22 + 1 + 43 + 6
