"""Where requests may go, whatever a URL says."""

import socket
from ipaddress import ip_address
from typing import Any

import pytest

from app.http_client.addresses import Addresses, is_public
from app.http_client.errors import AddressRefused, RemoteAway
from tests.http_client.calling import calling
from tests.http_client.remote import Remote

PRIVATE = (
    "127.0.0.1",
    "localhost",
    "0.0.0.0",
    "10.0.0.1",
    "172.16.0.1",
    "192.168.1.1",
    "100.64.0.1",
    "169.254.169.254",
    "198.18.0.1",
    "224.0.0.1",
    "255.255.255.255",
    "2130706433",
    "0x7f.1",
    "127.1",
    "[::1]",
    "[::]",
    "[::ffff:127.0.0.1]",
    "[::ffff:a9fe:a9fe]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b::a9fe:a9fe]",
    "[2002:7f00:1::]",
    "[2001:db8::1]",
    "[fd00:ec2::254]",
    "[fe80::1]",
    "[fec0::1]",
    "[ff02::1]",
)


@pytest.mark.parametrize("host", PRIVATE)
async def test_what_is_not_public_is_refused(remote: Remote, host: str) -> None:
    async with calling(allowed_private=()) as client:
        with pytest.raises(AddressRefused):
            await client.request("GET", f"http://{host}:{remote.port}/well")
    assert not remote.received


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "allowed", ["127.0.0.1", "127.0.0.0/8", "localhost", "fd00::/8,127.0.0.1,10.0.0.0/8"]
)
async def test_settings_can_allow_it(remote: Remote, allowed: str) -> None:
    async with calling(allowed_private=allowed) as client:
        answer = await client.request("GET", f"http://localhost:{remote.port}/well")
    assert answer.json() == "well"


async def test_settings_allow_no_more_than_they_say(remote: Remote) -> None:
    async with calling(allowed_private=("localhost", "127.0.0.2")) as client:
        with pytest.raises(AddressRefused):
            await client.request("GET", f"{remote.url}/well")
    assert not remote.received


@pytest.mark.parametrize(
    ("host", "is_allowed"),
    [
        ("shop.internal", True),
        ("SHOP.internal.", True),
        ("a.shop.internal", False),
        ("a.cluster.local", True),
        ("a.b.cluster.local", True),
        ("cluster.local", False),
        ("acluster.local", False),
    ],
)
async def test_names_are_allowed_as_they_are_written(
    names: dict[str, list[str]], host: str, is_allowed: bool
) -> None:
    names[host] = ["10.1.2.3"]
    addresses = Addresses(["shop.internal", "*.cluster.local"])
    if is_allowed:
        assert await addresses.find(host, 80) == ["10.1.2.3"]
    else:
        with pytest.raises(AddressRefused):
            await addresses.find(host, 80)


async def test_of_several_addresses_only_the_allowed_are_used(
    names: dict[str, list[str]],
) -> None:
    names["shop.example"] = ["10.0.0.1", "93.184.215.14", "127.0.0.1"]
    assert await Addresses([]).find("shop.example", 80) == ["93.184.215.14"]


async def test_addresses_within_addresses_are_what_they_stand_for(
    names: dict[str, list[str]],
) -> None:
    mapped, translated = "::ffff:10.1.2.3", "64:ff9b::93.184.215.14"
    names["shop.example"] = [mapped, translated, "64:ff9b::10.1.2.3"]
    assert await Addresses([]).find("shop.example", 80) == [translated]
    assert await Addresses(["10.1.0.0/16"]).find("shop.example", 80) == names["shop.example"]


async def test_the_address_that_was_looked_at_is_the_one_connected_to(
    remote: Remote, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The name points to an allowed address the first time, to another one from then on.
    asked: list[str] = []
    resolve = socket.getaddrinfo

    def rebind(host: Any, *arguments: Any, **options: Any) -> Any:
        if host == "rebinding.example":
            asked.append(host)
            host = "127.0.0.1" if len(asked) == 1 else "10.255.255.1"
        return resolve(host, *arguments, **options)

    monkeypatch.setattr(socket, "getaddrinfo", rebind)
    async with calling(retries=0) as client:
        answer = await client.request("GET", f"http://rebinding.example:{remote.port}/well")
        assert answer.json() == "well"
        assert len(asked) == 1
        assert remote.received[0].headers["host"] == f"rebinding.example:{remote.port}"
    async with calling(retries=0) as client:
        with pytest.raises(AddressRefused):
            await client.request("GET", f"http://rebinding.example:{remote.port}/well")
    assert len(remote.received) == 1


async def test_the_next_address_is_tried_when_one_refuses(
    remote: Remote, names: dict[str, list[str]]
) -> None:
    names["shop.example"] = ["127.0.0.2", "127.0.0.1"]
    async with calling(allowed_private=("127.0.0.0/8",), retries=0) as client:
        answer = await client.request("GET", f"http://shop.example:{remote.port}/well")
    assert answer.json() == "well"


async def test_a_name_that_nobody_knows_is_away(names: dict[str, list[str]]) -> None:
    async with calling(retries=0) as client:
        for host in ("unknown.example", f"{'a' * 64}.example"):
            with pytest.raises(RemoteAway):
                await client.request("GET", f"http://{host}/")


@pytest.mark.parametrize("url", ["ftp://shop.example/", "/well", "shop.example", "http:///", "h:x"])
async def test_what_is_no_url_of_http_is_refused(url: str) -> None:
    async with calling() as client:
        with pytest.raises(AddressRefused):
            await client.request("GET", url)


@pytest.mark.parametrize("url", ["http://[::1", "http://shop.example:99999999/", "http://\x00/"])
async def test_what_is_no_url_at_all_is_refused(url: str) -> None:
    async with calling() as client:
        with pytest.raises(AddressRefused):
            await client.request("GET", url)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """The addresses of names, for the test to fill; addresses stay what they are."""
    known: dict[str, list[str]] = {}
    resolve = socket.getaddrinfo

    def look_up(host: Any, port: Any, *arguments: Any, **options: Any) -> Any:
        text = host.decode() if isinstance(host, bytes) else str(host)
        if text.replace(".", "").isdecimal():
            return resolve(host, port, *arguments, **options)
        host.encode("idna")  # as the real one does
        if text not in known:
            raise socket.gaierror(socket.EAI_NONAME, "unknown")
        return [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port)) for address in known[text]
        ]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return known
