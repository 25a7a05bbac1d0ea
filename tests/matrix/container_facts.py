"""What the files that are about containers say, and what they rely on others to say."""

import json
import posixpath
import re
from itertools import chain
from pathlib import PurePosixPath

from tests.matrix.containers import hosts_in
from tests.matrix.resolve import Fact, Facts

OF_IMAGES = {
    # what compose.prod.yaml asks for
    "DOMAIN",
    "IMAGE",
    # Grafana
    "GF_ANALYTICS_REPORTING_ENABLED",
    "GF_AUTH_ANONYMOUS_ENABLED",
    "GF_AUTH_ANONYMOUS_ORG_ROLE",
    "GF_AUTH_DISABLE_LOGIN_FORM",
    "GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH",
    "GF_SECURITY_DISABLE_INITIAL_ADMIN_CREATION",
    # MariaDB
    "MARIADB_ALLOW_EMPTY_ROOT_PASSWORD",
    "MARIADB_DATABASE",
    "MARIADB_PASSWORD",
    "MARIADB_RANDOM_ROOT_PASSWORD",
    "MARIADB_USER",
    # PostgreSQL
    "POSTGRES_DB",
    "POSTGRES_PASSWORD",
    "POSTGRES_USER",
    # the service's own tests
    "TEST_DATABASE_URL",
    "TEST_REDIS_URL",
}
"""Variables in compose files that are not settings of the service, but of what runs beside it."""


def of(path: PurePosixPath, text: str) -> Facts:
    """Return what a file, or a piece of one, provides and needs as far as containers go."""
    found = Facts()
    if path.match("compose*.yaml"):
        found |= _of_compose(path, text)
    if path.name == "Dockerfile":
        found |= _of_dockerfile(text)
    if path.name == ".dockerignore":
        found |= _of_dockerignore(text)
    if path.name == "devcontainer.json":
        found |= _of_devcontainer(path, text)
    if path.suffix == ".yaml" or path.name == "Caddyfile":
        found |= _of_addresses(text)
    return found


def _of_compose(path: PurePosixPath, text: str) -> Facts:
    """Read which services there are, which files they see, and which variables they are given."""
    mounted = re.findall(r"^\s*- \./([\w./-]+):", text, re.MULTILINE)
    included = re.findall(r"^  - ([\w./-]+\.yaml)$", text, re.MULTILINE)
    built = ["Dockerfile"] if re.search(r"^\s*build: \.$", text, re.MULTILINE) else []
    given = set(re.findall(r"^ {4,}([A-Z][A-Z0-9_]+):(?: |$)", text, re.MULTILINE))
    filled_in = set(re.findall(r"\$\{?([A-Z][A-Z0-9_]+)", text))
    inside = re.findall(r'APP_PORT: "(\d+)"|APP_PORT:-\d+\}:(\d+)', text)
    outside = re.findall(r"APP_PORT:-(\d+)\}", text)
    return Facts(
        provides=frozenset(
            Fact("compose service", name)
            for name in re.findall(r"^  ([a-z]+):$", text, re.MULTILINE)
        ),
        needs=frozenset(
            {Fact("file", (path.parent / one).as_posix()) for one in (*mounted, *included, *built)}
            | {Fact("setting", name) for name in (given | filled_in) - OF_IMAGES}
            | {Fact("compose service", host) for host in hosts_in(text)}
            | {Fact("exposed port", port) for port in filter(None, chain(*inside, outside))}
        ),
    )


def _of_dockerfile(text: str) -> Facts:
    """Read what an image takes from the project, what it runs and where it listens."""
    copied = re.findall(r"^COPY (?!--from)(\S+) ", text, re.MULTILINE)
    bound = re.findall(r"--mount=type=bind,source=(\S+?),", text)
    exposed = re.findall(r"^EXPOSE (\d+)$", text, re.MULTILINE)
    settings = re.findall(r"^(?:ENV)? +([A-Z]+_[A-Z_]+)=", text, re.MULTILINE)
    ports = re.findall(r"APP_PORT=(\d+)", text)
    modules = re.findall(r'"-m", "(app[\w.]*)"', text)
    return Facts(
        provides=frozenset(Fact("exposed port", port) for port in exposed),
        needs=frozenset(
            {Fact("line in .dockerignore for", name) for name in (*copied, *bound)}
            | {Fact("file", name) for name in (*copied, *bound) if name != "uv.lock"}
            | {Fact("default port", port) for port in exposed}
            | {Fact("exposed port", port) for port in ports}
            | {Fact("module", name) for name in modules}
            | {Fact("setting", name) for name in settings if not name.startswith(("UV_", "TYPER_"))}
        ),
    )


def _of_dockerignore(text: str) -> Facts:
    names = re.findall(r"^!(\S+)$", text, re.MULTILINE)
    return Facts(provides=frozenset(Fact("line in .dockerignore for", name) for name in names))


def _of_devcontainer(path: PurePosixPath, text: str) -> Facts:
    """Read which compose files and which of their services a devcontainer starts."""
    said = json.loads(text)
    files = (posixpath.normpath(path.parent / name) for name in said["dockerComposeFile"])
    return Facts(
        needs=frozenset(
            {Fact("file", name) for name in files}
            | {Fact("compose service", name) for name in (said["service"], *said["runServices"])}
            | {Fact("exposed port", str(port)) for port in said["forwardPorts"]}
        )
    )


def _of_addresses(text: str) -> Facts:
    """Read at which port the service is looked for by its name among containers."""
    ports = re.findall(r"(?<![\w./-])app:(\d{2,5})\b", text)
    return Facts(
        needs=frozenset(
            {Fact("exposed port", port) for port in ports}
            | ({Fact("compose service", "app")} if ports else set())
        )
    )
