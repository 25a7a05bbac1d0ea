"""Several processes: together they tell what one would."""

import asyncio
import os
import re
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from httpx2 import AsyncClient, Limits

from app.core.settings import Settings
from tests.core.fixtures import in_environment
from tests.core.processes import Service, running
from tests.metrics.scraping import Scraped, eventually

READY = "Application startup complete"
COUNTED = {"method": "GET", "route": "/health", "status": "200"}


@pytest.fixture
def variables(settings: list[Settings], tmp_path: Path) -> dict[str, str]:
    """The environment of a service with two processes and a place for what it writes."""
    return {**in_environment(settings), "APP_WORKERS": "2", "TMPDIR": str(tmp_path)}


async def started(service: Service, number: int) -> list[int]:
    """Wait until so many processes have ever been ready, and return their ids."""
    while sum(READY in line["event"] for line in service.lines) < number:
        await service.wait_for(READY)
    matches = [
        re.search(r"Started server process \[(\d+)\]", one["event"]) for one in service.lines
    ]
    return [int(match[1]) for match in matches if match]


@asynccontextmanager
async def serving(variables: dict[str, str]) -> AsyncIterator[tuple[Service, AsyncClient]]:
    # A connection for each request, so that each process gets some.
    limits = Limits(max_keepalive_connections=0)
    async with running("app", **variables) as service:
        url = await service.url()
        async with AsyncClient(base_url=url, limits=limits, timeout=30) as client:
            yield service, client


async def ask(client: AsyncClient, times: int) -> None:
    answers = await asyncio.gather(*(client.get("/health") for _ in range(times)))
    assert {answer.status_code for answer in answers} == {200}


def found(place: Path, pattern: str) -> list[Path]:
    return list(place.glob(pattern))


def has(scraped: Scraped, *, processes: int, requests: int) -> bool:
    return (
        scraped.value("fastapi_processes") == processes
        and scraped.value("fastapi_requests_total", **COUNTED) == requests
    )


async def test_whoever_is_asked_tells_of_all_processes(variables: dict[str, str]) -> None:
    async with serving(variables) as (service, client):
        await started(service, 2)
        await ask(client, 60)
        scraped = await eventually(client, lambda told: has(told, processes=2, requests=60))
        seconds = "fastapi_request_duration_seconds"
        assert scraped.value(f"{seconds}_count", method="GET", route="/health") == 60
        assert {len(one) for one in scraped.labels("fastapi_build_info")} == {3}
        assert len(scraped.labels("fastapi_build_info")) == 1
        assert len(scraped.labels("fastapi_event_loop_lag_seconds")) == 1
        memory = scraped.value("fastapi_process_resident_memory_bytes")
        assert memory is None or memory > 2 * 10e6


async def test_of_the_dead_what_they_counted_stays_and_nothing_else(
    variables: dict[str, str],
) -> None:
    async with serving(variables) as (service, client):
        first, second = await started(service, 2)
        await ask(client, 60)
        await eventually(client, lambda told: has(told, processes=2, requests=60))

        os.kill(first, signal.SIGKILL)
        # It is gone before another one has taken its place.
        await service.wait_for(f"Child process [{first}] died")
        os.kill(second, signal.SIGKILL)
        await service.wait_for(f"Child process [{second}] died")
        assert len(set(await started(service, 4))) == 4
        await eventually(client, lambda told: has(told, processes=2, requests=60))
        await ask(client, 10)
        await eventually(client, lambda told: has(told, processes=2, requests=70))


async def test_a_port_of_their_own_belongs_to_the_parent(
    variables: dict[str, str], tmp_path: Path
) -> None:
    async with running("app", **variables, METRICS_PORT="0") as service:
        served = await service.wait_for("metrics_served")
        own = f"http://127.0.0.1:{served['port']}/metrics"
        main = await service.url()
        async with AsyncClient(base_url=main, timeout=30) as client:
            await started(service, 2)
            assert len(found(tmp_path, "metrics-*")) == 1
            await ask(client, 20)
            await eventually(client, lambda told: has(told, processes=2, requests=20), own)
            assert (await client.get("/metrics")).status_code == 404
        service.process.terminate()
        await service.end()
    assert service.process.returncode == 0
    assert found(tmp_path, "metrics-*") == []


async def test_a_folder_that_the_owner_has_set_is_used_and_left_alone(
    variables: dict[str, str], tmp_path: Path
) -> None:
    folder = tmp_path / "shared" / "metrics"
    async with serving({**variables, "PROMETHEUS_MULTIPROC_DIR": str(folder)}) as (service, client):
        await started(service, 2)
        await ask(client, 10)
        await eventually(client, lambda told: has(told, processes=2, requests=10))
        service.process.terminate()
        await service.end()
    assert found(folder, "counter_*")
    assert found(tmp_path, "metrics-*") == []
