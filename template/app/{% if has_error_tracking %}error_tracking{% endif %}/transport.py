"""How reports travel: in a thread of their own, from a queue that has an end."""

import logging
import threading
import time
from typing import Any

import structlog
from sentry_sdk import HttpTransport

logger = structlog.stdlib.get_logger(__name__)

PAUSE = 60.0
"""Seconds between two log lines about reports that were lost."""


class Transport(HttpTransport):
    """Says when reports are lost, in a line a minute however many they are."""

    def __init__(self, options: dict[str, Any]) -> None:
        super().__init__(options)
        self.lost = 0
        self._told = 0
        self._next = 0.0
        self._lock = threading.Lock()
        # It tries again, and logs each time that it does.
        logging.getLogger("urllib3.connectionpool").addFilter(_is_not_ours)

    def on_dropped_event(self, reason: str) -> None:
        """Count a report that was lost: Sentry is away, refuses it, or is too slow."""
        with self._lock:
            self.lost += 1
            if time.monotonic() < self._next:
                return
            lost, self._told = self.lost - self._told, self.lost
            self._next = time.monotonic() + PAUSE
        logger.warning("reports_lost", reason=reason, reports=lost)


def _is_not_ours(record: logging.LogRecord) -> bool:
    return "/envelope/" not in record.getMessage()
