"""Is the service alive, is it ready, and how is everything that it depends on."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

import structlog
from fastapi import APIRouter, Depends
from fastapi.routing import APIRoute
from pydantic import BaseModel, Field, SecretStr
from starlette.requests import Request
from starlette.responses import Response

from app.core.access import PUBLIC, Reach, Scope
from app.core.errors import ServiceUnavailable
from app.core.feature import ReadinessCheck
from app.core.lifecycle import Lifecycle
from app.core.monitors import Monitors
from app.core.openapi import problems
from app.core.registry import Registry
from app.core.settings import CoreSettings

logger = structlog.stdlib.get_logger(__name__)

HEALTH_READ = Scope("health:read", "See the state of everything behind the service", Reach.SERVICE)

PROBES = frozenset({"/health", "/ready"})


@dataclass(frozen=True, slots=True)
class Probes:
    """The paths that machines ask, every few seconds and by address instead of name."""

    paths: frozenset[str]


class Alive(BaseModel):
    """The process answers."""

    status: Literal["alive"] = "alive"


class CheckResult(BaseModel):
    """What one check found."""

    name: str = Field(examples=["archive"])
    status: Literal["ok", "failed", "timed out"]
    critical: bool = Field(description="Whether the service can do nothing without it.")
    latency_ms: float = Field(description="How long it took, in milliseconds.", examples=[1.3])


class Ready(BaseModel):
    """The service can do its work."""

    status: Literal["ready"] = "ready"
    checks: list[CheckResult]


class Detailed(BaseModel):
    """The state of the service and of everything behind it."""

    status: Literal["ok", "degraded", "failed"]
    draining: bool = Field(description="Whether the service is about to stop.")
    name: str
    version: str
    environment: str
    uptime: float = Field(description="Seconds since the start.")
    checks: list[CheckResult]
    features: dict[str, dict[str, Any]] = Field(
        description="What features tell of themselves, by name."
    )


class Checks:
    """Everything that the features of one application depend on."""

    def __init__(self, checks: Iterable[ReadinessCheck], registry: Registry) -> None:
        self._all = tuple(checks)
        self._registry = registry

    async def run(self, *, critical_only: bool = False) -> list[CheckResult]:
        """Run the checks side by side, each no longer than its own timeout."""
        chosen = [check for check in self._all if check.critical or not critical_only]
        return await asyncio.gather(*map(self._run, chosen))

    async def _run(self, check: ReadinessCheck) -> CheckResult:
        started = time.perf_counter()
        status: Literal["ok", "failed", "timed out"] = "ok"
        try:
            async with asyncio.timeout(check.timeout) as limit:
                await check.check(self._registry)
        except Exception as error:  # noqa: BLE001, whatever a check raises means that it failed
            status = "timed out" if limit.expired() else "failed"
            logger.warning("check_failed", check=check.name, status=status, error=repr(error))
        latency = round((time.perf_counter() - started) * 1000, 1)
        return CheckResult(
            name=check.name, status=status, critical=check.critical, latency_ms=latency
        )


class States:
    """What the features of one application tell of themselves."""

    def __init__(
        self, states: Mapping[str, Callable[[Registry], Mapping[str, Any]]], registry: Registry
    ) -> None:
        self._states = states
        self._registry = registry

    def tell(self) -> dict[str, dict[str, Any]]:
        """Ask each feature that has something to tell."""
        return {name: dict(state(self._registry)) for name, state in self._states.items()}


router = APIRouter(tags=["health"])


class _ProbeRoute(APIRoute):
    """A route for everybody, whose endpoint takes nothing.

    FastAPI would look for what it takes all the same, and check the answer twice.
    """

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request with what the endpoint returns."""

        async def answer(request: Request) -> Response:
            found = await self.endpoint()
            return Response(found.model_dump_json(), media_type="application/json")

        return answer


async def alive() -> Alive:
    """Answer without touching anything, so that nothing slow behind it restarts it."""
    return Alive()


router.add_api_route(
    "/health",
    alive,
    methods=["GET"],
    dependencies=[PUBLIC],
    summary="Is the process alive?",
    route_class_override=_ProbeRoute,
)


@router.get(
    "/ready",
    dependencies=[PUBLIC],
    responses=problems(503),
    summary="Can the service do its work?",
)
async def ready(request: Request) -> Ready:
    """Answer 503 while something critical is away, or while the service is stopping."""
    registry: Registry = request.app.state.registry
    if registry.get(Lifecycle).draining:
        raise ServiceUnavailable("The service is stopping.", code="draining")
    checks = await registry.get(Checks).run(critical_only=True)
    if any(check.status != "ok" for check in checks):
        failed = ", ".join(check.name for check in checks if check.status != "ok")
        raise ServiceUnavailable(f"Not available: {failed}.", code="not_ready", checks=checks)
    return Ready(checks=checks)


def health_token(registry: Registry) -> SecretStr | None:
    """Return what monitors send."""
    return registry.get(CoreSettings).health_token


@router.get(
    "/health/detailed",
    dependencies=[Depends(Monitors(HEALTH_READ, health_token))],
    responses=problems(401, 403),
    summary="How is everything behind the service?",
)
async def detailed(request: Request) -> Detailed:
    """Tell all that is known. Not for anonymous callers of a deployed service."""
    registry: Registry = request.app.state.registry
    core = registry.get(CoreSettings)
    lifecycle = registry.get(Lifecycle)
    checks = await registry.get(Checks).run()
    failed = [check for check in checks if check.status != "ok"]
    status: Literal["ok", "degraded", "failed"] = "degraded" if failed else "ok"
    if any(check.critical for check in failed):
        status = "failed"
    return Detailed(
        status=status,
        draining=lifecycle.draining,
        name=core.name,
        version=core.version,
        environment=core.environment,
        uptime=round(lifecycle.uptime, 1),
        checks=checks,
        features=registry.get(States).tell(),
    )
