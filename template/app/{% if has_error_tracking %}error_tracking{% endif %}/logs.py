"""What the log tells Sentry: the errors in it, and what led to them."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import sentry_sdk

from app.core.logging import fields_of
from app.core.middleware import request
from app.error_tracking.reports import Reports

LEVELS = {logging.CRITICAL: "fatal"}
"""The names of levels in Sentry, where they are others."""


class LogHandler(logging.Handler):
    """Reports exceptions that are logged as errors; earlier lines are told with a report.

    Lines of the level ERROR without an exception are not reported: the service logs one for
    each answer with a status of 500 and more.
    """

    def __init__(self, reports: Reports) -> None:
        super().__init__(logging.INFO)
        self._reports = reports

    def emit(self, record: logging.LogRecord) -> None:
        """Report the line, or keep it for the next report."""
        # The line about a request comes when all is over.
        if record.name == request.__name__ or sentry_sdk.get_client() is not self._reports.client:
            return
        level = LEVELS.get(record.levelno, record.levelname.lower())
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and record.levelno >= logging.ERROR:
            line = {"event": record.getMessage(), "logger": record.name, **fields_of(record)}
            self._reports.report(error, handled=True, level=level, contexts={"log_line": line})
        else:
            sentry_sdk.add_breadcrumb(
                type="log",
                category=record.name,
                level=level,
                message=record.getMessage(),
                data=dict(fields_of(record)),
                timestamp=datetime.fromtimestamp(record.created, UTC),
            )


@contextmanager
def listening(reports: Reports) -> Iterator[None]:
    """Listen to the log of this process."""
    handler = LogHandler(reports)
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
