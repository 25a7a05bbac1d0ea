"""What stands in for wrk: `python -m tests.bench.sending '<what to send, as JSON>'`."""

import asyncio
import json
import sys
import time
from typing import Any

from httpx2 import AsyncClient, Limits, TransportError


async def send(given: dict[str, Any]) -> dict[str, float]:
    """Send a request over some connections at a time; return what came of it."""
    taken: list[float] = []
    errors = 0

    async def keep_sending(client: AsyncClient, end: float) -> None:
        nonlocal errors
        while time.perf_counter() < end:
            begin = time.perf_counter()
            try:
                answer = await client.request(
                    given["method"],
                    given["url"],
                    headers=given["headers"],
                    content=given["body"] or None,
                )
            except TransportError:
                errors += 1
                continue
            taken.append((time.perf_counter() - begin) * 1000)
            errors += answer.status_code != given["status"]

    limits = Limits(max_connections=given["connections"])
    async with AsyncClient(limits=limits, timeout=10) as client:
        begin = time.perf_counter()
        async with asyncio.TaskGroup() as group:
            for _ in range(given["connections"]):
                group.create_task(keep_sending(client, begin + given["seconds"]))
        seconds = time.perf_counter() - begin
    taken.sort()
    return {
        "rate": len(taken) / seconds,
        "p50": taken[len(taken) // 2] if taken else 0.0,
        "p99": taken[len(taken) * 99 // 100] if taken else 0.0,
        "errors": errors,
    }


if __name__ == "__main__":
    print(json.dumps(asyncio.run(send(json.loads(sys.argv[1])))))  # noqa: T201, this is its answer
