"""Counting requests, and refusing those that are too many."""

import hashlib
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv6Address, ip_network

from starlette.requests import HTTPConnection

from app.core.access import recognise
from app.core.errors import TooManyRequests
from app.core.health import Probes
from app.core.registry import Registry
from app.core.routes import route_path
from app.rate_limit.callers import address_of, by_address, by_principal
from app.rate_limit.quota import DEFAULT, Limit, Verdict, whole_seconds
from app.rate_limit.settings import RateLimitSettings
from app.rate_limit.windows import Windows

TALLY = "app.rate_limit"
"""Where a request keeps its tally. One that is exempt has none."""


@dataclass(slots=True)
class Tally:
    """Whom a request counts for unless a limit says otherwise, and what was found."""

    caller: str
    verdicts: list[Verdict] = field(default_factory=list)


class Limiter:
    """Counts the requests of one application."""

    def __init__(self, settings: RateLimitSettings, probes: Probes, windows: Windows) -> None:
        self.default = Limit.parse(DEFAULT, settings.default)
        self.windows = windows
        self._paths = exempt_paths(settings, probes)
        self._networks = tuple(map(ip_network, settings.exempt_networks))
        self._subjects = frozenset(settings.exempt_subjects)

    async def open(self, connection: HTTPConnection, registry: Registry) -> Tally | None:
        """Find out who sent a request; None when it is exempt."""
        if is_below(route_path(connection.scope), self._paths):
            return None
        if self._networks and self._is_exempt(address_of(connection)):
            return None
        try:
            principal = await recognise(connection, registry)
        except Exception:  # noqa: BLE001, why they are not recognised is for the endpoint to say
            return Tally(by_address(connection))
        if principal.is_anonymous:
            return Tally(by_address(connection))
        if principal.subject in self._subjects:
            return None
        return Tally(by_principal(principal))

    async def take(self, tally: Tally, limit: Limit, caller: str, cost: int = 1) -> None:
        """Count a request, so that its answer tells of it.

        Raises:
            TooManyRequests: It is one too many, and not counted.
            ServiceUnavailable: It cannot be counted, and must not pass uncounted.
        """
        verdict = await self.windows.take(_key(limit, caller), limit, cost)
        tally.verdicts.append(verdict)
        if verdict.wait > 0:
            seconds = whole_seconds(verdict.wait)
            raise TooManyRequests(
                f"No more than {limit.amount} requests in {limit.seconds} seconds. "
                f"Wait {seconds} seconds, then try again.",
                headers={"Retry-After": str(seconds)},
            )

    def _is_exempt(self, address: IPv4Address | IPv6Address | None) -> bool:
        return address is not None and any(address in network for network in self._networks)


def exempt_paths(settings: RateLimitSettings, probes: Probes) -> tuple[str, ...]:
    """Return the paths that nothing is counted at, nor below, each with a slash at its end."""
    return tuple(f"{path.rstrip('/')}/" for path in (*probes.paths, *settings.exempt_paths))


def is_below(path: str, roots: tuple[str, ...]) -> bool:
    """Say whether a path is one of these, or below one."""
    return f"{path}/".startswith(roots)


def _key(limit: Limit, caller: str) -> str:
    """Return what requests are counted under: short, whatever callers are named by.

    Limits of different lengths never share a window.
    """
    named = f"{limit.name}\n{limit.amount}/{limit.seconds}\n{caller}"
    return hashlib.blake2b(named.encode(), digest_size=16).hexdigest()
