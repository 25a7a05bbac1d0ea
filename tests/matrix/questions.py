"""What must hold for the questions themselves."""

from collections.abc import Iterator
from dataclasses import fields
from typing import Any

import yaml
from copier._user_data import Question

from tests.matrix.space import Space

SETTINGS = {
    "_answers_file",
    "_envops",
    "_exclude",
    "_external_data",
    "_message_after_copy",
    "_message_after_update",
    "_message_before_copy",
    "_message_before_update",
    "_migrations",
    "_min_copier_version",
    "_skip_if_exists",
    "_subdirectory",
    "_templates_suffix",
}
"""Copier's settings that a template here may use: it ignores any other key in silence.

`_tasks` and `_jinja_extensions` are missing on purpose: either makes Copier ask for trust.
"""

KEYS = {field.name for field in fields(Question)} - {
    "var_name",
    "answers",
    "context",
    "jinja_env",
    "settings",
}
"""What the specification of a question may hold."""


def check(space: Space) -> Iterator[str]:
    """Yield what is wrong with copier.yml."""
    document: dict[str, Any] = yaml.safe_load((space.root / "copier.yml").read_text())
    for key in document:
        if key.startswith("_") and key not in SETTINGS:
            yield f"copier.yml: {key} is no setting that Copier knows (or needs trust)"
    for name, details in space.details.items():
        for key in set(details) - KEYS:
            yield f"copier.yml: {name}: {key} is nothing that Copier knows of a question"
        if name in space.askable and not str(details.get("help", "")).strip():
            yield f"copier.yml: {name}: has no help"
        if "default" not in details:
            yield f"copier.yml: {name}: has no default, so an update cannot take it"
        yield from _check_reach(space, name)


def _check_reach(space: Space, name: str) -> Iterator[str]:
    """Yield choices that cannot be reached and conditions that never change."""
    details = space.details[name]
    earlier = space.project(space.reads[name])
    asked = {space.options(name, state)[0] for state in earlier}
    if not all(space.options(name, state)[1] for state in earlier):
        yield f"copier.yml: {name}: some answers before it leave none to choose"
    if isinstance(details.get("when", True), str) and asked != {True, False}:
        yield f"copier.yml: {name}: its `when` is always {asked.pop()}"
    choices = details.get("choices")
    if not choices:
        return
    question = space.question(name, earlier[0])
    known = {question.cast_answer(choice.value) for choice in question._formatted_choices}
    reached = {value for state in earlier for value in space.options(name, state)[1]}
    for choice in sorted(known - reached):
        yield f"copier.yml: {name}: the choice {choice} can never be selected"
