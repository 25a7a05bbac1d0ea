"""What a process tells of itself."""

import asyncio
import os
import platform
import time
from collections import deque
from pathlib import Path

from prometheus_client import Counter, Gauge

from app.core.settings import CoreSettings
from app.metrics.service import Metrics
from app.metrics.totals import Total

TICK = 0.1
"""Seconds from one look at the event loop to the next."""

TICKS = 10
"""After so many of them, samples are taken."""

REMEMBERED = 15
"""Seconds for which a lag is told, so that Prometheus does not miss it between two visits."""

STATM = Path("/proc/self/statm")
"""Where Linux says how much memory a process has. Other systems do not tell in a like way."""


class EventLoop:
    """Takes the samples of an application, and sees how late the event loop is for it."""

    def __init__(self, metrics: Metrics) -> None:
        self._metrics = metrics
        self._lags = deque([0.0], maxlen=round(REMEMBERED / TICK))
        lag = Gauge(
            "fastapi_event_loop_lag_seconds",
            f"The longest that the event loop was held up in the last {REMEMBERED} seconds.",
            multiprocess_mode="livemax",
            registry=metrics.registry,
        )
        metrics.sample(lambda: lag.set(max(self._lags)))

    async def watch(self) -> None:
        """Do so until it is cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            for _ in range(TICKS):
                due = loop.time() + TICK
                await asyncio.sleep(TICK)
                self._lags.append(max(0.0, loop.time() - due))
            self._metrics.take_samples()


def tell_of_process(metrics: Metrics, core: CoreSettings) -> None:
    """Tell which release this is, and what the process uses."""
    build = Gauge(
        "fastapi_build_info",
        "Which release this is: always 1.",
        ["version", "environment", "python"],
        multiprocess_mode="livemax",
        registry=metrics.registry,
    )
    build.labels(core.version, core.environment, platform.python_version()).set(1)
    processes = Gauge(
        "fastapi_processes",
        "Processes that serve.",
        multiprocess_mode="livesum",
        registry=metrics.registry,
    )
    processes.set(1)
    cpu = Total(
        Counter(
            "fastapi_process_cpu_seconds_total",
            "Seconds that the processes have kept a core busy.",
            registry=metrics.registry,
        )
    )
    metrics.sample(lambda: cpu.reach(time.process_time()))
    if STATM.exists():
        memory = Gauge(
            "fastapi_process_resident_memory_bytes",
            "Memory that the processes have.",
            multiprocess_mode="livesum",
            registry=metrics.registry,
        )
        metrics.sample(lambda: memory.set(_resident_memory()))


def _resident_memory() -> int:
    pages = STATM.read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
