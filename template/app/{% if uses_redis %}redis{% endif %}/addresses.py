"""Where Redis is, in one URL: a single server, a master behind sentinels, or a cluster.

| URL | what it is |
|---|---|
| `redis://user:password@host:6379/0` | a server, and the number of its keyspace |
| `unix:///run/redis.sock` | the same through a socket |
| `redis+sentinel://user:password@host:26379,host:26379/name/0` | the master of that name |
| `redis+cluster://user:password@host:6379,host:6379` | a cluster, by some of its nodes |

With `rediss` in place of `redis`, the connections are encrypted.
"""

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Literal
from urllib.parse import SplitResult, unquote, urlsplit

FORMS = (
    "redis://user:password@host:6379/0, rediss://… for TLS, unix:///path, "
    "redis+sentinel://host:26379,host:26379/name or redis+cluster://host:6379,host:6379"
)

Kind = Literal["server", "sentinel", "cluster"]

PORTS: dict[Kind, int] = {"server": 6379, "sentinel": 26379, "cluster": 6379}

SCHEMES: dict[str, tuple[Kind, bool]] = {
    "redis": ("server", False),
    "rediss": ("server", True),
    "redis+sentinel": ("sentinel", False),
    "rediss+sentinel": ("sentinel", True),
    "redis+cluster": ("cluster", False),
    "rediss+cluster": ("cluster", True),
}
"""What each scheme stands for, and whether its connections are encrypted."""


@dataclass(frozen=True, slots=True)
class Address:
    """A URL, taken apart."""

    kind: Kind
    nodes: tuple[tuple[str, int], ...]
    """Hosts and ports; for a socket none."""
    path: str = ""
    """The file of a socket."""
    tls: bool = False
    username: str | None = None
    password: str | None = None
    master: str = ""
    """What sentinels call the master."""
    keyspace: int = 0

    @property
    def is_local(self) -> bool:
        """Say whether nobody on a network can reach it in its place."""
        return all(_is_loopback(host) for host, _ in self.nodes)


def parse(url: str) -> Address:
    """Take a URL apart.

    Raises:
        ValueError: It is none of the forms above.
    """
    try:
        return _parse(urlsplit(url))
    except (ValueError, KeyError, IndexError) as error:
        raise ValueError(f"Write it as {FORMS}") from error


def _parse(parts: SplitResult) -> Address:
    username = unquote(parts.username) if parts.username else None
    password = unquote(parts.password) if parts.password else None
    if parts.scheme == "unix" and parts.path:
        return Address("server", (), unquote(parts.path), username=username, password=password)
    kind, tls = SCHEMES[parts.scheme]
    nodes = tuple(_node(place, PORTS[kind]) for place in _places(parts))
    segments = [unquote(segment) for segment in parts.path.split("/") if segment]
    master = segments.pop(0) if kind == "sentinel" else ""
    keyspace = int(segments.pop(0)) if segments and kind != "cluster" else 0
    if segments or parts.query or (kind == "server" and len(nodes) != 1):
        raise ValueError("There is more in it than we know of.")
    return Address(kind, nodes, "", tls, username, password, master, keyspace)


def _places(parts: SplitResult) -> list[str]:
    return parts.netloc.rpartition("@")[2].split(",")


def _node(place: str, default_port: int) -> tuple[str, int]:
    parts = urlsplit(f"//{place}")
    if not parts.hostname:
        raise ValueError("A host is missing.")
    return parts.hostname, parts.port or default_port


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
