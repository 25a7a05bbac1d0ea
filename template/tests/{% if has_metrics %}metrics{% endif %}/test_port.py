"""A port of their own, with real processes."""

import socket

from httpx2 import AsyncClient

from tests.core.processes import running
from tests.metrics.scraping import Scraped, eventually

SERVICE = "tests.metrics.measured"
TOKEN = "a-token-for-prometheus-of-32-chars"


async def test_the_metrics_are_there_and_nowhere_else() -> None:
    variables = {"METRICS_PORT": "0", "METRICS_TOKEN": TOKEN}
    async with running(SERVICE, **variables) as service, AsyncClient() as client:
        served = await service.wait_for("metrics_served")
        assert served["host"] == "127.0.0.1"
        own = f"http://127.0.0.1:{served['port']}"
        main = await service.url()
        for shelf in range(3):
            await client.get(f"{main}/api/v1/shelves/{shelf}")
        assert (await client.get(f"{main}/metrics")).status_code == 404

        assert (await client.get(f"{own}/metrics")).status_code == 401
        assert (await client.get(f"{own}/nothing")).status_code == 404
        answer = await client.get(
            f"{own}/metrics",
            headers={
                "Authorization": f"Bearer {TOKEN}",
                "Accept": "application/openmetrics-text; version=1.0.0",
            },
        )
        assert answer.status_code == 200
        assert answer.text.endswith("# EOF\n")
        client.headers["Authorization"] = f"Bearer {TOKEN}"
        shelf_route = "/api/v1/shelves/{shelf_id}"
        labels = {"method": "GET", "route": shelf_route, "status": "200"}
        await eventually(
            client,
            lambda scraped: scraped.value("fastapi_requests_total", **labels) == 3,
            f"{own}/metrics",
        )
        # They are not a request, and answered while the event loop is not looked at.
        found = Scraped((await client.get(f"{own}/metrics")).text)
        routes = {one["route"] for one in found.labels("fastapi_requests_total")}
        assert routes == {shelf_route, "/metrics"}
        service.process.terminate()
        await service.end()
    assert service.process.returncode == 0


async def test_a_port_that_is_taken_keeps_the_service_from_starting() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        async with running(SERVICE, METRICS_PORT=port) as service:
            await service.end()
    assert service.process.returncode == 1


async def test_it_can_be_an_address_of_ipv6() -> None:
    variables = {"METRICS_PORT": "0", "METRICS_HOST": "::1"}
    async with running(SERVICE, **variables) as service, AsyncClient() as client:
        served = await service.wait_for("metrics_served")
        await service.url()
        url = f"http://[::1]:{served['port']}/metrics"
        await eventually(client, lambda found: found.value("fastapi_processes") == 1, url)
