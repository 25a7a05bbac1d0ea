"""The template's own files read like the project that they become."""

import re
from pathlib import Path

import pytest

from tests.generate import ROOT, committed, questions

PATHS = [
    path.relative_to(ROOT) for path in committed(ROOT) if path.is_relative_to(ROOT / "template")
]
RENDERED = [path for path in PATHS if path.suffix == ".jinja"]

JINJA_IN_PYTHON = {
    "template/app/wiring.py.jinja",  # the list of what the service is made of
    "template/tests/conftest.py.jinja",  # the same list, of test fixtures
    "template/scripts/setup.py.jinja",  # one include: the hook has one source
}

TAG = re.compile(r"{%.*?%}", re.DOTALL)


def test_jinja_stands_in_the_python_files_that_put_the_features_together_only() -> None:
    """Everything else a reader of the template can open as plain Python."""
    assert {str(path) for path in RENDERED if path.name.endswith(".py.jinja")} == JINJA_IN_PYTHON


@pytest.mark.parametrize("path", RENDERED, ids=str)
def test_a_block_tag_stands_alone_on_its_line(path: Path) -> None:
    """So that the lines between are what is rendered, without whitespace control."""
    for line in (ROOT / path).read_text().splitlines():
        if TAG.search(line):
            assert TAG.fullmatch(line.strip()), line
            assert not re.search(r"{%-|-%}", line), line


@pytest.mark.parametrize("path", RENDERED, ids=str)
def test_the_end_of_a_condition_is_not_hidden(path: Path) -> None:
    """Comments of Jinja's would be seen by nobody who reads the rendered file."""
    assert "{#" not in (ROOT / path).read_text()


def test_conditions_in_names_are_computed_flags_without_quotes() -> None:
    """`{% if has_cache %}cache{% endif %}`: a name that every file system can hold."""
    flags = {name for name, details in questions().items() if details.get("when") is False}
    for path in PATHS:
        for part in path.parts:
            for condition in re.findall(r"{% if (.*?) %}", part):
                words = set(re.findall(r"\w+", condition)) - {"and", "or", "not"}
                assert words <= flags, path
            assert not set(part) & set("\"'<>:|?*\\"), path


def test_no_directory_has_a_name_that_copier_never_deletes() -> None:
    """Copier compares directories with a list of names to leave out: these stay behind."""
    kept_forever = {"tags", "RCS", "CVS", "__pycache__", "_darcs", ".hg", ".bzr", ".git"}
    names = {re.sub(TAG, "", part) for path in PATHS for part in path.parts[:-1]}
    assert not names & kept_forever


def test_nothing_that_a_tool_leaves_behind_is_part_of_the_template() -> None:
    """With `_subdirectory`, Copier copies what it finds, caches as well."""
    left_behind = {".pyc", ".pyo", ".orig", ".rej", ".swp", ".db", ".lock"}
    assert [path for path in PATHS if path.suffix in left_behind or path.name == ".env"] == []


def test_a_gitignore_of_the_project_does_not_act_on_this_repository() -> None:
    """Without its suffix it would hide files of the template from git."""
    assert not [path for path in PATHS if path.name in {".gitignore", ".gitattributes"}]


def test_the_core_names_no_feature() -> None:
    """`app/core` and its tests are the same in every project."""
    features = {
        found.group(1)
        for path in PATHS
        if (found := re.match(r"template/app/{% if \w+ %}(\w+){% endif %}/", str(path)))
    }
    assert features
    imports = re.compile(rf"^\s*(?:from|import) app\.({'|'.join(features)})\b", re.MULTILINE)
    for path in PATHS:
        if path.is_relative_to("template/app/core") or path.is_relative_to("template/tests/core"):
            assert not imports.search((ROOT / path).read_text()), path
