"""The workflows of this repository run what is here, with no more rights than they need."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from tests.generate import ROOT

WORKFLOWS = {path.name: path for path in (ROOT / ".github" / "workflows").iterdir()}

MORE_RIGHTS = {("pages.yml", "deploy"): {"pages": "write", "id-token": "write"}}
"""Of the jobs that do more than read what is here."""

PINNED = re.compile(r"uses: [\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$")

workflows = pytest.mark.parametrize("name", WORKFLOWS)


def read(name: str) -> dict[str, Any]:
    """Return what a workflow says."""
    content: dict[str, Any] = yaml.safe_load(WORKFLOWS[name].read_text())
    return content


def steps(name: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Yield every step of a workflow, with its job."""
    for job in read(name)["jobs"].values():
        for step in job["steps"]:
            yield job, step


def commands(name: str, *, on_a_service: bool) -> str:
    """Return what a workflow types: in the generated service, or in this repository."""
    return "\n".join(
        step["run"]
        for _, step in steps(name)
        if "run" in step and ("working-directory" in step) is on_a_service
    )


@workflows
@pytest.mark.parametrize(
    ("on_a_service", "makefile"), [(False, "Makefile"), (True, "template/Makefile.jinja")]
)
def test_every_make_target_that_is_called_exists(
    name: str, on_a_service: bool, makefile: str
) -> None:
    known = set(re.findall(r"^([\w./-]+):(?!=)", (ROOT / makefile).read_text(), re.MULTILINE))
    typed = re.findall(r"\bmake ([\w./-]+)", commands(name, on_a_service=on_a_service))
    assert set(typed) <= known


def test_what_has_to_hold_is_checked() -> None:
    """Otherwise the targets above could be none."""
    ours, services = (commands("ci.yml", on_a_service=where) for where in (False, True))
    for typed in ("make lint", "make docs", "make test-fast", "make matrix-row answers="):
        assert typed in ours
    assert "tests.matrix rows --json" in ours
    assert "make test" in services
    nightly = commands("nightly.yml", on_a_service=False)
    assert "tests.matrix rows --triples --json" in nightly
    assert "make matrix-row answers=" in nightly
    assert "make docs" in commands("pages.yml", on_a_service=False)


@workflows
def test_every_path_that_is_called_exists(name: str) -> None:
    typed = commands(name, on_a_service=False)
    for path in re.findall(r"(?<![\w./-])((?:tests|scripts)/[\w./-]+)", typed):
        assert (ROOT / path).exists(), path


@workflows
def test_a_workflow_may_read_and_little_else(name: str) -> None:
    """No rights for all, and what the checkout needs for each job."""
    content = read(name)
    assert content["permissions"] == {}
    for job, details in content["jobs"].items():
        assert details["permissions"] == MORE_RIGHTS.get((name, job), {"contents": "read"})


@workflows
def test_no_run_goes_on_for_ever_or_beside_a_later_one(name: str) -> None:
    content = read(name)
    assert content["concurrency"]["group"]
    for job in content["jobs"].values():
        assert 0 < job["timeout-minutes"] <= 60


@workflows
def test_actions_are_pinned_and_leave_no_token_behind(name: str) -> None:
    """By the commit, with its version for the reader."""
    lines = [line for line in WORKFLOWS[name].read_text().splitlines() if "uses:" in line]
    assert lines
    for line in lines:
        assert PINNED.search(line), line
    for _, step in steps(name):
        if step.get("uses", "").startswith("actions/checkout@"):
            assert step["with"]["persist-credentials"] is False


@workflows
def test_the_released_versions_are_there_where_they_are_tested(name: str) -> None:
    """Services are updated from versions that only the whole history holds."""
    for job in read(name)["jobs"].values():
        ours = [step for step in job["steps"] if "working-directory" not in step]
        typed = "\n".join(step.get("run", "") for step in ours)
        if re.search(r"make test|make matrix-full|-m live", typed):
            checkouts = [s for s in job["steps"] if "actions/checkout@" in s.get("uses", "")]
            assert [step["with"]["fetch-depth"] for step in checkouts] == [0]
