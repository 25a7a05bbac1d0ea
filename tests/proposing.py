"""The scripts of a service that look for updates and propose them, and where they run."""

import subprocess
import sys
from pathlib import Path

from tests import environment, owner
from tests.generate import Answers, TemplateRepository, generate, git

COPIER = f"{sys.executable} -m copier"
"""The Copier of the tests, for the scripts of a service."""

BRANCH = "template-update"
TITLE = "Update the template to v0.3.0"

CHANGELOG = """\
# Changelog

## [Unreleased]

## [0.3.0] - 2026-12-01

### Added

- Something new.

## [0.2.0] - 2026-11-25

### Fixed

- Something old.

"""


def run(command: list[str], where: Path, status: int, **variables: str) -> str:
    """Run a command, which never ends in a traceback, and return what it says."""
    done = subprocess.run(
        command,
        cwd=where,
        env=environment.clean(**variables),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == status, done.stdout
    assert "Traceback" not in done.stdout
    return done.stdout


class Repository:
    """A service, the server that it is pushed to, and the template with its releases."""

    def __init__(self, template: TemplateRepository, folder: Path, answers: Answers) -> None:
        self.template = template.clone(folder / "keelson")
        self.server = folder / "server.git"
        git(folder, "init", "--quiet", "--bare", "--initial-branch=main", str(self.server))
        self.root = generate(self.template.root, folder / "service", answers)
        owner.start_repository(self.root)
        git(self.root, "remote", "add", "origin", str(self.server))
        git(self.root, "push", "--quiet", "origin", "main")
        self.checkouts = 0

    def commit(self, message: str, branch: str = "main") -> None:
        """Commit everything as its owner, and push that."""
        owner.commit(self.root, message)
        git(self.root, "push", "--quiet", "origin", f"HEAD:{branch}")

    def release(self) -> None:
        """Release two versions, with their changelog."""
        path = self.template.root / "CHANGELOG.md"
        old = path.read_text()
        (self.template.root / "template/app/core/newer.py").write_text('"""Newer."""\n')
        self.template.release("0.2.0")
        start = old.index("## [0.1.0]")
        path.write_text(CHANGELOG + old[start:])
        (self.template.root / "template/app/core/newest.py").write_text('"""Newest."""\n')
        self.template.release("0.3.0")

    def run(self, command: list[str], status: int = 0, **variables: str) -> str:
        """Do what a job does in a fresh checkout, and return what it says.

        Args:
            command: What its step runs.
            status: The exit status that is right.
            variables: What its environment has.
        """
        assert command[0] == "python3"
        self.checkouts += 1
        checkout = self.root.with_name(f"checkout-{self.checkouts}")
        address = f"file://{self.server}"
        git(self.root.parent, "clone", "--quiet", "--depth=1", address, checkout.name)
        # What would stop a person does not stop it.
        refusing = checkout / ".git" / "hooks" / "pre-commit"
        refusing.parent.mkdir(exist_ok=True)
        refusing.write_text("#!/bin/sh\nexit 1\n")
        refusing.chmod(0o755)
        script = [sys.executable, *command[1:], "--copier", COPIER]
        return run(script, checkout, status, **variables)

    def mend(self) -> str:
        """Commit to the branch as somebody who mends the update, and return that commit."""
        (self.root / "app/mending.py").write_text('"""Mends what the update breaks."""\n')
        self.commit("Mend it", BRANCH)
        git(self.root, "push", "--quiet", "--force", "origin", "HEAD~1:main")
        return self.branch()

    def branch(self) -> str:
        """Return the commit of the branch on the server; nothing without one."""
        return git(self.server, "for-each-ref", "--format=%(objectname)", f"refs/heads/{BRANCH}")
