"""Copy and update never ask for `--trust`: no prompt, no bot that cannot give it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests import environment, owner
from tests.generate import TemplateRepository, git, recorded
from tests.variants import PRESETS


def copier(*arguments: str, where: Path) -> str:
    """Run Copier's command line as anybody would and return what it says."""
    done = subprocess.run(
        [sys.executable, "-m", "copier", *arguments],
        check=False,
        cwd=where,
        env=environment.clean(**environment.GIT_IDENTITY),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


@pytest.mark.parametrize("preset", PRESETS)
def test_a_stranger_copies_and_updates(
    template: TemplateRepository, tmp_path: Path, preset: str
) -> None:
    """From a template of their own, with a release more than they had."""
    clone = template.clone(tmp_path / "clone")
    said = copier(
        *("copy", "--defaults", "--data", f"preset={preset}", str(clone.root), "service"),
        where=tmp_path,
    )
    assert "make dev" in said
    service = tmp_path / "service"
    assert recorded(service)["_commit"] == "v0.1.0"

    owner.start_repository(service)
    with (clone.root / "template" / ".editorconfig").open("a") as file:
        file.write("\n[*.csv]\nend_of_line = crlf\n")
    clone.release("0.2.0")

    copier("update", "--defaults", where=service)
    assert recorded(service)["_commit"] == "v0.2.0"
    assert git(service, "status", "--porcelain").split() == [
        *("M", ".copier-answers.yml"),
        *("M", ".editorconfig"),
    ]
