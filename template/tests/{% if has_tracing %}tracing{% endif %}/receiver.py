"""A receiver of OTLP over HTTP on a real socket, as a collector is one."""

import asyncio
import gzip
import threading
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status


@dataclass(frozen=True)
class Received:
    """A span as it arrived."""

    name: str
    kind: str
    trace_id: str
    span_id: str
    parent_id: str
    attributes: dict[str, Any]
    events: list[tuple[str, dict[str, Any]]]
    failed: bool
    status: str
    resource: dict[str, Any]
    path: str
    """Where it was sent."""
    headers: dict[str, str]
    """What it was sent with."""


class Receiver:
    """Up while its context is entered; can be cut, be silent, refuse, and come back."""

    def __init__(self) -> None:
        self.spans: list[Received] = []
        self.raw = b""
        """Everything that has arrived, for what must not."""
        self.status = 200
        self.port = 0
        self.asked = 0
        self._speaking = threading.Event()
        self._speaking.set()
        self._server: ThreadingHTTPServer | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> Self:
        self.restore()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.cut()

    def restore(self) -> None:
        """Take connections, at the same port each time."""
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                receiver.asked += 1
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver._speaking.wait(30)
                if receiver.status == 200:
                    receiver._take(self.path, dict(self.headers), gzip.decompress(body))
                self.send_response(receiver.status)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Say nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        self._server.daemon_threads = True
        self.port = self._server.server_port
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def cut(self) -> None:
        """Take no connections any more."""
        self._speaking.set()
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def fall_silent(self) -> None:
        """Answer nothing from now on."""
        self._speaking.clear()

    def speak_again(self) -> None:
        """Answer again, also those who still wait."""
        self._speaking.set()

    async def wait_for(self, *names: str) -> None:
        """Wait until spans of these names have arrived."""
        await until(lambda: set(names) <= {span.name for span in self.spans})

    def named(self, name: str) -> list[Received]:
        return [span for span in self.spans if span.name == name]

    def _take(self, path: str, headers: dict[str, str], body: bytes) -> None:
        self.raw += body
        request = ExportTraceServiceRequest.FromString(body)
        for group in request.resource_spans:
            resource = _read(group.resource.attributes)
            for scope in group.scope_spans:
                self.spans += [_received(span, resource, path, headers) for span in scope.spans]


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110, another thread makes it hold
            await asyncio.sleep(0.02)


def _received(span: Span, resource: dict[str, Any], path: str, headers: dict[str, str]) -> Received:
    return Received(
        name=span.name,
        kind=Span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_"),
        trace_id=span.trace_id.hex(),
        span_id=span.span_id.hex(),
        parent_id=span.parent_span_id.hex(),
        attributes=_read(span.attributes),
        events=[(event.name, _read(event.attributes)) for event in span.events],
        failed=span.status.code == Status.STATUS_CODE_ERROR,
        status=span.status.message,
        resource=resource,
        path=path,
        headers=headers,
    )


def _read(attributes: Any) -> dict[str, Any]:
    pairs: list[KeyValue] = list(attributes)
    return {pair.key: _value(pair.value) for pair in pairs}


def _value(value: AnyValue) -> Any:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_value(one) for one in value.array_value.values]
    return getattr(value, kind) if kind else None
