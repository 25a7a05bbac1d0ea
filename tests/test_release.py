"""`make release`: one commit and one tag, or a sentence and nothing at all."""

import re
import shutil
import subprocess
import sys
import tomllib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests import environment
from tests.generate import ROOT, TemplateRepository

CHANGES = """### Added

- A thing, which
  is explained.

### Removed

- Another."""

CHANGELOG = f"""# Changelog

## [Unreleased]

{CHANGES}

## [0.1.0] - 2020-02-02

### Added

- All of it.
"""


@pytest.fixture
def clone(tmp_path: Path) -> TemplateRepository:
    """A repository of which 0.1.0 is released, with changes since then."""
    repository = TemplateRepository(tmp_path / "keelson")
    (repository.root / "scripts").mkdir(parents=True)
    shutil.copy(ROOT / "scripts" / "release.py", repository.root / "scripts")
    for name in ("Makefile", "constraints.txt"):
        shutil.copy(ROOT / name, repository.root)
    project = (ROOT / "pyproject.toml").read_text()
    project, count = re.subn(r'(?m)^version = ".*"$', 'version = "0.1.0"', project)
    assert count == 1
    (repository.root / "pyproject.toml").write_text(project)
    (repository.root / "CHANGELOG.md").write_text(CHANGELOG)
    repository.git("init", "--quiet", "--initial-branch=main")
    repository.release("0.1.0")
    (repository.root / "README.md").write_text("Changed since.\n")
    commit(repository, "Add a thing")
    return repository


def commit(repository: TemplateRepository, message: str) -> None:
    """Commit everything."""
    repository.git("add", "--all")
    repository.git("commit", "--quiet", "--message", message)


def release(
    repository: TemplateRepository, version: str, **variables: str
) -> subprocess.CompletedProcess[str]:
    """Run the script as `make release` does."""
    return subprocess.run(
        (sys.executable, "scripts/release.py", version),
        check=False,
        cwd=repository.root,
        env=environment.clean(**(environment.GIT_IDENTITY | variables)),
        capture_output=True,
        text=True,
    )


def state(repository: TemplateRepository) -> tuple[str, ...]:
    """Return all that a release changes."""
    texts = ((repository.root / name).read_text() for name in ("CHANGELOG.md", "pyproject.toml"))
    return (*texts, repository.git("rev-parse", "HEAD"), repository.git("tag", "--list"))


def test_a_release_is_one_commit_with_an_annotated_tag(clone: TemplateRepository) -> None:
    """And nothing else has changed."""
    before = clone.git("rev-parse", "HEAD")
    done = release(clone, "0.2.0")
    assert done.returncode == 0, done.stderr
    assert clone.git("status", "--porcelain") == ""
    assert clone.git("log", "-1", "--format=%s") == "Release 0.2.0\n"
    assert clone.git("rev-parse", "HEAD~1") == before
    assert clone.git("cat-file", "-t", "v0.2.0") == "tag\n"
    assert clone.git("rev-parse", "v0.2.0^{commit}") == clone.git("rev-parse", "HEAD")
    changed = clone.git("diff", "--name-only", "HEAD~1").split()
    assert changed == ["CHANGELOG.md", "pyproject.toml"]


def test_a_release_says_what_to_type_next(clone: TemplateRepository) -> None:
    """It never pushes itself, also where it could."""
    remote = clone.root.with_name("remote.git")
    clone.git("init", "--quiet", "--bare", str(remote))
    clone.git("remote", "add", "origin", str(remote))
    clone.git("push", "--quiet", "--set-upstream", "origin", "main")
    done = release(clone, "0.2.0")
    assert done.returncode == 0, done.stderr
    assert "git push --follow-tags" in done.stdout
    assert clone.git("ls-remote", "--tags", "origin") == ""
    clone.git("push", "--quiet", "--follow-tags")
    assert "refs/tags/v0.2.0" in clone.git("ls-remote", "--tags", "origin")


def test_what_was_unreleased_stands_under_the_version_and_its_date(
    clone: TemplateRepository,
) -> None:
    """An empty section for what comes next stays above it, and what is older below."""
    release(clone, "0.2.0")
    text = (clone.root / "CHANGELOG.md").read_text()
    found = re.search(r"^## \[0\.2\.0\] - (\S+)$", text, re.MULTILINE)
    assert found
    assert timedelta(0) <= datetime.now(tz=UTC).date() - date.fromisoformat(found[1])
    new = CHANGELOG.replace("[Unreleased]\n", f"[Unreleased]\n\n## [0.2.0] - {found[1]}\n")
    assert text == new


def test_the_first_version_of_a_changelog_can_be_released(clone: TemplateRepository) -> None:
    """With nothing older below it."""
    changelog = clone.root / "CHANGELOG.md"
    changelog.write_text(CHANGELOG.partition("## [0.1.0]")[0])
    commit(clone, "Forget the past")
    assert release(clone, "0.2.0").returncode == 0
    assert changelog.read_text().endswith(f"\n\n{CHANGES}\n")


def test_the_version_of_the_project_is_all_that_changes_in_its_file(
    clone: TemplateRepository,
) -> None:
    path = clone.root / "pyproject.toml"
    before = tomllib.loads(path.read_text())
    release(clone, "0.2.0")
    after = tomllib.loads(path.read_text())
    assert after["project"].pop("version") == "0.2.0"
    assert before["project"].pop("version") == "0.1.0"
    assert after == before
    assert clone.git("diff", "--shortstat", "HEAD~1", "--", "pyproject.toml").split()[3:] == [
        *("1", "insertion(+),", "1", "deletion(-)"),
    ]


def test_one_release_follows_another(clone: TemplateRepository) -> None:
    """A pre-release too, which Copier takes only when asked."""
    for version in ("0.2.0rc1", "0.2.0", "1.0.0"):
        changelog = clone.root / "CHANGELOG.md"
        text = changelog.read_text()
        changelog.write_text(text.replace("[Unreleased]\n", "[Unreleased]\n\n- More.\n", 1))
        commit(clone, "Do more")
        done = release(clone, version)
        assert done.returncode == 0, done.stderr
    assert clone.git("tag", "--list").split() == ["v0.1.0", "v0.2.0", "v0.2.0rc1", "v1.0.0"]


@pytest.mark.parametrize(
    ("version", "reason"),
    [
        ("", "Say which version: make release VERSION=0.2.0"),
        ("next", "next is not a version as in PEP 440"),
        ("0.2.x", "0.2.x is not a version as in PEP 440"),
        ("v0.2.0", "v0.2.0 is not written like 0.1.0"),
        ("0.2", "0.2 is not written like 0.1.0"),
        ("0.2.0+ours", "0.2.0+ours is not written like 0.1.0"),
        ("0.1.0", "0.1.0 is not newer than 0.1.0"),
        ("0.0.9", "0.0.9 is not newer than 0.1.0"),
        ("0.1.0rc1", "0.1.0rc1 is not newer than 0.1.0"),
    ],
)
def test_a_version_that_cannot_come_next_is_refused(
    clone: TemplateRepository, version: str, reason: str
) -> None:
    assert_refused(clone, version, reason)


@pytest.mark.parametrize("name", ["README.md", "notes.txt", "CHANGELOG.md"])
def test_work_that_is_not_committed_is_not_released(clone: TemplateRepository, name: str) -> None:
    """Neither changed files nor new ones, which a careless commit would sweep up."""
    with (clone.root / name).open("a") as file:
        file.write("More.\n")
    assert_refused(clone, "0.2.0", "changes that are not committed")


@pytest.mark.parametrize("where", [("switch", "--create", "work"), ("checkout", "--detach")])
def test_only_main_is_released(clone: TemplateRepository, where: tuple[str, str]) -> None:
    clone.git(*where)
    assert_refused(clone, "0.2.0", "Releases are made on main")


def test_a_tag_that_is_there_is_not_moved(clone: TemplateRepository) -> None:
    clone.git("tag", "v0.2.0", "HEAD~1")
    assert_refused(clone, "0.2.0", "The tag v0.2.0 is there already.")


@pytest.mark.parametrize("left", ["", "### Added\n\n"])
def test_a_release_without_a_change_is_refused(clone: TemplateRepository, left: str) -> None:
    """Headings alone say nothing."""
    (clone.root / "CHANGELOG.md").write_text(CHANGELOG.replace(f"{CHANGES}\n\n", left))
    commit(clone, "Say nothing")
    assert_refused(clone, "0.2.0", "says nothing under ## [Unreleased]")


def test_a_commit_that_git_refuses_leaves_nothing_behind(clone: TemplateRepository) -> None:
    """As when a hook says no."""
    hook = clone.root / ".git" / "hooks" / "pre-commit"
    hook.write_text("#!/bin/sh\necho 'Not on a Friday.' >&2\nexit 1\n")
    hook.chmod(0o755)
    assert_refused(clone, "0.2.0", "Not on a Friday.")


def assert_refused(repository: TemplateRepository, version: str, reason: str) -> None:
    """It says why, without a traceback, and changes nothing."""
    before = state(repository), repository.git("status", "--porcelain")
    done = release(repository, version)
    assert done.returncode == 1
    assert reason in done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout == ""
    assert (state(repository), repository.git("status", "--porcelain")) == before


def test_make_hands_the_version_over(clone: TemplateRepository) -> None:
    """Shown by what it would type, since it would fetch its tools first."""
    said = subprocess.run(
        ["make", "--dry-run", "--always-make", "release", "VERSION=0.2.0"],
        cwd=clone.root,
        env=environment.clean(),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert '.venv/bin/python scripts/release.py "$VERSION"' in said
