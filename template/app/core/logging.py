"""Log lines: from structlog, from the server and from libraries, all in the same form.

Every line goes through the standard library's logging, so that its levels, pytest's
`caplog` and error trackers work as usual, and ends in one formatter.
"""

import json
import logging
import re
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import Any

import structlog
from pydantic_core import PydanticSerializationError, to_json
from structlog.typing import EventDict, WrappedLogger

from app.core.context import log_fields
from app.core.log_output import StandardOutput
from app.core.redaction import redact, redact_text
from app.core.settings import CoreSettings

Line = dict[str, Any]

_KNOWN = {*vars(logging.makeLogRecord({})), "message", "asctime", "taskName", "color_message"}
"""What every record has; anything else was given as `extra`."""

_PASSED = ("event", "positional_args", "exc_info", "stack_info", "stacklevel")
"""What structlog hands on to the standard library as it is."""

_FIELDS = "structlog_fields"
"""The attribute of a record for the rest."""

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
"""What moves the cursor of a terminal, starts a new line or turns the direction of writing."""


class LineFormatter(logging.Formatter):
    """Makes one line of a record, with what is known about the service and the request."""

    def __init__(self, about: Mapping[str, Any], render: Callable[[Line], str]) -> None:
        super().__init__()
        self._about = dict(about)
        self._render = render

    def format(self, record: logging.LogRecord) -> str:
        """Return the line, without secrets."""
        line = {
            "timestamp": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname.lower(),
            "logger": record.name,
            "event": redact_text(record.getMessage()),
            **redact(fields_of(record)),
            **self._about,
            **(log_fields.get() or {}),
        }
        if record.exc_info:
            line["exception"] = redact_text(self.formatException(record.exc_info))
        if record.stack_info:
            line["stack"] = redact_text(record.stack_info)
        return self._render(line)


def fields_of(record: logging.LogRecord) -> Mapping[str, Any]:
    """Return what a line says beside its event, as it was given: with secrets."""
    fields: Mapping[str, Any] | None = getattr(record, _FIELDS, None)
    if fields is None:
        return {name: value for name, value in vars(record).items() if name not in _KNOWN}
    return fields


def log_line(logger: logging.Logger, level: int, event: str, fields: Mapping[str, Any]) -> None:
    """Log a line that every request has.

    It does not say where in the code it comes from, which `logger.log()` would find out at
    twice the price of all this.
    """
    record = logger.makeRecord(logger.name, level, "", 0, event, (), None)
    setattr(record, _FIELDS, fields)
    logger.handle(record)


def configure_logging(core: CoreSettings) -> None:
    """Send every log line of this process to standard output, in the form that is set.

    Logging belongs to the process: with several applications in one, the last to be
    built decides, while each names itself in the lines of its own requests.
    """
    handler = StandardOutput()
    render = render_json if core.logs_as_json else readable(colors=sys.stdout.isatty())
    handler.setFormatter(LineFormatter(about(core), render))
    root = logging.getLogger()
    root.handlers = [one for one in root.handlers if not isinstance(one, StandardOutput)]
    root.addHandler(handler)
    level = core.log_threshold
    # DEBUG is for the code of the service; libraries would drown it, and show their data.
    root.setLevel(max(level, logging.INFO))
    logging.getLogger("app").setLevel(level)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logger = logging.getLogger(name)
        logger.handlers = []
        logger.propagate = name != "uvicorn.access"  # the service logs its requests itself
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            _gather_fields,
            structlog.stdlib.render_to_log_args_and_kwargs,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )


@contextmanager
def writing_in_batches(core: CoreSettings) -> Iterator[None]:
    """Write lines in batches where the service is deployed; a developer sees each at once."""
    with ExitStack() as stack:
        for handler in logging.getLogger().handlers:
            if core.environment.is_deployed and isinstance(handler, StandardOutput):
                stack.enter_context(handler.in_batches())
        yield


def about(core: CoreSettings) -> Line:
    """Return what every line says about the service."""
    return {"service": core.name, "version": core.version, "environment": str(core.environment)}


def render_json(line: Line) -> str:
    """Write a line for machines; in ASCII, so that nothing in it can start another line."""
    try:
        # A third of the time of the standard library, which can escape what is not ASCII.
        text = to_json(line)
        if text.isascii():
            return text.decode()
    except PydanticSerializationError:  # half a surrogate pair
        pass
    return json.dumps(line, separators=(",", ":"))


def readable(*, colors: bool) -> Callable[[Line], str]:
    """Return a function that writes a line for people."""
    renderer = structlog.dev.ConsoleRenderer(colors=colors, sort_keys=False)

    def render(line: Line) -> str:
        event, _, rest = line["event"].partition("\n")
        blocks = [rest, line.pop("stack", ""), line.pop("exception", "")]
        shown = {_escape(name): _escape(value) for name, value in line.items()}
        shown["event"] = _escape(event)
        text = str(renderer(None, "", shown))
        # Text of several lines stands behind a bar, where it cannot pass for lines of its own.
        lines = [one for block in blocks for one in block.splitlines()]
        return "\n".join([text, *(f"    | {_escape(one)}" for one in lines)])

    return render


def _escape(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    return _CONTROL.sub(lambda found: found[0].encode("unicode_escape").decode(), value)


def _gather_fields(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """Keep the fields of a line apart from the attributes of its record."""
    passed = {name: event.pop(name) for name in _PASSED if name in event}
    return {**passed, _FIELDS: event}
