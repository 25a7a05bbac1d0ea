"""`make check-update` says what an update would do, and does nothing itself."""

import os
import re
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import environment, owner
from tests.generate import TemplateRepository, committed, generate, git, settings, update
from tests.proposing import COPIER, run

SERVICE = "app/items/service.py"

runs_copier = pytest.mark.live
"""Four renders each, which is too slow for the fast tier."""


@pytest.fixture
def service(releases: TemplateRepository, tmp_path: Path) -> Path:
    """A service of version 0.1.0, committed."""
    answers = {"database": "sqlite", "auth": "none", "example": True, "ci": "none"}
    project = generate(releases.root, tmp_path / "service", answers)
    owner.start_repository(project)
    return project


def append(path: Path, text: str) -> None:
    """Add a text to the end of a file."""
    with path.open("a") as file:
        file.write(text)


def check(project: Path, *arguments: str, status: int, copier: str = COPIER) -> str:
    """Run the script and return what it says."""
    command = [sys.executable, "scripts/check_update.py", *arguments]
    return run([*command, "--copier", copier] if copier else command, project, status)


def listed(said: str, title: str) -> list[str]:
    """Return the files below a title."""
    found = re.search(rf"^{title}.*:\n((?:  .+\n)+)", said, re.MULTILINE)
    return [line.strip() for line in found[1].splitlines()] if found else []


def state(project: Path) -> dict[str, object]:
    """Return everything that a check must leave alone."""
    return {
        "files": {str(path): path.read_bytes() for path in committed(project)},
        "status": git(project, "status", "--porcelain", "--ignored"),
        "references": git(project, "for-each-ref"),
        "head": git(project, "rev-parse", "HEAD"),
        "temporary": sorted(Path(project.parent).iterdir()),
    }


@pytest.fixture
def unchanged(service: Path) -> Iterator[None]:
    """Compare the service after a test with what it was once the owner had worked."""
    append(service / SERVICE, "# A rule of ours.\n")
    (service / "app/items/reports.py").write_text('"""Our own."""\n')
    (service / "tests/items/test_reports.py").write_text('"""Our own."""\n')
    (service / "app/notes.py").write_text('"""Our own, elsewhere."""\n')
    owner.commit(service, "Work")
    before = state(service)
    yield
    assert state(service) == before


@runs_copier
@pytest.mark.usefixtures("unchanged")
def test_files_that_would_be_deleted_with_work_in_them_are_named(service: Path) -> None:
    """And the owner's own beside them, which stay."""
    said = check(service, "--data", "example=false", status=1)
    assert listed(said, "These go") == [SERVICE]
    assert listed(said, "These of your own") == [
        "app/items/reports.py",
        "tests/items/test_reports.py",
    ]
    assert listed(said, "These will have conflicts") == []
    assert "Still v0.1.0" in said
    assert "uvx copier update --defaults --vcs-ref :current: --data example=false" in said


@runs_copier
def test_an_update_that_loses_nothing_is_safe_and_counted(
    service: Path, releases: TemplateRepository
) -> None:
    """What it announces is what Copier then does."""
    template = releases.root / "template"
    append(template / "app/core/errors.py", "# Better.\n")
    (template / "app/core/better.py").write_text('"""Better."""\n')
    (template / "app/core/etag.py").unlink()
    releases.release("0.2.0")
    append(service / SERVICE, "# A rule of ours.\n")
    owner.commit(service, "Work")

    said = check(service, status=0)
    assert "From v0.1.0 to v0.2.0. Files: 1 added, 2 changed, 1 removed." in said
    assert "These" not in said
    assert "Still v0.1.0. Files: 0 added, 0 changed, 0 removed." in check(
        service, "--version", "v0.1.0", status=0
    )
    update(service)
    done = sorted(git(service, "status", "--porcelain").splitlines())
    assert done == [
        " D app/core/etag.py",
        " M .copier-answers.yml",
        " M app/core/errors.py",
        "?? app/core/better.py",
    ]


@runs_copier
def test_conflicts_and_overwritten_files_are_announced(
    service: Path, releases: TemplateRepository
) -> None:
    """Copier's own exit status is 0 then."""
    line = "Every setting stands in"
    for readme, text in (
        (releases.root / "template/README.md.jinja", "All settings stand in"),
        (service / "README.md", "Our settings stand in"),
    ):
        readme.write_text(readme.read_text().replace(line, text))
    (releases.root / "template/app/local.py").write_text('"""Ours, from now on."""\n')
    releases.release("0.2.0")
    append(service / ".gitignore", "local.py\n")
    (service / "app/local.py").write_text('"""The owner\'s, on this machine only."""\n')
    owner.commit(service, "Work")
    before = state(service)
    said = check(service, status=1)
    assert listed(said, "These will have conflicts") == ["README.md"]
    assert listed(said, "These of your own are ignored") == ["app/local.py"]
    assert state(service) == before


@runs_copier
def test_a_service_in_a_folder_of_a_repository_is_checked_too(
    releases: TemplateRepository, tmp_path: Path
) -> None:
    """Copier updates it there, and paths are those of the repository. Submodules stay."""
    answers = {"database": "sqlite", "auth": "none", "ci": "none"}
    project = generate(releases.root, tmp_path / "all" / "a service", answers)
    submodule = tmp_path / "all" / "another"
    releases.clone(submodule)
    append(project / SERVICE, "# A rule of ours.\n")
    owner.start_repository(tmp_path / "all")
    said = check(project, "--data", "example=false", status=1)
    assert listed(said, "These go") == [f"a service/{SERVICE}"]
    assert "another" not in said


@runs_copier
@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("examples=false", "examples is not a question, or is not asked with these answers."),
        ("example=no", "example is either true or false, not no."),
        ("database=oracle", "Copier refuses: ValueError: Invalid choice for 'database'"),
    ],
)
def test_an_answer_that_means_nothing_is_refused(service: Path, data: str, said: str) -> None:
    """Copier itself would take the first two in silence."""
    assert said in check(service, "--data", data, status=2)


@runs_copier
def test_a_version_that_is_not_there_is_refused(service: Path) -> None:
    said = check(service, "--version", "v9.9.9", status=2)
    assert said == "Copier refuses: ValueError: Unknown revision: 'v9.9.9'\n"


@runs_copier
def test_a_template_that_is_gone_is_said(service: Path, releases: TemplateRepository) -> None:
    shutil.rmtree(releases.root)
    said = check(service, status=2)
    assert said.startswith("The version that this service has is not there: ")
    assert said.count("\n") == 1


def test_changes_that_are_not_committed_are_refused(service: Path) -> None:
    append(service / "README.md", "More.\n")
    said = check(service, status=2)
    assert said == "There are changes that are not committed; commit or remove them first.\n"


def test_a_folder_without_a_repository_is_refused(service: Path) -> None:
    shutil.rmtree(service / ".git")
    said = check(service, status=2)
    assert said.startswith("This is not a git repository yet, which updates need; type make")
    assert said.count("\n") == 1


def test_a_service_without_recorded_answers_is_refused(service: Path) -> None:
    git(service, "rm", "--quiet", ".copier-answers.yml")
    owner.commit(service, "Work")
    assert "There is no .copier-answers.yml, so nothing says" in check(service, status=2)


def test_recorded_answers_that_are_not_committed_are_refused(service: Path) -> None:
    git(service, "rm", "--quiet", "--cached", ".copier-answers.yml")
    append(service / ".gitignore", ".copier-answers.yml\n")
    owner.commit(service, "Work")
    assert ".copier-answers.yml is not committed, so" in check(service, status=2)


@pytest.mark.parametrize("data", ["example", "=false", "example 'false"])
def test_data_that_is_no_answer_is_refused(service: Path, data: str) -> None:
    said = check(service, "--data", data, status=2)
    assert "is not an answer; write" in said or "A quote is not closed in" in said


def test_a_missing_copier_is_said(service: Path) -> None:
    assert "Copier cannot be run: " in check(service, status=2, copier="no-such-copier")


def test_a_missing_uv_is_said(service: Path, tmp_path: Path) -> None:
    path = environment.path_with_only(tmp_path / "bin", "python3", "git")
    command = [sys.executable, "scripts/check_update.py"]
    said = run(command, service, 2, PATH=path)
    assert said == "uv is missing, which runs Copier; type make setup, which fetches it.\n"


def test_a_missing_git_is_said(service: Path, tmp_path: Path) -> None:
    path = environment.path_with_only(tmp_path / "bin", "python3")
    command = [sys.executable, "scripts/check_update.py", "--copier", COPIER]
    assert "git is missing" in run(command, service, 2, PATH=path)


def test_the_copier_that_is_fetched_is_one_that_the_template_takes(service: Path) -> None:
    text = (service / "scripts/check_update.py").read_text()
    assert f'COPIER = "copier>={settings()["_min_copier_version"]},<10"' in text


@pytest.mark.live
def test_make_hands_over_what_is_typed_and_uv_fetches_copier(service: Path) -> None:
    append(service / SERVICE, "# A rule of ours.\n")
    owner.commit(service, "Work")
    said = run(["make", "check-update", "data=example=false"], service, 2)
    assert listed(said, "These go") == [SERVICE]
    said = run(["make", "check-update", "version=v0.1.0", "data="], service, 0)
    assert "Still v0.1.0" in said


@pytest.mark.live
def test_a_copier_that_cannot_be_fetched_is_said(service: Path, tmp_path: Path) -> None:
    offline = {"UV_OFFLINE": "1", "UV_CACHE_DIR": str(tmp_path / "cache")}
    offline["UV_TOOL_DIR"] = str(tmp_path / "tools")
    said = run([sys.executable, "scripts/check_update.py"], service, 2, **offline)
    assert said.startswith("Copier cannot be run: ")
    assert said.count(os.linesep) == 1
