"""What the repository's own pages tell people to type is there."""

import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests import environment
from tests.generate import ROOT, committed, questions
from website.pages import NAMES, PLACE

PAGES = [
    str(path.relative_to(ROOT))
    for path in committed(ROOT)
    if path.suffix == ".md" and not path.is_relative_to(ROOT / "template")
]
MAKEFILES = [ROOT / "Makefile", ROOT / "template" / "Makefile.jinja"]


def targets(makefile: Path) -> set[str]:
    """Return the targets that a Makefile lists in its help."""
    return set(re.findall(r"^([a-z][a-z-]*):.*## ", makefile.read_text(), re.MULTILINE))


@pytest.mark.parametrize("page", PAGES)
def test_every_make_target_on_a_page_exists(page: str) -> None:
    """In this repository, or in the service that it generates."""
    known = set().union(*map(targets, MAKEFILES))
    text = (ROOT / page).read_text()
    assert set(re.findall(r"(?:`|^\s*)make ([a-z][a-z-]*)", text, re.MULTILINE)) <= known


@pytest.mark.parametrize("page", PAGES)
def test_every_answer_on_a_page_is_one(page: str) -> None:
    """A question that copier.yml asks, with a choice that it offers."""
    text = (ROOT / page).read_text()
    for data in re.findall(r'DATA="([^"]*)"|(?:--data|-d) ([^\s`]+)', text):
        for pair in shlex.split("".join(data)):
            name, _, value = pair.partition("=")
            if pair in {"name=value", "..."}:
                continue  # stands for any
            assert name in questions(), pair
            offered = choices(questions()[name])
            assert not offered or value in offered, pair


def choices(details: dict[str, Any]) -> list[str]:
    """Return what a question offers; nothing when any text will do."""
    offered = details.get("choices", [])
    values = offered.values() if isinstance(offered, dict) else offered
    return [value["value"] if isinstance(value, dict) else value for value in values]


@pytest.mark.parametrize("page", PAGES)
def test_every_link_to_a_file_leads_to_one(page: str) -> None:
    """Relative to the page: one that is there, or that is made with the site."""
    made = {ROOT / "docs" / PLACE / name for name in NAMES}
    for link in re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", (ROOT / page).read_text()):
        target = (ROOT / page).parent / link
        assert target.exists() or target in made, link


def test_the_start_page_shows_the_two_commands() -> None:
    """`make new` and `make test` do everything."""
    text = (ROOT / "README.md").read_text()
    assert re.search(r"^make new\b", text, re.MULTILINE)
    assert "`make test`" in text


def test_help_lists_every_target_with_a_line() -> None:
    """The first thing that a newcomer types."""
    listed = subprocess.run(
        ["make", "--no-print-directory", "help"],
        cwd=ROOT,
        env=environment.clean(),
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    shown = set(re.findall(r"^\s*make ([a-z-]+)\s+\S+ \S+", listed, re.MULTILINE))
    declared = set(
        " ".join(re.findall(r"^\.PHONY: (.*)$", MAKEFILES[0].read_text(), re.MULTILINE)).split()
    )
    assert shown == declared
    assert {"new", "test", "lint", "help"} <= shown
