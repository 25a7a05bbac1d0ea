"""Errors that nobody answers, because no request waits for them."""

import asyncio
import threading

from dirty_equals import IsPartialDict

from tests.error_tracking.sentry import Sentry
from tests.error_tracking.shop import Work, fail_and_log, reporting


async def test_a_subscriber_that_fails_is_reported_with_its_request(sentry: Sentry) -> None:
    async with reporting(sentry) as client:
        assert (await client.get("/place")).status_code == 200
        (event,) = await sentry.wait_for(1)
    assert event["exception"]["values"][-1]["value"] == "no receipt for 7"
    assert event["exception"]["values"][-1]["mechanism"] == IsPartialDict(handled=True)
    assert event["transaction"] == "/place"
    assert event["contexts"]["log_line"] == IsPartialDict(
        event="subscriber_failed", domain_event="OrderPlaced"
    )


async def test_an_exception_that_is_logged_as_an_error_is_reported(sentry: Sentry) -> None:
    async with reporting(sentry) as client:
        await client.get("/log")
        (event,) = await sentry.wait_for(1)
    assert event["contexts"]["log_line"] == IsPartialDict(
        event="order_lost", number=7, logger="tests.error_tracking.shop"
    )
    crumbs = [crumb["message"] for crumb in event["breadcrumbs"]["values"]]
    assert crumbs[-2:] == ["only_a_line", "only_a_warning"]


async def test_work_in_the_background_is_reported(sentry: Sentry) -> None:
    work = Work()
    async with reporting(sentry, work.feature) as client:
        work.begins.set()
        thread = threading.Thread(target=fail_and_log, args=("in a thread",))
        thread.start()
        await asyncio.to_thread(thread.join)
        await sentry.wait_for(2)
        await client.get("/well")
    values = {event["exception"]["values"][-1]["value"] for event in sentry.events}
    assert values == {"in a task", "in a thread"}
    assert all("request" not in event for event in sentry.events)


async def test_nothing_is_reported_after_the_end(sentry: Sentry) -> None:
    async with reporting(sentry):
        pass
    fail_and_log("too late")
    await asyncio.sleep(0.1)
    assert sentry.texts == []
