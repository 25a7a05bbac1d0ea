"""Stock Copier gives what the matrix has checked file by file, wherever and whenever it runs.

That every file is formatted, linted and sound in all combinations is said in tests/matrix/.
"""

import re
import subprocess
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest
import time_machine
from pytest_copie.plugin import Copie

from tests import environment
from tests.generate import Answers, TemplateRepository, files, generate, questions
from tests.variants import PRESETS

Render = Callable[[Answers], Path]

PYTHONS = questions()["python_version"]["choices"]


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_is_copied_by_its_name_alone(
    copie: Copie, template: TemplateRepository, preset: str
) -> None:
    """Through pytest-copie, as other templates are tested."""
    result = copie.copy({"preset": preset}, template.root)
    assert result.exception is None
    assert result.exit_code == 0
    assert result.answers["preset"] == preset
    assert PRESETS[preset].items() <= result.answers.items()


@pytest.mark.parametrize("preset", PRESETS)
def test_a_project_renders_the_same_in_another_place_at_another_time(
    rendered: Render,
    template: TemplateRepository,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    preset: str,
) -> None:
    """Whatever is timed, random or path-dependent conflicts on every update."""
    answers = {"preset": preset}
    first = rendered(answers)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("USER", "somebody-else")
    monkeypatch.setenv("TZ", "Asia/Kathmandu")
    with time_machine.travel("2031-12-31T23:59:59Z"):
        second = generate(template.root, tmp_path / "another" / "name", answers)
    assert files(second) == files(first)
    assert modes(second) == modes(first)


def modes(project: Path) -> dict[str, int]:
    """Return the permissions of every file and directory."""
    return {str(path.relative_to(project)): path.stat().st_mode for path in project.rglob("*")}


@pytest.mark.parametrize("python", PYTHONS)
def test_a_project_states_the_python_that_was_asked_for(rendered: Render, python: str) -> None:
    """In the one place that uv, ruff and mypy all read."""
    project = rendered({"python_version": python})
    stated = tomllib.loads((project / "pyproject.toml").read_text())
    assert stated["project"]["requires-python"] == f">={python},<3.15"
    assert not {"target-version"} & set(stated["tool"]["ruff"])


@pytest.mark.parametrize("preset", PRESETS)
def test_every_target_of_the_makefile_is_listed_by_help(rendered: Render, preset: str) -> None:
    """With one line that says what it does."""
    project = rendered({"preset": preset})
    text = (project / "Makefile").read_text()
    declared = " ".join(re.findall(r"^\.PHONY: (.*)$", text, re.MULTILINE)).split()
    assert sorted(declared) == sorted(re.findall(r"^([a-z][a-z-]*):(?!=)", text, re.MULTILINE))
    listed = subprocess.run(
        ["make", "--no-print-directory", "help"],
        cwd=project,
        env=environment.clean(),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for target in declared:
        assert re.search(rf"^\s*make {re.escape(target)}\s+\S+ \S+", listed, re.MULTILINE), target
