"""What arrives when a request goes wrong, and what does not."""

from typing import Any

import pytest
from dirty_equals import Contains, IsPartialDict, IsStr
from pydantic import SecretStr
from starlette.testclient import TestClient

from app.core.application import create_app
from app.core.settings import CoreSettings, Environment
from app.error_tracking.feature import feature as error_tracking
from app.error_tracking.settings import SentrySettings
from tests.error_tracking.sentry import Sentry
from tests.error_tracking.shop import SHOP, reporting


def exception(event: dict[str, Any]) -> tuple[str, str]:
    one = event["exception"]["values"][-1]
    return one["type"], one["value"]


async def test_a_report_says_what_went_wrong_where_and_for_whom(sentry: Sentry) -> None:
    core = {"version": "1.2.3", "environment": Environment.TEST}
    async with reporting(sentry, core=core) as client:
        headers = {"X-Person": "7d2f", "User-Agent": "trial", "X-Request-ID": "request-17"}
        response = await client.get("/orders/7/of-caller?size=3", headers=headers)
        assert response.status_code == 500
        (event,) = await sentry.wait_for(1)
    assert event == IsPartialDict(
        level="error",
        platform="python",
        release="shop@1.2.3",
        environment="test",
        server_name=IsStr(min_length=1),
        transaction="/orders/{number}/of-caller",
        user={"id": "7d2f"},
        tags=IsPartialDict(request_id="request-17"),
    )
    assert event["request"] == IsPartialDict(
        method="GET",
        url="http://testserver/orders/{number}/of-caller",
        query_string={"size": "[redacted]"},
        headers=IsPartialDict({"user-agent": "trial"}),
    )
    assert event["contexts"] == IsPartialDict(
        response={"status_code": 500}, path_parameters={"number": "7"}
    )
    assert exception(event) == ("RuntimeError", "7 named")
    mechanism = event["exception"]["values"][-1]["mechanism"]
    assert mechanism == IsPartialDict(handled=False)
    frame = event["exception"]["values"][-1]["stacktrace"]["frames"][-1]
    assert frame == IsPartialDict(function="fail", module="tests.error_tracking.shop")
    assert "vars" not in frame


async def test_it_travels_as_sentry_wants_it(sentry: Sentry) -> None:
    async with reporting(sentry) as client:
        await client.get("/orders/7")
        await sentry.wait_for(1)
    assert sentry.asked[0].path == "/api/7/envelope/"
    assert sentry.asked[0].headers["content-type"] == "application/x-sentry-envelope"
    assert "sentry_key=key" in sentry.asked[0].headers["x-sentry-auth"]


async def test_nobody_is_named_who_is_not_known(sentry: Sentry) -> None:
    async with reporting(sentry) as client:
        await client.get("/orders/7")
        (event,) = await sentry.wait_for(1)
    assert event["user"] == {}


async def test_personal_data_is_told_when_that_is_allowed(sentry: Sentry) -> None:
    async with reporting(sentry, send_personal_data=True) as client:
        await client.get("/orders/7?search=somebody&token=hunter2")
        (event,) = await sentry.wait_for(1)
    assert event["user"] == {"ip_address": "127.0.0.1"}
    assert event["request"]["query_string"] == {"search": "somebody", "token": "[redacted]"}


async def test_a_report_has_the_log_lines_that_led_to_it(sentry: Sentry) -> None:
    async with reporting(sentry) as client:
        await client.get("/orders/7")
        await client.get("/orders/8")
        first, second = await sentry.wait_for(2)
    for event, number in ((first, 7), (second, 8)):
        crumbs = event["breadcrumbs"]["values"]
        wanted = [crumb for crumb in crumbs if crumb["message"] == "order_wanted"]
        assert [crumb["data"] for crumb in wanted] == [{"number": number}]


async def test_each_error_is_reported_once(sentry: Sentry) -> None:
    async with reporting(sentry) as client:
        await client.get("/orders/7")
        await client.get("/raise/frozen")
        await client.get("/own-and-raised")
        await sentry.wait_for(3)
    kinds = [exception(event)[0] for event in sentry.events]
    assert kinds == ["RuntimeError", "FrozenError", "RuntimeError"]


async def test_an_answer_that_is_broken_off_is_reported_once(sentry: Sentry) -> None:
    async with reporting(sentry) as client:
        with pytest.raises(AssertionError):  # the test client misses the end of the answer
            await client.get("/broken-off")
        await sentry.wait_for(1)
    assert [exception(event)[1] for event in sentry.events] == ["in the middle"]
    assert sentry.events[0]["transaction"] == "/broken-off"


@pytest.mark.parametrize(
    "path",
    [
        "/well",
        "/nothing",
        "/orders/seven",
        "/raise/stock",
        "/raise/framework",
        "/raise/Unauthorized",
        "/raise/NotFound",
        "/raise/TooManyRequests",
        "/raise/ServiceUnavailable",
    ],
)
async def test_what_was_foreseen_is_not_reported(sentry: Sentry, path: str) -> None:
    async with reporting(sentry) as client:
        await client.get(path)
    assert sentry.texts == []


async def test_a_status_of_500_is_reported_whoever_chose_it(sentry: Sentry) -> None:
    async with reporting(sentry) as client:
        assert (await client.get("/raise/Problem")).status_code == 500
        assert (await client.get("/unfit")).status_code == 500
        await sentry.wait_for(2)
    assert [exception(event)[0] for event in sentry.events] == [
        "Problem",
        "ResponseValidationError",
    ]
    crumbs = sentry.events[1]["breadcrumbs"]["values"]
    assert crumbs == Contains(IsPartialDict(message="answer_does_not_fit"))
    assert "hunter2" not in sentry.text


async def test_the_functions_of_the_sdk_work_in_a_request(sentry: Sentry) -> None:
    async with reporting(sentry) as client:
        await client.get("/own/1")
        await client.get("/orders/7")
        message, error, other = await sentry.wait_for(3)
    assert (message["message"], message["level"]) == ("an order of my own", "info")
    assert exception(error) == ("RuntimeError", "by hand")
    for event in (message, error):
        assert event == IsPartialDict(
            transaction="/own/{number}", tags=IsPartialDict(number=1, request_id=IsStr)
        )
    assert "number" not in other["tags"]


def test_an_error_in_a_websocket_is_reported_once(sentry: Sentry) -> None:
    settings = SentrySettings(dsn=SecretStr(sentry.dsn))
    core = CoreSettings(environment=Environment.TEST)
    app = create_app((error_tracking, SHOP), settings=[core, settings], env_file=None)
    with (
        TestClient(app) as client,
        pytest.raises(RuntimeError),
        client.websocket_connect("/socket") as socket,
    ):
        socket.receive()
    (event,) = sentry.events
    assert exception(event) == ("RuntimeError", "in a socket")
    assert event["transaction"] == "/socket"


async def test_the_same_error_is_reported_so_often_a_minute(sentry: Sentry) -> None:
    async with reporting(sentry, max_repeats=3) as client:
        for number in range(50):
            assert (await client.get(f"/orders/{number}")).status_code == 500
        await client.get("/raise/frozen")
        await sentry.wait_for(4)
    kinds = [exception(event)[0] for event in sentry.events]
    assert kinds == ["RuntimeError", "RuntimeError", "RuntimeError", "FrozenError"]


async def test_nothing_but_reports_is_sent(sentry: Sentry) -> None:
    async with reporting(sentry) as client:
        await client.get("/well")
        await client.get("/orders/7")
        await sentry.wait_for(1)
    assert [kind for kind, _ in sentry.items] == ["event"]


async def test_no_secret_leaves_the_service(sentry: Sentry) -> None:
    secret = "hunter2"
    headers = {
        "Authorization": f"Bearer {secret}",
        "Cookie": f"session={secret}",
        "X-API-Key": secret,
        "Referer": f"https://www.example.com/?token={secret}",
    }
    async with reporting(sentry) as client:
        path = f"/secrets/{secret}?token={secret}&search={secret}&{secret}"
        body = {"password": secret}
        assert (await client.post(path, json=body, headers=headers)).status_code == 500
        assert (await client.get("/invalid")).status_code == 500
        await client.get("/log")
        secrets, invalid, logged = await sentry.wait_for(3)
    assert [one["type"] for one in secrets["exception"]["values"]] == [
        "RuntimeError",
        "LookupError",
    ]
    assert len(secrets["breadcrumbs"]["values"]) >= 3
    assert exception(invalid)[0] == "ValidationError"
    assert "total" in exception(invalid)[1]
    assert logged["contexts"]["log_line"] == IsPartialDict(password="[redacted]")
    assert secret not in sentry.text
    assert secret not in str(sentry.asked)
