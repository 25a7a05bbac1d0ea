"""copier.yml asks what the wizard, `--data` and an update can all answer.

What holds in every combination is in tests/matrix/questions.py.
"""

import inspect
import re

import copier._template

from tests.generate import questions, settings

ASKED = {name: details for name, details in questions().items() if details.get("when") is not False}
COMPUTED = set(questions()) - set(ASKED)


def keys_of_the_settings() -> set[str]:
    """Return the settings that Copier reads, found in its own source."""
    source = inspect.getsource(copier._template)
    found = re.findall(r"(?:config_data|result)(?:\.get\(|\[)\s*\"(\w+)\"", source)
    return {f"_{name}" for name in found} | {"_migrations"}


def test_copier_knows_every_setting() -> None:
    """Copier ignores a misspelt `_settings` key in silence."""
    assert {"_envops", "_subdirectory", "_tasks", "_exclude"} <= keys_of_the_settings()
    assert set(settings()) <= keys_of_the_settings()


def test_a_question_explains_itself_and_can_be_answered_with_enter() -> None:
    """An update with `--defaults` fails on a question without a default."""
    for name, details in ASKED.items():
        assert len(details.get("help", "")) >= 10, name
        assert {"default", "type"} <= set(details), name


def test_a_computed_flag_is_a_question_about_nothing() -> None:
    """It has no help that nobody sees, and names read in paths without quotes."""
    for name in COMPUTED:
        assert set(questions()[name]) == {"type", "default", "when"}, name
        assert name.isidentifier()


def test_choices_can_be_read_without_knowing_the_template() -> None:
    """A choice is shown by a label that says more than its value, or is the value itself."""
    for name, details in ASKED.items():
        if isinstance(details.get("choices"), dict):
            assert all(len(label) > 2 for label in details["choices"]), name


def test_nothing_asks_for_trust() -> None:
    """Once there, `_tasks` demands `--trust` on every later update, and hosted bots cannot."""
    assert not {"_tasks", "_jinja_extensions"} & set(settings())


def test_jinja_refuses_an_unknown_name_and_keeps_lines_as_they_are() -> None:
    """A condition on a question that no longer exists is an error, not an empty string."""
    assert settings()["_envops"] == {
        "trim_blocks": True,
        "lstrip_blocks": True,
        "keep_trailing_newline": True,
        "undefined": "jinja2.StrictUndefined",
    }


def test_a_minimum_copier_version_is_named() -> None:
    """9.19.0 breaks on older git, and 9.18.2 mends a hole."""
    assert settings()["_min_copier_version"] == "9.19.1"
