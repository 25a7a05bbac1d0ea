"""Where log lines go: to the standard output, and while requests are served, in batches.

To write each line by itself takes a request longer, and whoever reads the log slowly would
hold up all of them. So lines are put into a queue, and a thread writes what it finds
there, every few hundredths of a second. Errors do not wait for it.
"""

import logging
import os
import sys
import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

logger = logging.getLogger(__name__)

PAUSE = 0.05
"""Seconds from one batch to the next."""

_CLOSED = (OSError, ValueError)
"""What writing raises when nobody reads any longer."""

MOST = 10_000
"""Lines that wait at most, when nobody reads what is written. There is no room for more."""


class StandardOutput(logging.StreamHandler[TextIO]):
    """Writes to whatever `sys.stdout` is at that moment."""

    def __init__(self) -> None:
        super().__init__()
        self._batches: Batches | None = None

    @property
    def stream(self) -> TextIO:
        """The stream to write to."""
        return sys.stdout

    @stream.setter
    def stream(self, value: TextIO) -> None:
        """Ignore what the base class remembers."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write a line, or let it be written."""
        batches = self._batches
        if batches is None or batches.process != os.getpid():  # one that was forked has no thread
            super().emit(record)
            return
        try:
            batches.put(self.format(record), at_once=record.levelno >= logging.ERROR)
        except Exception:  # noqa: BLE001, as the base class does: no line ends a request
            self.handleError(record)

    def flush(self) -> None:
        """Write what waits; `logging` asks for it when the process ends, in whatever way."""
        if self._batches is not None and self._batches.process == os.getpid():
            self._batches.write()
        super().flush()

    @contextmanager
    def in_batches(self) -> Iterator[None]:
        """Write in batches until the end of the block, where all is written."""
        if self._batches is not None:  # by another application of this process
            yield
            return
        self._batches = Batches()
        try:
            with self._batches.running():
                yield
        finally:
            self._batches = None


class Batches:
    """Lines that wait to be written, in the order in which they came."""

    def __init__(self) -> None:
        self.process = os.getpid()
        self._lines: deque[str] = deque()
        self._lost = 0
        self._writing = threading.Lock()
        self._waiting = threading.Event()
        self._ended = threading.Event()

    def put(self, line: str, *, at_once: bool) -> None:
        """Let a line be written, soon or at once. It is lost, and counted, if there is no room."""
        if len(self._lines) >= MOST:
            self._lost += 1
            return
        self._lines.append(line)
        if not self._waiting.is_set():
            self._waiting.set()
        # While the thread writes, it may wait for whoever reads; then this line does, too.
        if at_once and self._writing.acquire(blocking=False):
            try:
                self._write()
            finally:
                self._writing.release()

    def write(self) -> None:
        """Write all that waits."""
        with self._writing:
            self._write()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Have a thread that writes, until the end of the block."""
        thread = threading.Thread(target=self._run, name="log", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._ended.set()
            self._waiting.set()
            thread.join()

    def _run(self) -> None:
        told = 0
        while not self._ended.is_set():
            self._waiting.wait()
            self._ended.wait(PAUSE)
            self._waiting.clear()
            self.write()
            if self._lost > told:
                lines, told = self._lost - told, self._lost
                logger.warning("log_lines_lost", extra={"lines": lines})
        self.write()

    def _write(self) -> None:
        lines = [self._lines.popleft() for _ in range(len(self._lines))]
        try:
            sys.stdout.write("".join(f"{line}\n" for line in lines))
            sys.stdout.flush()
        except _CLOSED:
            self._lost += len(lines)
