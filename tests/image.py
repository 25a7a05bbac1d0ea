"""Does what a Dockerfile says without a container engine: each stage in a plain directory.

Its instructions are taken from the file as it is, so that a wrong line goes wrong here too.
What stands in for the base image is a Python of this machine; paths in the image are paths
below the directory of a stage. What a line may be is what ours are: any other is refused.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatch
from pathlib import Path

from tests import environment


@dataclass
class Stage:
    """One stage: its directory, and what its instructions have set so far."""

    root: Path
    base: str
    folder: str = "/"
    variables: dict[str, str] = field(default_factory=dict)
    arguments: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    ports: list[int] = field(default_factory=list)
    user: str = "0:0"
    health: list[str] = field(default_factory=list)
    command: list[str] = field(default_factory=list)

    def path(self, name: str) -> Path:
        """Return where a path of the image is on this machine."""
        return self.root / os.path.normpath(f"{self.folder}/{name}" if name[0] != "/" else name)[1:]

    def environment(self, extra: Mapping[str, str] = {}) -> dict[str, str]:
        """Return what a process in the image sees, with its paths as they are here."""
        outside = environment.clean()
        path = [
            str(here) if (here := self.path(entry)).is_dir() else entry
            for entry in self.variables["PATH"].split(":")
        ]
        return {**self.variables, **extra, "PATH": os.pathsep.join([*path, outside["PATH"]])}


class Image:
    """What a Dockerfile makes of a project."""

    def __init__(self, project: Path, folder: Path, python: str, **arguments: str) -> None:
        self._project = project
        self._folder = folder
        self._python = python
        self._arguments = arguments
        self._stages: dict[str, Stage] = {}
        self._ignored = (project / ".dockerignore").read_text().splitlines()
        for word, rest in _instructions((project / "Dockerfile").read_text()):
            if word == "FROM":
                self._start(rest)
            else:
                getattr(self, f"_{word.lower()}")(self.final, rest)

    @property
    def final(self) -> Stage:
        """The stage that the image is; until the end, the one that is being made."""
        return list(self._stages.values())[-1]

    def _start(self, rest: str) -> None:
        base, _, name = rest.partition(" AS ")
        root = self._folder / (name or "image")
        earlier = self._stages.get(base)
        if earlier:
            shutil.copytree(earlier.root, root, symlinks=True)
        else:
            assert re.search(r":\d+\.\d+\.\d+", base), f"{base} is no exact version"
            (root / "usr/local/bin").mkdir(parents=True)
            (root / "usr/local/bin/python").symlink_to(self._python)
            if "/uv:" in base:
                shutil.copy(environment.find_uv(), root / "uv")
        stage = Stage(root, base)
        stage.variables["PATH"] = "/usr/local/bin:/usr/bin:/bin"
        if earlier:
            stage.folder, stage.variables = earlier.folder, dict(earlier.variables)
        self._stages[name or "image"] = stage

    def _workdir(self, stage: Stage, rest: str) -> None:
        stage.folder = rest
        stage.path(rest).mkdir(parents=True, exist_ok=True)

    def _arg(self, stage: Stage, rest: str) -> None:
        name, _, default = rest.partition("=")
        stage.arguments[name] = self._arguments.get(name, default.strip('"'))

    def _env(self, stage: Stage, rest: str) -> None:
        stage.variables |= dict(_pairs(rest, {**stage.arguments, **stage.variables}))

    def _label(self, stage: Stage, rest: str) -> None:
        stage.labels |= dict(_pairs(rest, {**stage.arguments, **stage.variables}))

    def _expose(self, stage: Stage, rest: str) -> None:
        stage.ports.append(int(rest))

    def _user(self, stage: Stage, rest: str) -> None:
        stage.user = rest

    def _healthcheck(self, stage: Stage, rest: str) -> None:
        stage.health = json.loads(rest.partition(" CMD ")[2])

    def _cmd(self, stage: Stage, rest: str) -> None:
        stage.command = json.loads(rest)

    def _copy(self, stage: Stage, rest: str) -> None:
        found = re.fullmatch(r"(?:--from=(\w+) )?(\S+) (\S+)", rest)
        assert found, f"COPY {rest} is not understood"
        origin, source, target = found.groups()
        if origin:
            _copy(self._stages[origin].path(source), stage.path(target))
            return
        names = [name for name in self._context() if f"{name}/".startswith(f"{source}/")]
        assert names, f"{source} is not there, or .dockerignore keeps it out"
        place = f"{target.removesuffix('/')}/{source}" if target.endswith("/") else target
        for name in names:
            _copy(self._project / name, stage.path(place + name.removeprefix(source)))

    def _run(self, stage: Stage, rest: str) -> None:
        bound = re.findall(r"--mount=type=bind,source=(\S+),target=(\S+) ", rest)
        for source, target in bound:
            assert source in self._context(), f"{source} is not there, or kept out"
            _copy(self._project / source, stage.path(target))
        command = json.loads(re.sub(r"^(?:--mount=\S+\s+)*", "", rest))
        done = subprocess.run(
            command,
            cwd=stage.path("."),
            env={
                **environment.reaching_packages(),
                **stage.environment(),
                "HOME": os.environ["HOME"],
            },
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{shlex.join(command)}\n{done.stdout}{done.stderr}"
        for _, target in bound:
            stage.path(target).unlink()

    def _context(self) -> list[str]:
        """Return the files that .dockerignore lets through."""
        files = (path for path in self._project.rglob("*") if path.is_file())
        names = (path.relative_to(self._project).as_posix() for path in files)
        return [name for name in names if not _is_ignored(name, self._ignored)]


def _instructions(text: str) -> Iterator[tuple[str, str]]:
    lines = (line for line in text.splitlines() if line and not line.startswith("#"))
    for line in re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines():
        word, _, rest = line.partition(" ")
        yield word, rest


def _pairs(text: str, known: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for pair in shlex.split(text):
        name, _, value = pair.partition("=")
        yield name, re.sub(r"\$(\w+)", lambda found: known[found[1]], value)


def _is_ignored(name: str, patterns: list[str]) -> bool:
    """Say whether a file is kept out: by the last pattern that fits it or a folder above it."""
    parts = name.split("/")
    above = ["/".join(parts[: end + 1]) for end in range(len(parts))]
    ignored = False
    for pattern in patterns:
        if pattern and not pattern.startswith("#"):
            wanted = pattern.removeprefix("!").removeprefix("**/")
            places = parts if "**/" in pattern else [above[0]] if wanted == "*" else above
            if any(fnmatch(place, wanted) for place in places):
                ignored = not pattern.startswith("!")
    return ignored


def _copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, symlinks=True, dirs_exist_ok=True)
    else:
        shutil.copy2(source, target)
