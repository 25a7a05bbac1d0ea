"""What the API's documentation says of limits."""

from typing import Any

from app.core.health import Probes
from app.core.openapi import problems
from app.core.registry import Registry
from app.rate_limit.limiter import exempt_paths, is_below
from app.rate_limit.settings import RateLimitSettings


def describe(document: dict[str, Any], registry: Registry) -> None:
    """Let every operation that is counted answer 429."""
    exempt = exempt_paths(registry.get(RateLimitSettings), registry.get(Probes))
    for path, operations in document["paths"].items():
        if not is_below(path, exempt):
            for operation in operations.values():
                for status, response in problems(429).items():
                    operation["responses"].setdefault(str(status), response)
