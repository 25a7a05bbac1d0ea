"""The end of an application: it says that it is going before it goes."""

import asyncio
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import structlog

logger = structlog.stdlib.get_logger(__name__)

STOPPING = (signal.SIGTERM, signal.SIGINT)


class Lifecycle:
    """When an application started, and whether it is about to stop."""

    def __init__(self) -> None:
        self.started_at = time.monotonic()
        self.draining = False

    @property
    def uptime(self) -> float:
        """Seconds since the start."""
        return time.monotonic() - self.started_at

    @contextmanager
    def drain_on_signal(self, seconds: float) -> Iterator[None]:
        """Let `/ready` say no from the first signal to stop, `seconds` before the server stops.

        The load balancer needs that time to send new requests elsewhere. Then the handler
        of the server does what it does: finish the requests, end the application. A
        second signal does not wait.
        """
        self.started_at = time.monotonic()
        self.draining = False
        if threading.current_thread() is not threading.main_thread():
            yield  # only the main thread may handle signals
            return
        loop = asyncio.get_running_loop()
        handlers = {number: signal.getsignal(number) for number in STOPPING}
        previous = {int(n): handler for n, handler in handlers.items() if callable(handler)}

        def proceed(number: int, frame: FrameType | None) -> None:
            previous[number](number, frame)

        def wait_and_proceed(number: int) -> None:
            logger.info("draining", seconds=seconds)
            loop.call_later(seconds, proceed, number, None)

        def stop(number: int, frame: FrameType | None) -> None:
            waited = self.draining or not seconds
            self.draining = True
            if waited:
                proceed(number, frame)
            else:
                loop.call_soon_threadsafe(wait_and_proceed, number)

        for number in previous:
            signal.signal(number, stop)
        try:
            yield
        finally:
            self.draining = True
            for number, handler in previous.items():
                signal.signal(number, handler)
