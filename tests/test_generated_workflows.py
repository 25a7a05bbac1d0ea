"""The workflows of a generated service are safe, and ask for no more than they need.

That they are workflows at all is held by the matrix.
"""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.generate import Answers
from tests.variants import SPACE

DATABASES = SPACE.options("database", {"preset": "custom"})[1]
CACHES = ("none", "redis")
PORTS = ("5432", "3306", "6379")


@pytest.fixture(params=CACHES)
def cache(request: pytest.FixtureRequest) -> str:
    """Whether it has Redis beside its database."""
    return str(request.param)


@pytest.fixture(params=DATABASES)
def project(
    request: pytest.FixtureRequest, cache: str, rendered: Callable[[Answers], Path]
) -> Path:
    """A service with each database in turn, with Redis and without."""
    return rendered({"database": request.param, "cache": cache, "ci": "github"})


def tool(name: str, *arguments: str) -> None:
    """Run a tool of this repository, which must be content."""
    done = subprocess.run(
        [Path(sys.executable).parent / name, *arguments],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def read(project: Path, name: str) -> dict[str, Any]:
    """Return what a workflow says."""
    content: dict[str, Any] = yaml.safe_load((project / ".github/workflows" / name).read_text())
    return content


def test_they_are_safe(project: Path) -> None:
    folder = project / ".github" / "workflows"
    paths = [str(path) for path in sorted(folder.iterdir())]
    assert len(paths) == 2
    tool("zizmor", "--offline", "--quiet", "--no-progress", *paths)


def test_tests_find_their_server_where_the_settings_look_for_it(project: Path) -> None:
    """A server that the service does not use is not started."""
    job = read(project, "ci.yml")["jobs"]["check"]
    used = [port for service in job.get("services", {}).values() for port in service["ports"]]
    settings = (project / ".env.example").read_text()
    expected = [
        port for port in PORTS if re.search(rf"^\w+=.*127\.0\.0\.1:{port}/", settings, re.MULTILINE)
    ]
    assert used == [f"127.0.0.1:{port}:{port}" for port in expected]


def test_what_is_called_is_there(project: Path) -> None:
    steps = read(project, "ci.yml")["jobs"]["check"]["steps"]
    targets = [step["run"].split()[1] for step in steps if step.get("run", "").startswith("make ")]
    assert targets == ["setup", "lint", "types", "test"]
    makefile = (project / "Makefile").read_text()
    assert all(f"\n{target}: " in makefile for target in targets)
