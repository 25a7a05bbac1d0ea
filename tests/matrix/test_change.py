"""Any answer can be changed later, and changed back, as if it had been given at first."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import owner
from tests.generate import ANSWERS, Answers, TemplateRepository, generate, recorded, update
from tests.variants import PRESETS, SPACE, chosen

pytestmark = pytest.mark.live

Render = Callable[[Answers], Path]

SWITCHES = [
    (name, value)
    for name in SPACE.choices
    # The preset only sets the defaults of other questions, once.
    if name != "preset"
    for value in sorted({answers[name] for answers in SPACE.project({name})}, key=repr)
    if value != chosen({})[name]
]
"""Every choice that is not a default."""


def contents(project: Path) -> dict[str, tuple[bytes, int]]:
    """Return every file and directory of a project, with its mode."""
    return {
        path.relative_to(project).as_posix(): (
            path.read_bytes() if path.is_file() else b"",
            path.stat().st_mode,
        )
        for path in project.rglob("*")
        if path.relative_to(project).parts[0] != ".git"
    }


@pytest.fixture
def project(rendered: Render, tmp_path: Path) -> Path:
    """A service that was generated with the defaults, as a repository."""
    return shutil.copytree(rendered({}), tmp_path / "project")


@pytest.mark.parametrize(("name", "value"), SWITCHES)
def test_a_switch_there_and_back_equals_a_new_project(
    project: Path, rendered: Render, name: str, value: object
) -> None:
    owner.start_repository(project)
    before = contents(project)
    was = recorded(project)

    update(project, {name: value}, same_version=True)
    assert recorded(project)[name] == value
    assert contents(project) == contents(rendered(answers_of(project)))
    owner.commit(project, "Switch")

    update(project, differing(was, project), same_version=True)
    assert contents(project) == before


def answers_of(project: Path) -> Answers:
    """Return the answers that a project records."""
    return {name: value for name, value in recorded(project).items() if not name.startswith("_")}


def differing(answers: Answers, project: Path) -> Answers:
    """Return those answers that are not recorded already.

    What had to go along with a switch is asked for again on the way back.
    """
    now = recorded(project)
    return {name: value for name, value in answers.items() if now.get(name) != value}


@pytest.mark.parametrize(("name", "value"), SWITCHES)
def test_a_switch_there_and_back_leaves_the_work_of_the_owner(
    project: Path, name: str, value: object
) -> None:
    """Except in files that a switch takes away, of which `make check-update` warns."""
    owner.edit(project)
    owner.depend_on(project, *owner.PACKAGES)
    owner.wire_a_module(project)
    owner.start_repository(project)
    before = owner.sources(project)
    was = recorded(project)
    theirs = owner.files_of_the_owner(project)
    stays = set(before)

    for answers in ({name: value}, was):
        update(project, differing(answers, project), same_version=True)
        owner.assert_merged(project)
        owner.assert_nothing_is_lost(project, theirs)
        stays &= set(owner.sources(project))
        owner.commit(project, "Switch")
    now = owner.sources(project)
    assert set(now) == set(before)
    assert {path for path in now if now[path] != before[path]} <= set(before) - stays


def test_the_answers_file_is_all_that_records_the_preset(
    template: TemplateRepository, tmp_path: Path
) -> None:
    projects = []
    for preset in PRESETS:
        answers = {**PRESETS["custom"], "preset": preset}
        projects.append(contents(generate(template.root, tmp_path / preset, answers)))
        del projects[-1][ANSWERS]
    assert all(project == projects[0] for project in projects)
