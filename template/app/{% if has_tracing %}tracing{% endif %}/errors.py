"""What a trace says of errors."""

from http import HTTPStatus

from opentelemetry import trace
from opentelemetry.trace import StatusCode

from app.core.problems import Occurrence
from app.core.registry import Registry


def mark_error(occurrence: Occurrence, _registry: Registry) -> None:
    """Put an exception into the span of its request, if the service is at fault."""
    if occurrence.problem.status < HTTPStatus.INTERNAL_SERVER_ERROR:
        return
    span = trace.get_current_span()
    if span.is_recording():
        span.record_exception(occurrence.error)
        span.set_status(StatusCode.ERROR)
