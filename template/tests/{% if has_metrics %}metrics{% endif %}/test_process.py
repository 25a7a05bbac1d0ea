"""What a process tells of itself."""

import asyncio
import platform
import time

from app.metrics.process import STATM
from tests.core.serving import serving
from tests.metrics.measured import MEASURED
from tests.metrics.scraping import eventually, scrape


async def test_the_release() -> None:
    async with serving(*MEASURED, version="1.2.3") as client:
        scraped = await scrape(client)
    labels = {"version": "1.2.3", "environment": "test", "python": platform.python_version()}
    assert scraped.value("fastapi_build_info", **labels) == 1
    assert scraped.value("fastapi_processes") == 1


async def test_the_time_of_the_processor_grows() -> None:
    name = "fastapi_process_cpu_seconds_total"
    async with serving(*MEASURED) as client:
        before = (await scrape(client)).value(name)
        started = time.process_time()
        while time.process_time() < started + 0.2:
            pass
        after = (await scrape(client)).value(name)
    assert before is not None
    assert after is not None
    assert after - before >= 0.2


async def test_the_memory_where_the_system_tells_it() -> None:
    async with serving(*MEASURED) as client:
        memory = (await scrape(client)).value("fastapi_process_resident_memory_bytes")
    assert (memory is not None) == STATM.exists()
    assert memory is None or 10e6 < memory < 10e9


async def test_what_held_the_event_loop_up_is_seen_afterwards() -> None:
    name = "fastapi_event_loop_lag_seconds"
    async with serving(*MEASURED) as client:
        await asyncio.sleep(0.2)  # until it is looked at
        await client.get("/api/v1/rude")
        scraped = await eventually(client, lambda found: (found.value(name) or 0) > 0.3)
    assert (scraped.value(name) or 0) < 30
