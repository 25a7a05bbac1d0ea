"""The hook prepares a service with what there is, and says what to type for the rest."""

import os
import stat
import subprocess
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests import environment
from tests.generate import TemplateRepository, generate, git

pytestmark = pytest.mark.live

BASICS = ("python3", "make", "sh", "touch")
"""What the README asks for, but git; and what make itself needs."""


def without_network(folder: Path) -> dict[str, str]:
    """Return an environment in which every connection goes to a proxy that is not there."""
    nowhere = "http://127.0.0.1:9"
    proxies = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy")
    return {
        **dict.fromkeys(proxies, nowhere),
        "NO_PROXY": "",
        "no_proxy": "",
        "UV_CACHE_DIR": str(folder / "empty"),
        "UV_HTTP_RETRIES": "0",
        "UV_HTTP_TIMEOUT": "3",
        "PIP_RETRIES": "0",
        "PIP_CONFIG_FILE": os.devnull,
    }


@pytest.fixture
def project(template: TemplateRepository, tmp_path: Path) -> Path:
    """A service with secrets, as it is right after `copier copy`."""
    return generate(template.root, tmp_path / "service", {"preset": "starter"})


def setup(project: Path, variables: Mapping[str, str] = {}, *, succeeds: bool = True) -> str:
    """Run `make setup` and return what it prints."""
    done = subprocess.run(
        ["make", "setup"],
        check=False,
        cwd=project,
        env={**environment.clean(), **variables},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert (done.returncode == 0) is succeeds, done.stdout
    assert "Traceback" not in done.stdout
    return done.stdout


def secrets(project: Path) -> list[str]:
    """Return the values of `.env` that took the place of a placeholder."""
    example = (project / ".env.example").read_text().splitlines()
    names = {line.partition("=")[0] for line in example if "=change-me" in line}
    assert names
    written = (project / ".env").read_text().splitlines()
    return [line.partition("=")[2] for line in written if line.partition("=")[0] in names]


def test_a_service_is_ready_after_one_run_and_a_second_one_changes_nothing(project: Path) -> None:
    """`.env`, the environment, the lock file, the repository with its first commit."""
    setup(project, environment.GIT_IDENTITY)
    settings = (project / ".env").read_bytes()
    lock = (project / "uv.lock").read_bytes()
    history = git(project, "log", "--format=%an %s")
    assert len(history.splitlines()) == 1
    assert git(project, "status", "--porcelain") == ""
    tracked = git(project, "ls-files").splitlines()
    assert "uv.lock" in tracked
    assert ".env" not in tracked
    assert (project / ".venv/bin/python").exists()

    assert (project / ".git/hooks/pre-commit").exists()

    said = setup(project, environment.GIT_IDENTITY)
    assert "kept" in said
    assert (project / ".env").read_bytes() == settings
    assert (project / "uv.lock").read_bytes() == lock
    assert git(project, "log", "--format=%an %s") == history
    assert git(project, "status", "--porcelain") == ""


def test_each_service_gets_secrets_of_its_own_that_only_its_owner_reads(
    project: Path, template: TemplateRepository, tmp_path: Path
) -> None:
    """Long enough, never rendered, never the same."""
    other = generate(template.root, tmp_path / "other", {"preset": "starter"})
    for service in (project, other):
        setup(service, without_network(tmp_path), succeeds=False)
        assert stat.S_IMODE((service / ".env").stat().st_mode) == 0o600
    mine, theirs = secrets(project), secrets(other)
    assert all(len(secret) >= 32 for secret in (*mine, *theirs))
    assert len({*mine, *theirs}) == 2 * len(mine)


def test_settings_that_are_there_are_kept_and_new_ones_added(project: Path, tmp_path: Path) -> None:
    """An owner's `.env` is theirs."""
    (project / ".env").write_text("APP_NAME='Mine'\nMY_OWN=1")
    said = setup(project, without_network(tmp_path), succeeds=False)
    assert "kept" in said
    written = (project / ".env").read_text()
    assert written.startswith("APP_NAME='Mine'\nMY_OWN=1\n")
    assert written.count("APP_NAME") == 1
    assert "change-me" not in written
    assert secrets(project)


def test_without_git_everything_else_is_done(project: Path, tmp_path: Path) -> None:
    """And the line says what to do once git is there."""
    path = environment.path_with_only(tmp_path / "bin", *BASICS)
    path = f"{path}:{Path(environment.path_without_tests().split(':')[0])}"
    said = setup(project, {"PATH": path})
    assert "git" in said
    assert "make setup" in said
    assert not (project / ".git").exists()
    assert (project / ".venv/bin/python").exists()


def test_without_an_identity_git_says_who_must_commit(project: Path) -> None:
    """No name is made up from those of the account and the machine."""
    said = setup(project)
    assert "user.email" in said
    assert "git commit" in said
    assert "uv.lock" in git(project, "diff", "--cached", "--name-only").splitlines()


def test_without_a_network_everything_else_is_done(project: Path, tmp_path: Path) -> None:
    """And the line says what to type later."""
    alone = {**without_network(tmp_path), **environment.GIT_IDENTITY}
    said = setup(project, alone, succeeds=False)
    assert "make setup" in said
    assert "git hooks     not now: prek is not installed yet" in said
    assert (project / ".env").exists()
    assert len(git(project, "log", "--format=%s").splitlines()) == 1
    assert not (project / ".venv/.ready").exists()


def test_without_uv_a_private_one_is_fetched(project: Path, tmp_path: Path) -> None:
    """Nothing is installed outside of the project."""
    path = environment.path_with_only(tmp_path / "bin", *BASICS, "git")
    said = setup(project, {"PATH": path, **environment.GIT_IDENTITY})
    assert (project / ".venv/bin/python").exists(), said
    assert git(project, "status", "--porcelain") == ""


def test_without_uv_and_network_the_reason_is_said(project: Path, tmp_path: Path) -> None:
    """In a line, and the rest is done."""
    path = environment.path_with_only(tmp_path / "bin", *BASICS, "git")
    alone = {**without_network(tmp_path), **environment.GIT_IDENTITY, "PATH": path}
    said = setup(project, alone, succeeds=False)
    assert "make setup" in said
    assert (project / ".env").exists()


def test_a_repository_that_is_there_is_left_alone(
    template: TemplateRepository, tmp_path: Path
) -> None:
    """A service in a folder of a larger repository starts none of its own."""
    git(tmp_path, "init", "--quiet")
    project = generate(template.root, tmp_path / "services" / "one", {"preset": "minimal"})
    setup(project, environment.GIT_IDENTITY)
    assert not (project / ".git").exists()
    assert git(tmp_path, "log", "--all", "--format=%s") == ""
    assert not (tmp_path / ".git/hooks/pre-commit").exists()
