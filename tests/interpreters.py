"""The Python interpreters of this machine, found by uv and never downloaded."""

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path

from tests import environment
from tests.generate import questions

OFFERED: list[str] = questions()["python_version"]["choices"]


@cache
def installed() -> dict[str, str]:
    """Return the interpreters that are here, of those that copier.yml offers."""
    found = {minor: path for minor in OFFERED if (path := _find(minor))}
    if not found:
        raise FileNotFoundError(f"The tests need one of Python {', '.join(OFFERED)}.")
    return found


def _find(minor: str) -> str | None:
    search = os.pathsep.join([*_of_pyenv(), environment.path_without_tests()])
    done = subprocess.run(
        [environment.find_uv(), "python", "find", "--no-project", "--no-python-downloads", minor],
        check=False,
        env={**environment.clean(), "PATH": search},
        capture_output=True,
        text=True,
    )
    return done.stdout.strip() if done.returncode == 0 else None


def _of_pyenv() -> list[str]:
    """Return the folders of pyenv's interpreters, which it keeps away from PATH."""
    if not shutil.which("pyenv"):
        return []
    root = subprocess.run(["pyenv", "root"], capture_output=True, text=True, check=True).stdout
    return [str(folder) for folder in Path(root.strip()).glob("versions/*/bin")]
