"""The table of docs/security.md says nothing that no test of the service proves."""

import ast
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.generate import ROOT, Answers

Render = Callable[[Answers], Path]

PAGE = ROOT / "docs" / "security.md"

SIGN_INS = {"accounts": "jwt", "provider": "oidc", "open": "none"}
"""What a row can be for, and the answer to `auth` behind it. Each has every requirement."""

SERVICES = {
    **{name: (auth,) for name, auth in SIGN_INS.items()},
    "keys": ("jwt", "oidc"),
    "all": tuple(SIGN_INS.values()),
}
"""Whatever a row can be for, and the services in which its tests have to be."""

REQUIREMENTS = {
    4: {1: 3, 2: 1, 3: 2, 4: 4},
    6: {1: 3, 2: 12, 3: 4, 4: 4, 5: 5, 6: 3, 8: 4},
    7: {1: 3, 2: 4, 3: 2, 4: 5, 5: 2, 6: 2},
    8: {1: 2, 2: 3, 3: 1, 4: 1},
    9: {1: 3, 2: 4},
    10: {1: 2, 2: 2, 3: 4, 4: 11, 5: 5, 6: 2, 7: 3},
}
"""How many requirements each section of these chapters of ASVS 5.0 has on level 1 and 2. They
come before those of level 3."""

MET = {"yes", "partly", "no", "yours", "none"}

Number = tuple[int, ...]
NUMBERS = [
    (chapter, section, number)
    for chapter, sections in REQUIREMENTS.items()
    for section, count in sections.items()
    for number in range(1, count + 1)
]


@dataclass(frozen=True)
class Row:
    """What one row says."""

    numbers: str
    service: str
    met: str
    does: str
    proof: str

    def covers(self, number: Number) -> bool:
        """Say whether the row is about a requirement, itself or in a range."""
        first, _, last = self.numbers.partition(" to ")
        return _parse(first) <= number <= _parse(last or first)

    @property
    def tests(self) -> list[str]:
        """The tests that it names, below `tests/` of the service."""
        return re.findall(r"`([^`]+::[^`]+)`", self.proof)

    @property
    def pages(self) -> list[str]:
        """The pages that it refers to as its proof."""
        return re.findall(r"\]\(([\w/-]+\.md)\)", self.proof)

    def __str__(self) -> str:
        return f"{self.numbers} {self.service}"


def _parse(text: str) -> Number:
    return tuple(map(int, text.split(".")))


ROWS = [
    Row(*(cell.strip() for cell in line.strip("|").split("|")))
    for line in PAGE.read_text().splitlines()
    if re.match(r"\| \d", line)
]


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_a_row_names_tests_that_there_are_where_it_says(row: Row, rendered: Render) -> None:
    """Each in every service that the row is for."""
    assert row.service in SERVICES
    assert row.met in MET
    for auth in SERVICES[row.service]:
        root = rendered({"preset": "production", "example": True, "auth": auth}) / "tests"
        for test in row.tests:
            path, _, name = test.partition("::")
            assert name in functions(root / path), test


@pytest.mark.parametrize("row", ROWS, ids=str)
def test_what_is_met_is_proved_and_what_is_not_is_explained(row: Row) -> None:
    """By tests, or by a page where a page is asked for."""
    assert row.does
    if row.met in {"yes", "partly"}:
        assert row.tests or row.pages
    for page in row.pages:
        assert (PAGE.parent / page).is_file(), page


@pytest.mark.parametrize("sign_in", SIGN_INS)
def test_each_requirement_has_one_row_for_each_way_to_sign_in(sign_in: str) -> None:
    """Also those that the service does nothing about."""
    rows = [row for row in ROWS if row.service in {sign_in, "all"}]
    found = Counter(number for number in NUMBERS for row in rows if row.covers(number))
    assert found == Counter(NUMBERS)


def functions(path: Path) -> set[str]:
    """Return the tests in a file, those of classes as `Class::test`."""
    if not path.is_file():
        return set()
    return set(_functions(ast.parse(path.read_text()).body))


def _functions(body: list[ast.stmt]) -> Iterator[str]:
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield from (f"{node.name}::{name}" for name in _functions(node.body))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node.name
