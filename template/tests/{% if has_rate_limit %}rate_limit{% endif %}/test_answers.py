"""What callers are told: on what passes, and on what does not."""

import time

import pytest
from dirty_equals import IsInt, IsPartialDict

from app.core.application import create_app
from app.core.settings import CoreSettings, Environment
from app.rate_limit.quota import whole_seconds
from tests.rate_limit.limited import Limits, limited, statuses, trial

FREE = "/api/v1/free"


async def test_the_hundred_and_first_call_in_a_minute_is_refused(limits: Limits) -> None:
    async with limited(limits()) as callers:
        client = await callers.at("192.0.2.1")
        assert await statuses(client, FREE, 100) == [200] * 100
        refused = await client.get(FREE)
    assert refused.status_code == 429
    assert refused.headers["Content-Type"] == "application/problem+json"
    assert refused.json() == IsPartialDict(code="too_many_requests", status=429, instance=FREE)
    seconds = int(refused.headers["Retry-After"])
    assert 50 < seconds <= 60
    assert f"Wait {seconds} seconds" in refused.json()["detail"]
    assert refused.headers["RateLimit-Policy"] == '"default";q=100;w=60'
    assert refused.headers["RateLimit"] == f'"default";r=0;t={seconds}'
    assert refused.headers["X-RateLimit-Limit"] == "100"
    assert refused.headers["X-RateLimit-Remaining"] == "0"
    assert int(refused.headers["X-RateLimit-Reset"]) == IsInt(
        ge=int(time.time()) + seconds - 10, le=int(time.time()) + seconds + 10
    )


async def test_answers_that_pass_say_how_many_more_may(limits: Limits) -> None:
    async with limited(limits(default="5/second")) as callers:
        client = await callers.at("192.0.2.1")
        answers = [await client.get(FREE) for _ in range(3)]
    assert [answer.headers["RateLimit"] for answer in answers] == [
        f'"default";r={left};t=1' for left in (4, 3, 2)
    ]
    assert [answer.headers["X-RateLimit-Remaining"] for answer in answers] == ["4", "3", "2"]
    assert "Retry-After" not in answers[0].headers


@pytest.mark.parametrize(
    ("path", "status"), [("/api/v1/broken", 500), ("/api/v1/nothing", 404), ("/api/v1/me", 401)]
)
async def test_errors_are_counted_and_say_so_too(limits: Limits, path: str, status: int) -> None:
    async with limited(limits(default="1/minute")) as callers:
        client = await callers.named("bad")
        answer = await client.get(path)
        assert (answer.status_code, answer.headers["X-RateLimit-Remaining"]) == (status, "0")
        assert (await client.get(path)).status_code == 429


async def test_a_body_that_is_too_large_is_counted_too(limits: Limits) -> None:
    async with limited(limits(), max_body_size=10) as callers:
        client = await callers.at("192.0.2.1")
        answer = await client.post("/api/v1/joined", content=b"x" * 11)
    assert (answer.status_code, answer.headers["X-RateLimit-Remaining"]) == (413, "99")


async def test_a_route_with_a_limit_of_its_own_tells_of_both(limits: Limits) -> None:
    async with limited(limits()) as callers:
        client = await callers.at("192.0.2.1")
        first, *_ = [await client.get("/api/v1/few") for _ in range(3)]
        refused = await client.get("/api/v1/few")
        other = await client.get(FREE)
    policy = '"default";q=100;w=60, "GET /api/v1/few";q=3;w=60'
    assert first.headers["RateLimit-Policy"] == policy
    assert first.headers["RateLimit"] == '"default";r=99;t=60, "GET /api/v1/few";r=2;t=60'
    assert first.headers["X-RateLimit-Limit"] == "3"
    assert (refused.status_code, refused.headers["RateLimit-Policy"]) == (429, policy)
    assert refused.headers["X-RateLimit-Limit"] == "3"
    assert "Retry-After" in refused.headers
    assert other.headers["RateLimit-Policy"] == '"default";q=100;w=60'


@pytest.mark.parametrize(("seconds", "whole"), [(60.0000000009, 60), (59.1, 60), (0.0, 0)])
def test_what_a_float_is_off_is_not_a_second_more(seconds: float, whole: int) -> None:
    assert whole_seconds(seconds) == whole


async def test_pages_of_other_origins_may_read_them_and_a_refusal(limits: Limits) -> None:
    origin = "https://www.example.com"
    async with limited(limits(default="1/minute"), cors_origins=(origin,)) as callers:
        client = await callers.at("192.0.2.1", Origin=origin)
        await client.get(FREE)
        refused = await client.get(FREE)
        asked = await client.options(FREE, headers={"Access-Control-Request-Method": "GET"})
    assert refused.status_code == 429
    assert refused.headers["Access-Control-Allow-Origin"] == origin
    exposed = refused.headers["Access-Control-Expose-Headers"].split(", ")
    assert {"Retry-After", "RateLimit", "RateLimit-Policy", "X-RateLimit-Limit"} <= set(exposed)
    assert asked.status_code == 200


async def test_head_is_counted_like_get(limits: Limits) -> None:
    async with limited(limits()) as callers:
        client = await callers.at("192.0.2.1")
        await client.head("/api/v1/few")
        answer = await client.get("/api/v1/few")
    assert answer.headers["RateLimit"].endswith('"GET /api/v1/few";r=1;t=60')


def test_the_documentation_says_so_where_something_is_counted(limits: Limits) -> None:
    core = CoreSettings(environment=Environment.TEST)
    document = create_app(trial(), settings=[core, *limits()], env_file=None).openapi()
    told = {
        path: "429" in one["get"]["responses"]
        for path, one in document["paths"].items()
        if "get" in one
    }
    assert told[FREE]
    assert not told["/health"]
    assert not told["/health/detailed"]
