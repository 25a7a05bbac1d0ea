"""For whom requests are counted, and for whom they are not."""

import pytest

from tests.rate_limit.limited import Callers, Limits, limited, statuses

FREE = "/api/v1/free"


async def may_send(callers: Callers, address: str, **headers: str) -> bool:
    client = await callers.at(address, **headers)
    return (await client.get(FREE)).status_code == 200


async def test_each_user_has_a_limit_wherever_they_are(limits: Limits) -> None:
    async with limited(limits(default="2/minute")) as callers:
        assert await statuses(await callers.named("ada", "192.0.2.1"), FREE, 2) == [200, 200]
        assert await statuses(await callers.named("ada", "192.0.2.2"), FREE, 1) == [429]
        assert await statuses(await callers.named("bob", "192.0.2.1"), FREE, 1) == [200]


async def test_who_is_not_signed_in_is_counted_by_address(limits: Limits) -> None:
    async with limited(limits(default="1/minute")) as callers:
        assert await statuses(await callers.named("ada"), FREE, 2) == [200, 429]
        assert await may_send(callers, "192.0.2.1")
        assert not await may_send(callers, "192.0.2.1")
        assert await may_send(callers, "192.0.2.2")


@pytest.mark.parametrize("who", ["bad", "unknowable"])
async def test_who_cannot_be_recognised_is_counted_by_address(limits: Limits, who: str) -> None:
    async with limited(limits(default="2/minute")) as callers:
        client = await callers.named(who, "192.0.2.1")
        assert await statuses(client, FREE, 1) == [200]
        answer = await client.get("/api/v1/me")
        assert answer.status_code == (401 if who == "bad" else 500)
        assert not await may_send(callers, "192.0.2.1")


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("2001:db8:1:2::1", "2001:db8:1:2:ffff::9", True),
        ("2001:db8:1:2::1", "2001:db8:1:3::1", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
    ],
)
async def test_a_network_of_ipv6_is_one_caller(
    limits: Limits, first: str, second: str, same: bool
) -> None:
    async with limited(limits(default="1/minute")) as callers:
        assert await may_send(callers, first)
        assert await may_send(callers, second) is not same


async def test_a_made_up_address_gains_nothing(limits: Limits) -> None:
    async with limited(limits(default="1/minute")) as callers:
        sent = [
            await may_send(callers, "192.0.2.1", **{"X-Forwarded-For": f"198.51.100.{number}"})
            for number in range(3)
        ]
    assert sent == [True, False, False]


async def test_behind_proxies_it_is_the_address_that_they_saw(limits: Limits) -> None:
    async with limited(limits(default="1/minute"), trusted_proxies=1) as callers:
        proxy = "10.0.0.1"
        seen = [
            await may_send(callers, proxy, **{"X-Forwarded-For": f"{made_up}, {real}"})
            for made_up, real in [("1.1.1.1", "198.51.100.1"), ("2.2.2.2", "198.51.100.1")]
        ]
        assert seen == [True, False]
        assert await may_send(callers, proxy, **{"X-Forwarded-For": "198.51.100.2"})


async def test_health_is_never_counted(limits: Limits) -> None:
    async with limited(limits(default="1/minute")) as callers:
        client = await callers.at("192.0.2.1")
        for path in ("/health", "/ready", "/health/detailed"):
            answers = [await client.get(path) for _ in range(3)]
            assert [answer.status_code for answer in answers] == [200] * 3
            assert "RateLimit" not in answers[0].headers
        assert await statuses(client, FREE, 2) == [200, 429]


@pytest.mark.parametrize(
    "exempt",
    [
        {"exempt_networks": "198.51.100.7,192.0.2.0/24"},
        {"exempt_subjects": "bob,ada"},
        {"exempt_paths": "/api/v1/few,/api/v1/free"},
    ],
)
async def test_settings_exempt_from_every_limit(limits: Limits, exempt: dict[str, str]) -> None:
    async with limited(limits(default="1/minute", **exempt)) as callers:
        client = await callers.named("ada", "192.0.2.77")
        assert await statuses(client, "/api/v1/few", 5) == [200] * 5
        assert "RateLimit" not in (await client.get(FREE)).headers
        others = await callers.named("eve", "203.0.113.1")
        assert await statuses(others, "/api/v1/me", 2) == [200, 429]


async def test_what_only_looks_like_an_exempt_path_is_counted(limits: Limits) -> None:
    async with limited(limits(default="1/minute")) as callers:
        client = await callers.at("192.0.2.1")
        assert await statuses(client, "/healthy", 2) == [404, 429]
