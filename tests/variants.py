"""What answers lead to, said by Copier and copier.yml."""

import atexit
import shutil
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from copier._main import Worker
from copier._settings import SettingsModel

from tests.generate import Answers, copy_working_tree, questions
from tests.matrix.rows import combined
from tests.matrix.space import Space

_TEMPLATE = copy_working_tree(Path(tempfile.mkdtemp(prefix="keelson-variants-")))
atexit.register(shutil.rmtree, _TEMPLATE, ignore_errors=True)
SPACE = Space(_TEMPLATE)
"""Every way to answer the questions."""


def chosen(answers: Answers) -> dict[str, Any]:
    """Return every answer and computed flag that these answers lead to.

    Raises:
        ValueError: Copier refuses one of them.
    """
    return _ask(tuple(answers.items()))[0]


@cache
def _ask(answers: tuple[tuple[str, Any], ...]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return all answers, and those that would be recorded."""
    with Worker(
        src_path=str(_TEMPLATE),
        dst_path=_TEMPLATE / "nowhere",
        data=dict(answers),
        settings=SettingsModel(),
        defaults=True,
        quiet=True,
    ) as worker:
        worker._ask()
        every = {name: worker.answers.combined[name] for name in questions(_TEMPLATE)}
        return every, dict(worker._answers_to_remember())


def refusal(name: str, text: str) -> str | None:
    """Return what Copier says to a text as an answer; None when it takes it."""
    question = SPACE.question(name, chosen({}))
    try:
        question.validate_answer(question.parse_answer(text))
    except ValueError as error:
        return str(error)
    return None


PRESETS = {
    preset: {
        name: answer
        for name, answer in _ask((("preset", preset),))[1].items()
        if name in combined(SPACE)
    }
    for preset in SPACE.options("preset", {})[1]
}
"""What each preset answers to the questions after it."""
