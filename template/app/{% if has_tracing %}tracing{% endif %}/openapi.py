"""What the API's documentation says of traces."""

from typing import Any

from app.core.problems import ProblemDocument, ValidationProblemDocument
from app.core.registry import Registry

TRACE_ID = {
    "type": "string",
    "title": "Trace Id",
    "description": "The trace of the request, where it has one.",
    "pattern": "^[0-9a-f]{32}$",
}


def describe(document: dict[str, Any], _registry: Registry) -> None:
    """Let every problem have the trace id of its request."""
    for problem in (ProblemDocument, ValidationProblemDocument):
        document["components"]["schemas"][problem.__name__]["properties"]["trace_id"] = TRACE_ID
