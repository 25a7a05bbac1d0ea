"""How spans leave: in the background, and whether or not anybody is there to take them."""

import asyncio
import logging
import threading
from collections.abc import Mapping, Sequence
from contextvars import ContextVar
from typing import Any

import structlog
from opentelemetry.exporter.otlp.proto.http import Compression
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult

from app.tracing.redaction import redact_span
from app.tracing.settings import TracingSettings

logger = structlog.stdlib.get_logger(__name__)

LAST_SECONDS = 3.0
"""How long the end of the application waits for the last spans to be sent."""

LARGEST_BATCH = 512
"""Spans that are sent together."""

_complaints: ContextVar[list[str] | None] = ContextVar("complaints", default=None)


class _Confidant(logging.Filter):
    """Keeps to itself what OpenTelemetry complains of while we listen."""

    def filter(self, record: logging.LogRecord) -> bool:
        complaints = _complaints.get()
        if complaints is None:
            return True
        complaints.append(record.getMessage())
        return False


# It logs each attempt that fails, and a receiver that is away is away for many of them.
logging.getLogger(OTLPSpanExporter.__module__).addFilter(_Confidant())


class Sender(SpanExporter):
    """Sends spans, without their secrets.

    It says once that nobody takes them, and once that somebody does again.
    """

    def __init__(self, settings: TracingSettings) -> None:
        self.away = False
        self.lost = 0
        self._room = settings.queue_size
        self._lock = threading.Lock()
        self._stopped = False
        self._otlp = OTLPSpanExporter(
            endpoint=settings.endpoint,
            headers=settings.sent_headers,
            timeout=settings.timeout,
            compression=Compression.Gzip,
        )

    def expect(self) -> bool:
        """Say whether there is room for another span that waits; without, it is lost."""
        with self._lock:
            if self._room:
                self._room -= 1
                return True
            self.lost += 1
            return False

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """Send spans, several times if need be."""
        complaints: list[str] = []
        token = _complaints.set(complaints)
        try:
            result = self._otlp.export([redact_span(span) for span in spans])
        finally:
            _complaints.reset(token)
            with self._lock:
                self._room += len(spans)
        if result is SpanExportResult.SUCCESS:
            if self.away:
                logger.info("tracing_back", spans_lost=self.lost)
            self.away = False
        else:
            with self._lock:
                self.lost += len(spans)
            if not self.away:
                logger.warning("tracing_away", reason=next(iter(complaints), "unknown"))
            self.away = True
        return result

    def shutdown(self) -> None:
        """Stop trying."""
        if not self._stopped:
            self._stopped = True
            self._otlp.shutdown()  # type: ignore[no-untyped-call]  # the one that has no types


class Outbox(SpanProcessor):
    """Where spans wait to be sent, as many as there is room for. Open while the service runs."""

    def __init__(self, settings: TracingSettings) -> None:
        self._settings = settings
        self._sender: Sender | None = None
        self._batches: BatchSpanProcessor | None = None

    @property
    def state(self) -> Mapping[str, Any]:
        """What operators are told."""
        sender = self._sender
        return {"away": sender.away, "spans_lost": sender.lost} if sender else {}

    def on_end(self, span: ReadableSpan) -> None:
        """Take a span that has ended."""
        if self._batches and self._sender and self._sender.expect():
            self._batches.on_end(span)

    def open(self) -> None:
        """Send from now on what is put in, in a thread of its own."""
        self._sender = Sender(self._settings)
        self._batches = BatchSpanProcessor(
            self._sender,
            max_queue_size=self._settings.queue_size,
            schedule_delay_millis=self._settings.interval * 1000,
            max_export_batch_size=min(LARGEST_BATCH, self._settings.queue_size),
        )

    async def close(self) -> None:
        """Send what is left, unless nobody takes it or it takes too long."""
        batches, sender = self._batches, self._sender
        self._batches = None
        if not (batches and sender):
            return
        if sender.away:
            sender.shutdown()
        # The library would wait ten times as long. A daemon does not hold up the process.
        rest = threading.Thread(target=batches.shutdown, name="last spans", daemon=True)
        rest.start()
        await asyncio.to_thread(rest.join, LAST_SECONDS)
        sender.shutdown()
