"""Whether what an owner adds survives a switch: both sides add lines to the same lists.

An update merges what the template changes with what the owner has written. So for the files
that owners add to as well, their addition is made (dependencies by uv itself) and merged by
git with every switch of one answer that changes the file, from every set of flags.
"""

import re
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path
from typing import Any

from tests import environment
from tests.matrix.render import Source
from tests.matrix.space import Answers, Space, State, describe
from tests.matrix.variants import Variants

STARTS = 12
"""From how many sets of flags switches are tried, for each file."""

PACKAGES = ("aaa>=1", "packaging>=24", "zzz>=1")
"""What the owner depends on: names that sort before, between and after ours."""

LIST = re.compile(r"^(?:dependencies|dev) = \[\n.*?^\]\n", re.MULTILINE | re.DOTALL)
PYTHON = f">={sys.version_info.major}.{sys.version_info.minor}"
IMPORTS = "# Import your own features below this line.\n"

Edit = Callable[[str], str]


def conflicts(variants: Variants) -> Iterator[str]:
    """Yield each file of which an owner's addition and a switch do not merge."""
    for source in variants.sources:
        path = source.path.removesuffix(".jinja")
        if edit := EDITS.get(path):
            yield from (
                f"{path}: what an owner adds conflicts with a switch: [{told}]"
                for told in _conflicts_of(variants, source, edit)
            )


def _conflicts_of(variants: Variants, source: Source, edit: Edit) -> Iterator[str]:
    edited: dict[str, str] = {}
    tried: set[tuple[str, str]] = set()
    for start in _starts(variants, source):
        base = _text(variants, source, start)
        for other in _neighbours(variants.space, start):
            switched = _text(variants, source, other)
            for old, new in ((base, switched), (switched, base)):
                if old == new or not old or not new or (old, new) in tried:
                    continue
                tried.add((old, new))
                if old not in edited:
                    edited[old] = edit(old)
                if not _merges(old, edited[old], new):
                    changed = {name for name, value in start.items() if other.get(name) != value}
                    asked = {name: other[name] for name in changed if name in other}
                    yield f"{describe(asked)} after {describe(variants.space.asked(start))}"
                    return


def _starts(variants: Variants, source: Source) -> list[Answers]:
    """Return answers for every set of flags that the file reads, or enough of them."""
    space = variants.space
    flags = {name for name in source.reads if name not in space.askable}
    found: dict[State, Answers] = {}
    for answers in variants.answers(space.deciding(frozenset(flags)) & {*flags, *space.choices}):
        state = frozenset((name, answers[name]) for name in flags)
        if state not in found:
            found[state] = answers
    chosen = list(found.values())[:: len(found) // STARTS + 1]
    return [_completed(space, answers) for answers in chosen]


def _neighbours(space: Space, start: Answers) -> Iterator[Answers]:
    """Yield what another answer to one question leads to, the others kept where they can be."""
    for name in space.askable:
        for value in {answers[name] for answers in space.project({name})} - {start.get(name)}:
            other = _completed(space, {**start, name: value})
            if other.get(name) == value:
                yield other


def _completed(space: Space, wanted: Answers) -> Answers:
    """Return all answers: those that are wanted where they can be given, else the defaults."""
    answers: Answers = {}
    for name in space.names:
        values: tuple[Any, ...] = space.options(name, answers)[1]
        if len(values) > 1 and wanted.get(name) not in values:
            answers[name] = space.default(name, answers)
        elif values:
            answers[name] = wanted[name] if wanted.get(name) in values else values[0]
    return answers


def _text(variants: Variants, source: Source, answers: Answers) -> str:
    file = variants.form(source, answers)
    return file.content.decode() if file else ""


def _merges(base: str, owners: str, switched: str) -> bool:
    """Merge as an update does; a list of dependencies must hold what both sides added."""
    with tempfile.TemporaryDirectory() as directory:
        texts = {"owners": owners, "base": base, "switched": switched}
        for name, text in texts.items():
            (Path(directory) / name).write_text(text)
        done = subprocess.run(
            ["git", "merge-file", "--stdout", *texts],
            cwd=directory,
            capture_output=True,
            text=True,
            check=False,
        )
    if done.returncode or not LIST.search(owners):
        return done.returncode == 0
    return _dependencies(done.stdout) == _dependencies(switched) | (
        _dependencies(owners) - _dependencies(base)
    )


def _dependencies(text: str) -> set[tuple[str, str]]:
    return {
        (group, entry)
        for found in LIST.finditer(text)
        for group, entries in tomllib.loads(found[0]).items()
        for entry in entries
    }


def _with_uv(text: str) -> str:
    """Add dependencies as an owner does."""
    return LIST.sub(lambda found: _added_by_uv(found[0]), text)


@cache
def _added_by_uv(entries: str) -> str:
    """Return a list of dependencies after `uv add`, which puts new ones where it thinks best."""
    project = f'[project]\nname = "service"\nversion = "1"\nrequires-python = "{PYTHON}"\n'
    is_group = entries.startswith("dev")
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "pyproject.toml"
        path.write_text(f"{project}{'[dependency-groups]' * is_group}\n{entries}")
        group = ["--dev"] if is_group else []
        subprocess.run(
            [environment.find_uv(), "add", "--quiet", "--frozen", *group, *PACKAGES],
            cwd=directory,
            env=environment.clean(UV_PYTHON=sys.executable, UV_OFFLINE="1"),
            check=True,
        )
        found = LIST.search(path.read_text())
    assert found
    return found[0]


def _with_a_module(text: str) -> str:
    """List a feature as `make module` does."""
    line = "from app.orders.feature import feature as orders\n"
    return _in_brackets("    orders,\n", text.replace(IMPORTS, IMPORTS + line))


def _in_brackets(line: str, text: str) -> str:
    return re.sub(r"^\)", f"{line})", text, count=1, flags=re.MULTILINE)


def _at_the_end(lines: str, text: str) -> str:
    return text + lines


EDITS: dict[str, Edit] = {
    "pyproject.toml": _with_uv,
    "app/wiring.py": _with_a_module,
    "tests/conftest.py": partial(_in_brackets, '    "tests.orders.fixtures",\n'),
    ".env.example": partial(_at_the_end, "# How many orders a van takes.\nORDERS_PER_VAN=20\n"),
    "Makefile": partial(_at_the_end, "\n.PHONY: ship\n\nship: ## Ship\n\t@echo shipped\n"),
    "README.md": partial(_at_the_end, "\n## Orders\n\nHow we ship them.\n"),
    ".gitignore": partial(_at_the_end, "*.csv\n"),
}
"""What an owner adds, by file."""
