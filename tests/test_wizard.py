"""The wizard, in a real terminal: what a person sees and types."""

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import pexpect
import pytest

from tests import environment
from tests.generate import TemplateRepository, questions, recorded
from tests.matrix.rows import combined
from tests.variants import PRESETS, SPACE

ENTER = "\r"
DOWN = "\x1b[B"
ERASE_LINE = "\x15"

HELP = {name: details["help"] for name, details in questions().items() if "help" in details}
LAST = list(HELP)[-1]


class Wizard:
    """Copier's wizard in a terminal of 120 columns."""

    def __init__(self, template: Path, destination: Path) -> None:
        self.terminal = pexpect.spawn(
            sys.executable,
            ["-m", "copier", "copy", str(template), str(destination)],
            # Nobody is there to answer when the wizard asks where the cursor is.
            env=environment.clean(PROMPT_TOOLKIT_NO_CPR="1"),
            encoding="utf-8",
            dimensions=(60, 120),
            timeout=60,
        )
        self.destination = destination

    def expect(self, text: str) -> None:
        """Wait until a text is shown, wherever the terminal breaks it."""
        words = [re.escape(word) for word in text.split()]
        control = r"(?:\x1b\[[0-9;?]*[a-zA-Z]|\s)+"
        self.terminal.expect(control.join(words))

    def answer(self, question: str, keys: str = ENTER) -> None:
        """Wait for a question and type something."""
        self.expect(HELP[question])
        self.terminal.send(keys)

    def accept_defaults(self, first: str, last: str, *, but: Iterable[str] = ()) -> None:
        """Press Enter at each question from the first to the last, but those not asked."""
        names = list(HELP)
        for name in names[names.index(first) : names.index(last) + 1]:
            if name not in but:
                self.answer(name)

    def finish(self) -> str:
        """Wait for the end and return what was said after the last question."""
        self.terminal.expect(pexpect.EOF)
        self.terminal.close()
        assert self.terminal.exitstatus == 0
        return self.terminal.before or ""


@pytest.fixture
def wizard(template: TemplateRepository, tmp_path: Path) -> Iterator[Wizard]:
    """A wizard at its first question."""
    started = Wizard(template.root, tmp_path / "service")
    yield started
    started.terminal.close(force=True)


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_and_enter_for_everything_else(wizard: Wizard, preset: str) -> None:
    """The choices of the preset are the defaults of the questions after it."""
    wizard.accept_defaults("project_name", "python_version")
    wizard.answer("preset", DOWN * list(PRESETS).index(preset) + ENTER)
    not_asked = set(combined(SPACE)) - PRESETS[preset].keys()
    wizard.accept_defaults("database", LAST, but=not_asked)
    said = wizard.finish()
    assert PRESETS[preset].items() <= recorded(wizard.destination).items()
    assert recorded(wizard.destination)["preset"] == preset
    assert "make dev" in said
    assert str(wizard.destination) in said


def test_a_choice_that_needs_something_else_is_greyed_out_with_its_reason(wizard: Wizard) -> None:
    """And the cursor skips it."""
    wizard.accept_defaults("project_name", "preset")
    wizard.answer("database", DOWN * 3 + ENTER)
    wizard.expect(HELP["auth"])
    wizard.expect("(needs a database")
    wizard.terminal.send(DOWN + DOWN + ENTER)  # past the end, and over the one that is greyed
    wizard.accept_defaults("cache", LAST, but={"idempotency", "audit_log"})
    wizard.finish()
    assert recorded(wizard.destination)["database"] == "none"
    assert recorded(wizard.destination)["auth"] == "none"


def test_a_refused_name_can_be_typed_again(wizard: Wizard) -> None:
    """The reason is shown while the text can still be changed."""
    wizard.answer("project_name", ERASE_LINE + 'The "Desk"' + ENTER)
    wizard.expect("Leave out line breaks")
    wizard.terminal.send(ERASE_LINE + "Order Desk" + ENTER)
    wizard.accept_defaults("project_slug", LAST)
    wizard.finish()
    assert recorded(wizard.destination)["project_name"] == "Order Desk"
    assert recorded(wizard.destination)["project_slug"] == "order-desk"
