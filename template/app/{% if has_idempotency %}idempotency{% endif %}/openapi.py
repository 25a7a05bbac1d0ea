"""What the API's documentation says of the key."""

from typing import Any

from app.core.openapi import problems
from app.core.registry import Registry
from app.idempotency.middleware import UNSAFE

PARAMETER = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": False,
    "description": "Names this request, so that it can be repeated without being done twice: "
    "a random string, such as a UUID, for each request.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 257},
}


def describe(document: dict[str, Any], _registry: Registry) -> None:
    """Let operations take a key: the unsafe ones that know who is calling."""
    known_by = "securitySchemes" in document["components"]
    for operations in document["paths"].values():
        for method, operation in operations.items():
            if method.upper() in UNSAFE and ("security" in operation or not known_by):
                operation.setdefault("parameters", []).append(PARAMETER)
                for status, response in problems(400, 409, 422).items():
                    operation["responses"].setdefault(str(status), response)
