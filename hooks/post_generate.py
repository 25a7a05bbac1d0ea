"""Prepare this service to run: its settings, dependencies and git repository.

`make setup` runs this, and every other target does so before its first use and after a
change of pyproject.toml or .env.example. It needs Python 3.11 and nothing else. It can
be run again at any time: what is there already is kept.

Each step says in one line what it did. A step that cannot run now says why and what to
type later, followed by what the tool said; the other steps go on.

Exit status:
    0: The service can run. It needs no git, so the steps of git never count.
    1: Its settings or its dependencies are missing; the lines say what to do.
"""

import os
import re
import secrets
import shlex
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path

if sys.version_info < (3, 11):  # noqa: UP036, an older one can start this
    sys.exit("This needs Python 3.11 or newer. Type: make setup PYTHON=python3.11")

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENT = ROOT / ".venv"
PRIVATE_UV = ROOT / ".uv"

PLACEHOLDER = "change-me"
VARIABLE = re.compile(r"^(?:export )?([A-Za-z_]\w*)=.*$", re.MULTILINE)
VARIABLE_OR_COMMENTED_OUT = re.compile(r"^[# \t]*(?:export )?([A-Za-z_]\w*)=", re.MULTILINE)

# Set while git runs a hook; they would lead it to another repository than this one.
OF_ANOTHER_REPOSITORY = {"GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE"}


class CannotRun(Exception):
    """A step cannot run now. The message says why, and what to type later."""

    def __init__(self, message: str, said: str = "") -> None:
        super().__init__(message)
        self.said = said


def main() -> int:
    """Run every step and return the exit status."""
    needed = [
        report("settings", write_settings),
        report("dependencies", install_dependencies),
    ]
    report("repository", start_repository)
    # In a folder of a larger repository the hooks are not this service's to choose.
    if (ROOT / ".git").exists() and (ROOT / ".pre-commit-config.yaml").exists():
        report("git hooks", install_git_hooks)
    return 0 if all(needed) else 1


def report(name: str, step: Callable[[], str]) -> bool:
    """Run a step, say in one line how it went, and return whether it could run."""
    print(f"  {name:<13} ", end="", flush=True)
    try:
        print(step())
    except CannotRun as reason:
        print(f"not now: {reason}")
        print(textwrap.indent(reason.said, " " * 16), end="")
        return False
    except OSError as error:
        print(f"not now: {error}. Mend that, then type: make setup")
        return False
    return True


def write_settings() -> str:
    """Write .env from .env.example, or add to it the variables that are new there."""
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    path = ROOT / ".env"
    if not path.exists():
        settings = with_fresh_secrets(example)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(settings)
        return ".env written" + (", with secrets of its own" if settings != example else "")

    present = path.read_text(encoding="utf-8", errors="replace")
    known = set(VARIABLE_OR_COMMENTED_OUT.findall(present))
    new = {line[1]: line[0] for line in VARIABLE.finditer(example) if line[1] not in known}
    if not new:
        return ".env kept as it is"
    with path.open("a", encoding="utf-8") as file:
        file.write("\n" if present.endswith("\n") else "\n\n")
        file.write("# New in .env.example, which explains them\n")
        file.write(with_fresh_secrets("\n".join(new.values())) + "\n")
    return f".env kept, added {', '.join(new)}"


def with_fresh_secrets(settings: str) -> str:
    """Put a new secret in place of each placeholder in a value; comments stay."""

    def fresh(line: re.Match[str]) -> str:
        return re.sub(PLACEHOLDER, lambda _: secrets.token_urlsafe(48), line[0])

    return VARIABLE.sub(fresh, settings)


def install_dependencies() -> str:
    """Lock the dependencies where they are not, and install them into .venv."""
    run(
        shutil.which("uv") or fetch_uv(),
        "sync",
        otherwise="uv could not install them. With a network, type: make setup",
        UV_PROJECT_ENVIRONMENT=str(ENVIRONMENT),
    )
    return "locked in uv.lock, installed in .venv"


def fetch_uv() -> str:
    """Return a uv that only this project sees."""
    uv = PRIVATE_UV / "bin" / "uv"
    if not uv.exists():
        otherwise = "uv is missing, and cannot be fetched. Install it, then type: make setup"
        run(
            sys.executable,
            "-m",
            "venv",
            "--clear",
            str(PRIVATE_UV),
            otherwise=otherwise,
        )
        run(
            str(PRIVATE_UV / "bin" / "pip"),
            "install",
            "--quiet",
            "uv",
            otherwise=otherwise,
        )
    return str(uv)


def start_repository() -> str:
    """Start a git repository with a first commit, unless this is in one already."""
    for directory in (ROOT, *ROOT.parents):
        if (directory / ".git").exists():
            return f"kept the one in {directory}"
    if not shutil.which("git"):
        raise CannotRun("git is missing. Install it, then type: make setup")
    run("git", "init", "--quiet", otherwise="git could not start one. Type: git init")
    run(
        "git",
        "add",
        "--all",
        otherwise="git could not add the files. Type: git add --all",
    )
    run(
        "git",
        # Without an identity git would make up one from the account and the machine.
        *("-c", "user.useConfigOnly=true"),
        *("commit", "--quiet", "--message", "Generate the service"),
        otherwise="started, but not committed. Mend what git says below, then type: git commit",
    )
    return "started, with a first commit"


def install_git_hooks() -> str:
    """Install the git hooks that .pre-commit-config.yaml asks for."""
    if elsewhere := configured_hooks():
        return f"left alone, since git looks for them in {elsewhere}"
    places = os.pathsep.join((str(ENVIRONMENT / "bin"), str(ENVIRONMENT / "Scripts")))
    prek = shutil.which("prek", path=places)
    if not prek:
        raise CannotRun("prek is not installed yet, which runs them. Type: make setup")
    uv = shutil.which("uv") or str(PRIVATE_UV / "bin" / "uv")
    # Through uv they find the tools in .venv on every system, and one that was removed is back.
    command = shlex.join((uv, "run", "--frozen", "prek"))
    run(prek, "install", "--hook-command", command, otherwise="prek failed. Type: make setup")
    return "installed, for each commit and push"


def configured_hooks() -> str:
    """Return where git looks for hooks, if somebody has told it to look elsewhere."""
    asked = ("git", "config", "core.hooksPath")
    done = subprocess.run(asked, cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout.strip()


def run(*command: str, otherwise: str, **environment: str) -> None:
    """Run a command here, in silence.

    Raises:
        CannotRun: It failed; the message is `otherwise`, with what the command said.
    """
    inherited = {k: v for k, v in os.environ.items() if k not in OF_ANOTHER_REPOSITORY}
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=inherited | environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise CannotRun(otherwise, done.stderr or done.stdout)


if __name__ == "__main__":
    sys.exit(main())
