"""The template as a repository with releases, and projects copied from it and updated.

`pytest-copie` is for plain generation: it trusts every template, hands answers over as
defaults, and cannot change a recorded answer. Here answers are answers, so that a name
that copier.yml does not ask for is refused, and neither copy nor update is trusted.
"""

import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from copier import Settings, VcsRef, run_copy, run_update

ROOT = Path(__file__).parents[1]
ANSWERS = ".copier-answers.yml"

Answers = Mapping[str, Any]


class UnknownAnswer(ValueError):
    """A test answers a question that copier.yml does not ask."""


@dataclass(frozen=True)
class TemplateRepository:
    """A git repository of this template, made from the working tree."""

    root: Path

    @classmethod
    def from_working_tree(cls, root: Path) -> "TemplateRepository":
        """Make a repository of the files that git would commit here, released as 0.1.0."""
        copy_working_tree(root)
        repository = cls(root)
        repository.git("init", "--quiet", "--initial-branch=main")
        repository.release("0.1.0")
        return repository

    def clone(self, folder: Path) -> "TemplateRepository":
        """Clone it, with its tags, to release later versions in."""
        git(self.root, "clone", "--quiet", str(self.root), str(folder))
        return TemplateRepository(folder)

    def release(self, version: str) -> None:
        """Commit what has changed, if anything has, and tag it."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--allow-empty", "--message", f"Release {version}")
        self.git("tag", f"v{version}")

    def git(self, *arguments: str) -> str:
        """Run git in the repository, as nobody in particular."""
        identity = ("-c", "user.name=Keelson", "-c", "user.email=keelson@example.com")
        return git(self.root, *identity, *arguments)


def copy_working_tree(destination: Path) -> Path:
    """Copy the files that git would commit, without any repository around them."""
    for path in committed(ROOT):
        copy = destination / path.relative_to(ROOT)
        copy.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(path, copy)
    return destination


def committed(root: Path) -> list[Path]:
    """Return the files of a repository that git has, or would have with `git add --all`."""
    listed = git(root, "ls-files", "-z", "--cached", "--others", "--exclude-standard")
    paths = (root / name for name in listed.split("\0") if name)
    return [path for path in paths if path.is_file()]


def git(where: Path, *arguments: str) -> str:
    """Run git and return what it prints."""
    return subprocess.run(
        ("git", *arguments), cwd=where, check=True, capture_output=True, text=True
    ).stdout


def generate(template: Path, destination: Path, answers: Answers) -> Path:
    """Copy a project from the newest release, without trust, and return where it is.

    Raises:
        UnknownAnswer: copier.yml does not ask for one of the answers, or not after these.
    """
    _refuse_unknown(template, answers)
    run_copy(
        str(template),
        destination,
        data=dict(answers),
        settings=Settings(),
        defaults=True,
        quiet=True,
    )
    _refuse_unrecorded(destination, answers)
    return destination


def update(project: Path, answers: Answers | None = None, *, same_version: bool = False) -> None:
    """Update a project, without trust: to the newest tag, or only to other answers.

    Raises:
        UnknownAnswer: copier.yml does not ask for one of the answers, or not after these.
    """
    answers = answers or {}
    _refuse_unknown(Path(recorded(project)["_src_path"]), answers)
    run_update(
        project,
        data=dict(answers),
        settings=Settings(),
        defaults=True,
        overwrite=True,
        quiet=True,
        vcs_ref=VcsRef.CURRENT if same_version else None,
    )
    _refuse_unrecorded(project, answers)


def recorded(project: Path) -> dict[str, Any]:
    """Return what Copier recorded in a project."""
    answers: dict[str, Any] = yaml.safe_load((project / ANSWERS).read_text())
    return answers


def questions(template: Path = ROOT) -> dict[str, Any]:
    """Return the questions of copier.yml, computed flags included."""
    content = _read((template / "copier.yml").read_text())
    return {name: details for name, details in content.items() if not name.startswith("_")}


def settings(template: Path = ROOT) -> dict[str, Any]:
    """Return the settings of copier.yml, such as `_subdirectory`."""
    content = _read((template / "copier.yml").read_text())
    return {name: value for name, value in content.items() if name.startswith("_")}


@cache
def _read(text: str) -> dict[str, Any]:
    content: dict[str, Any] = yaml.safe_load(text)
    return content


def files(project: Path) -> dict[str, str]:
    """Return the text of every file of a project, by its path in it."""
    return {
        path.relative_to(project).as_posix(): path.read_text()
        for path in sorted(project.rglob("*"))
        if path.is_file() and ".git" not in path.relative_to(project).parts
    }


def _refuse_unknown(template: Path, answers: Answers) -> None:
    if unknown := set(answers) - set(questions(template)):
        raise UnknownAnswer(f"copier.yml does not ask for {', '.join(sorted(unknown))}")


def _refuse_unrecorded(project: Path, answers: Answers) -> None:
    if hidden := set(answers) - set(recorded(project)):
        raise UnknownAnswer(f"these were not asked after the others: {', '.join(sorted(hidden))}")
