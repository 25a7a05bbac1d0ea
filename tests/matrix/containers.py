"""What must hold within a compose file, and what a devcontainer may say.

What ties these files to others, such as ports and variables, is in `container_facts.py`.
"""

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

import yaml
from jsonschema_rs import validator_for

DEVCONTAINER = {
    "type": "object",
    "required": ["dockerComposeFile", "service", "workspaceFolder"],
    "additionalProperties": False,
    "properties": {
        "name": {"type": "string"},
        "dockerComposeFile": {"type": "array", "items": {"type": "string"}},
        "service": {"type": "string"},
        "runServices": {"type": "array", "items": {"type": "string"}},
        "workspaceFolder": {"type": "string", "pattern": "^/"},
        "shutdownAction": {"enum": ["none", "stopCompose"]},
        "overrideCommand": {"type": "boolean"},
        "containerEnv": {"type": "object", "additionalProperties": {"type": "string"}},
        "remoteEnv": {"type": "object", "additionalProperties": {"type": ["string", "null"]}},
        "remoteUser": {"type": "string"},
        "postCreateCommand": {"type": "string"},
        "postStartCommand": {"type": "string"},
        "forwardPorts": {"type": "array", "items": {"type": "integer", "maximum": 65535}},
        "customizations": {"type": "object"},
    },
}
"""The properties of containers.dev for one that starts with compose, as far as they are used."""

VARIABLE = re.compile(r"(?<!\$)\$(?:\{(\w+)([^}]*)\}|(\w+))")
"""What compose fills in, and what it does when there is nothing to fill in."""

MOUNT = re.compile(r"([\w./-]+):")
"""What is mounted: a folder, or else a volume."""

HOST = re.compile(r"//(?:[^@/\s]*@)?([a-z][\w.-]*):\d+")
"""Where a URL leads, when it is neither an address nor on the net."""


def check(path: PurePosixPath, text: str) -> Iterator[str]:
    """Yield what is wrong with a compose file or a devcontainer."""
    if path.name == "devcontainer.json":
        yield from _check_devcontainer(text)
    if path.match("compose*.yaml"):
        try:
            document = yaml.safe_load(text)
        except yaml.YAMLError:  # files.py reports it
            return
        if isinstance(document, dict) and isinstance(document.get("services"), dict):
            yield from _Compose(
                document, text, is_part=path.parent.name == ".devcontainer"
            ).problems()


def _check_devcontainer(text: str) -> Iterator[str]:
    for error in validator_for(DEVCONTAINER).iter_errors(json.loads(text)):
        yield f"breaks its schema: {error.message}"


class _Compose:
    """A compose file; one that others are started beside may name their services, too."""

    def __init__(self, document: Mapping[str, Any], text: str, *, is_part: bool) -> None:
        self._text = text
        self._is_part = is_part
        self._services: Mapping[str, Mapping[str, Any]] = {
            name: service for name, service in document["services"].items() if service
        }
        self._volumes = set(document.get("volumes") or ())
        self._networks = set(document.get("networks") or ()) | {"default"}
        self._includes = bool(document.get("include"))

    def problems(self) -> Iterator[str]:
        """Yield everything that is wrong."""
        for name, service in self._services.items():
            for problem in self._of_service(service):
                yield f"has the service {name}, which {problem}"
        yield from self._of_variables()

    def _of_service(self, service: Mapping[str, Any]) -> Iterator[str]:
        image = str(service.get("image", ""))
        if image and not _is_ours(service) and not re.search(r":v?\d+\.\d+\.?\d*\b", image):
            yield f"runs {image}, which is no exact version"
        for port in service.get("ports", ()):
            if not (str(port).startswith("127.0.0.1:") or self._is_public(service)):
                yield f"publishes {port} for everybody"
        yield from self._of_resources(service)
        yield from self._of_dependencies(service)
        for value in dict(service.get("environment") or {}).values():
            for host in hosts_in(str(value)):
                if not self._knows(host):
                    yield f"is led to the host {host}, which is no service"

    def _of_resources(self, service: Mapping[str, Any]) -> Iterator[str]:
        for mount in service.get("volumes", ()):
            source = MOUNT.match(mount)
            if source and "/" not in source[1] and source[1] not in {".", *self._volumes}:
                yield f"mounts the volume {source[1]}, which is not there"
        for network in service.get("networks", ()):
            if network not in self._networks:
                yield f"is in the network {network}, which is not there"

    def _of_dependencies(self, service: Mapping[str, Any]) -> Iterator[str]:
        needed = service.get("depends_on") or {}
        conditions = needed if isinstance(needed, dict) else {name: {} for name in needed}
        for name, how in conditions.items():
            if not self._knows(name):
                yield f"depends on {name}, which is no service"
            other = self._services.get(name)
            is_checked = other and ("healthcheck" in other or _is_ours(other))
            if other and how.get("condition") == "service_healthy" and not is_checked:
                yield f"waits for the health of {name}, which has no healthcheck"

    def _of_variables(self) -> Iterator[str]:
        """A variable is required with a sentence, or has a default; then it may be named again."""
        found = [(name or plain, rest) for name, rest, plain in VARIABLE.findall(self._text)]
        explained = {name for name, rest in found if rest.startswith((":?", ":-"))}
        for name in dict.fromkeys(name for name, _ in found):
            if name not in explained:
                yield f"fills in {name}, and does not say what if there is none"

    def _knows(self, name: str) -> bool:
        return name in self._services or self._is_part or self._includes

    def _is_public(self, service: Mapping[str, Any]) -> bool:
        """Say whether it is there for everybody: a proxy, on the ports for that."""
        published = {str(port).partition(":")[0] for port in service["ports"]}
        return published <= {"80", "443"}


def hosts_in(text: str) -> list[str]:
    """Return the hosts that URLs in a text lead to, when they are names among containers."""
    return HOST.findall(VARIABLE.sub("x", text))


def _is_ours(service: Mapping[str, Any]) -> bool:
    """Say whether it runs the image of the service, whose Dockerfile has a health check."""
    return "build" in service or "${IMAGE" in str(service.get("image"))
