"""What stock Copier works out again and again, worked out once in a process.

It makes an environment for each project and compiles every question, path and file in it
anew, which is half of what a copy takes. The compiled code depends on the text and on the
kind of environment alone. And for each file that it writes it asks git whether the project
keeps modes of files: that is a fifth of an update.
"""

import subprocess
from functools import cache
from pathlib import Path
from types import CodeType
from typing import Any

from copier._main import Worker
from jinja2 import Environment

_compile = Environment.compile
_compiled: dict[tuple[Any, ...], CodeType | str] = {}
_sync_mode = Worker._sync_git_index_executable_bit


def speed_up() -> None:
    """Let every copy and update of this process use what another one has found out."""
    Environment.compile = _compile_once  # type: ignore[method-assign, assignment]  # instead of it
    Worker._sync_git_index_executable_bit = _sync_mode_if_kept_apart  # type: ignore[method-assign, assignment]  # as well


def _compile_once(
    environment: Environment,
    source: Any,
    name: str | None = None,
    filename: str | None = None,
    raw: bool = False,
    defer_init: bool = False,
) -> CodeType | str:
    kind = (type(environment), environment.lexer, *sorted(environment.extensions))
    key = (kind, source, name, filename, raw, defer_init)
    if key not in _compiled:
        _compiled[key] = _compile(environment, source, name, filename, raw, defer_init)  # type: ignore[call-overload]  # raw is True or False
    return _compiled[key]


def _sync_mode_if_kept_apart(worker: Worker, path: Path, mode: int) -> None:
    if _keeps_modes_apart(worker.subproject.local_abspath):
        _sync_mode(worker, path, mode)


@cache
def _keeps_modes_apart(project: Path) -> bool:
    """Say whether git takes the modes of files from its index, as it does on Windows."""
    question = ("git", "config", "--type=bool", "--get", "core.fileMode")
    return (
        subprocess.run(question, cwd=project, capture_output=True, check=False).stdout == b"false\n"
    )
