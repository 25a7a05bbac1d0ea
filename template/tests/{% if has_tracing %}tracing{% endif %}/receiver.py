"""A receiver of OTLP over HTTP on a real socket, as a collector is one."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from tests.core.web_server import Asked, WebServer


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


class Receiver(WebServer):
    """Keeps what it is sent, unless it is told to refuse it."""

    def __init__(self) -> None:
        super().__init__()
        self.spans: list[Received] = []
        self.raw = b""
        """Everything that has arrived, for what must not."""
        self.status = 200

    def answer(self, asked: Asked) -> tuple[int, bytes]:
        """Take the spans in."""
        if self.status == 200:
            self.raw += asked.body
            request = ExportTraceServiceRequest.FromString(asked.body)
            for group in request.resource_spans:
                resource = _read(group.resource.attributes)
                for scope in group.scope_spans:
                    self.spans += [_received(span, resource, asked) for span in scope.spans]
        return self.status, b"{}"

    async def wait_for(self, *names: str) -> None:
        """Wait until spans of these names have arrived."""
        await until(lambda: set(names) <= {span.name for span in self.spans})

    def named(self, name: str) -> list[Received]:
        return [span for span in self.spans if span.name == name]


async def until(condition: Callable[[], bool]) -> None:
    """Wait until something holds."""
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110, another thread makes it hold
            await asyncio.sleep(0.02)


def _received(span: Span, resource: dict[str, Any], asked: Asked) -> Received:
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
        path=asked.path,
        headers=asked.headers,
    )


def _read(attributes: Any) -> dict[str, Any]:
    pairs: list[KeyValue] = list(attributes)
    return {pair.key: _value(pair.value) for pair in pairs}


def _value(value: AnyValue) -> Any:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_value(one) for one in value.array_value.values]
    return getattr(value, kind) if kind else None
