"""The rows of the live tier: few services in which every pair of choices occurs.

The first row is what somebody gets who only presses Enter; a covering array adds the
rest. `KEELSON_ROWS=triples` asks for every triple instead, and any other text there is
taken for the answers of a single row: `KEELSON_ROWS="database=mysql auth=none"`.
"""

import os
import shlex

from tests.matrix.cover import cover
from tests.matrix.space import Answers, Space, describe

VARIABLE = "KEELSON_ROWS"

NOT_IN_ROWS = {
    "preset": "only sets the defaults of the other questions",
    "license": "is text; nothing that runs reads it",
    "ci": "adds files for somebody else's machine; nothing that runs reads them",
    "python_version": "the rows take turns with the interpreters of the machine",
}
"""Choices that rows need not combine, with the reason. Every other choice joins by itself."""


STRENGTHS = {"pairs": 2, "triples": 3}


def asked_for(space: Space) -> dict[str, Answers]:
    """Return the rows that this run is to bring to life, each by what it is called.

    Raises:
        ValueError: The environment asks for a row that copier.yml does not allow.
    """
    wanted = os.environ.get(VARIABLE, "pairs")
    if wanted in STRENGTHS:
        return rows(space, STRENGTHS[wanted])
    return {wanted: parse(space, wanted)}


def combined(space: Space) -> tuple[str, ...]:
    """Return the choices that rows combine."""
    return tuple(name for name in space.choices if name not in NOT_IN_ROWS)


def rows(space: Space, strength: int) -> dict[str, Answers]:
    """Return rows in which all pairs (2) or triples (3) of choices occur that can."""
    covering = cover(space, combined(space), strength, first=[space.answered({})])
    asked = (_asked(space, answers) for answers in covering)
    return {describe(row): row for row in asked}


def _asked(space: Space, answers: Answers) -> Answers:
    """Return the combined choices that the wizard would ask for."""
    return {name: answers[name] for name in combined(space) if space.options(name, answers)[0]}


def parse(space: Space, text: str) -> Answers:
    """Read answers as they are typed: `database=mysql example=false`.

    Raises:
        ValueError: They cannot be given; the message says what can.
    """
    typed = (word.partition("=") for word in shlex.split(text))
    given = {name: BOOLEANS.get(value, value) for name, _, value in typed}
    space.answered(given)
    return given


BOOLEANS = {"true": True, "True": True, "false": False, "False": False}
