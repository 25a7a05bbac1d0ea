"""Two applications in one process report each to its own Sentry."""

from tests.error_tracking.sentry import Sentry
from tests.error_tracking.shop import Work, reporting


async def test_each_application_reports_its_own_errors(sentry: Sentry) -> None:
    core = {"name": "other", "version": "2.0.0"}
    work = Work()
    with Sentry() as elsewhere:
        async with reporting(sentry, work.feature) as one, reporting(elsewhere, core=core) as other:
            await one.get("/orders/1")
            await other.get("/orders/2")
            await one.get("/place")
            await other.get("/own/3")
            work.begins.set()
            await sentry.wait_for(3)
            await elsewhere.wait_for(3)
        assert {event["release"] for event in elsewhere.events} == {"other@2.0.0"}
        paths = [event["transaction"] for event in elsewhere.events]
    assert paths == ["/orders/{number}", "/own/{number}", "/own/{number}"]
    transactions = [event.get("transaction") for event in sentry.events]
    assert transactions == ["/orders/{number}", "/place", None]
    crumbs = [crumb["message"] for crumb in sentry.events[0]["breadcrumbs"]["values"]]
    assert crumbs.count("order_wanted") == 1
