"""Two applications in one process report each to its own Sentry."""

from tests.error_tracking.sentry import Sentry
from tests.error_tracking.shop import reporting


async def test_each_application_reports_its_own_errors(sentry: Sentry) -> None:
    core = {"name": "other", "version": "2.0.0"}
    with Sentry() as elsewhere:
        async with reporting(sentry) as one, reporting(elsewhere, core=core) as other:
            await one.get("/orders/1")
            await other.get("/orders/2")
            await one.get("/place")
            await other.get("/own/3")
            await sentry.wait_for(2)
            await elsewhere.wait_for(3)
        assert {event["release"] for event in elsewhere.events} == {"other@2.0.0"}
        paths = [event["transaction"] for event in elsewhere.events]
    assert paths == ["/orders/{number}", "/own/{number}", "/own/{number}"]
    assert [event["transaction"] for event in sentry.events] == ["/orders/{number}", "/place"]
