"""The space of answers: every combination that copier.yml allows, from copier.yml itself.

Nothing here names a question. The questions are Copier's own `Question` objects, so
that conditions, choices, validators and casts mean what they mean in the wizard, and a
new question joins with no edit.

Two ways to walk the space, both exact:

- `combinations()` goes through it depth first, one answer set after another.
- `project(names)` gives the distinct answers to a few questions only. It goes once through
  those that decide about them and keeps, of each state, only what a later one reads or the
  caller asked for; so its cost follows the questions involved, not the combinations. That
  is exact as long as every question has an answer left, which `questions.py` checks.

Free text hardly multiplies the space: it takes its default, and where that is empty
also something else. Other texts are the subject of the tests of the validators.
"""

from collections.abc import Iterable, Iterator, Mapping
from functools import cached_property
from pathlib import Path
from random import Random
from typing import Any

from copier._main import Worker
from copier._settings import SettingsModel
from copier._types import MISSING
from copier._user_data import AnswersMap, Question
from jinja2 import meta

SOME_TEXT = ("Something in words", "somebody@example.com")
"""Tried in turn where a text may stay empty."""

Answers = dict[str, Any]
State = frozenset[tuple[str, Any]]


class Space:
    """The questions of one template and every way to answer them."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.worker = Worker(
            src_path=str(root),
            dst_path=root / "nowhere",
            settings=SettingsModel(),
            defaults=True,
            quiet=True,
        )
        self.worker.answers = AnswersMap(metadata=self.worker.template.metadata)
        self.details: Mapping[str, Mapping[str, Any]] = self.worker.template.questions_data
        self.names = tuple(self.details)
        self._projections: dict[frozenset[str], list[Answers]] = {}
        self._defaults: dict[tuple[str, State], Any] = {}
        self._options: dict[tuple[str, State], tuple[bool, tuple[Any, ...]]] = {}

    @cached_property
    def reads(self) -> dict[str, frozenset[str]]:
        """The earlier answers that each question's own specification reads."""
        found = {}
        for name, details in self.details.items():
            texts = [text for key, value in details.items() for text in _texts(value)]
            read = set().union(*(self._variables(text) for text in texts))
            found[name] = frozenset((read & set(self.names)) - {name})
        return found

    @cached_property
    def askable(self) -> tuple[str, ...]:
        """The questions that can be asked, so all but the computed flags."""
        return tuple(
            name for name, details in self.details.items() if details.get("when", True) is not False
        )

    @cached_property
    def flags(self) -> tuple[str, ...]:
        """The computed questions that are on or off."""
        return tuple(
            name
            for name, details in self.details.items()
            if name not in self.askable and details.get("type") == "bool"
        )

    @cached_property
    def choices(self) -> tuple[str, ...]:
        """The questions with a choice between several answers; free text is none."""
        return tuple(
            name
            for name in self.askable
            if self.details[name].get("choices") or self.details[name].get("type") == "bool"
        )

    def readers(self, name: str) -> frozenset[str]:
        """Return a question and every later one whose computed answer follows from it."""
        found = {name}
        for other in self.names:
            if self.details[other].get("when", True) is False and self.reads[other] & found:
                found.add(other)
        return frozenset(found)

    def options(self, name: str, answers: Mapping[str, Any]) -> tuple[bool, tuple[Any, ...]]:
        """Say whether a question is asked after these answers, and what it then offers.

        A question that is not asked offers its default. One that has neither offers
        nothing at all.

        Raises:
            ValueError: The default cannot be selected.
        """
        known = frozenset((key, answers[key]) for key in self.reads[name] if key in answers)
        if (name, known) not in self._options:
            self._options[name, known] = self._ask(name, dict(known))
        return self._options[name, known]

    def answered(self, given: Mapping[str, Any]) -> Answers:
        """Return all answers when some are given and the others take their defaults.

        Raises:
            ValueError: One of them is no question, is not asked after the others, or cannot
                be answered like this. The message says what can.
        """
        if unknown := set(given) - set(self.askable):
            raise ValueError(
                f"copier.yml does not ask for {', '.join(sorted(unknown))}, but for "
                f"{', '.join(self.askable)}."
            )
        answers: Answers = {}
        for name in self.names:
            is_asked, values = self.options(name, answers)
            if name in given and not is_asked:
                raise ValueError(f"{name} is not asked after these answers: {describe(given)}.")
            if name in given and given[name] not in values:
                offered = ", ".join(map(str, values))
                raise ValueError(f"{name} cannot be {given[name]}, but one of: {offered}.")
            if values:
                default = values[0] if len(values) == 1 else self.default(name, answers)
                answers[name] = given.get(name, default)
        return answers

    def default(self, name: str, answers: Mapping[str, Any]) -> Any:
        """Return what Enter answers to a question after these answers."""
        known = frozenset((key, answers[key]) for key in self.reads[name] if key in answers)
        if (name, known) not in self._defaults:
            self._defaults[name, known] = self.question(name, dict(known)).get_default()
        return self._defaults[name, known]

    def combinations(self) -> Iterator[tuple[Answers, frozenset[str]]]:
        """Go through every combination, each with the names of what was asked."""
        yield from self._walk(0, {}, frozenset())

    def project(self, names: Iterable[str]) -> list[Answers]:
        """Return every distinct combination of the answers to these questions."""
        wanted = frozenset(names)
        if wanted not in self._projections:
            self._projections[wanted] = [dict(state) for state in self._states(wanted, wanted)]
        return self._projections[wanted]

    def has_more_than(self, limit: int, names: Iterable[str]) -> bool:
        """Say whether these questions have more distinct answers, without going through all."""
        wanted = frozenset(names)
        return len(self._states(wanted, wanted, limit)) > limit

    def count(self) -> int:
        """Return the number of combinations, without going through them."""
        return sum(self._states(frozenset(), frozenset(self.askable)).values())

    def sample(self, random: Random) -> Answers:
        """Return one combination, by chance."""
        answers: Answers = {}
        for name in self.names:
            if values := self.options(name, answers)[1]:
                answers[name] = random.choice(values)
        return answers

    def asked(self, answers: Mapping[str, Any]) -> Answers:
        """Return what of a combination the wizard would ask for."""
        return {name: answers[name] for name in self.names if self.options(name, answers)[0]}

    def _states(
        self, wanted: frozenset[str], names: frozenset[str], limit: int | None = None
    ) -> dict[State, int]:
        """Return the reachable answers to `wanted`, each with its number of combinations.

        Goes through `names` and what decides about them, in order. With a limit it may stop
        as soon as there are more states.
        """
        if unknown := names - set(self.names):
            raise KeyError(f"copier.yml asks no {', '.join(sorted(unknown))}")
        states: dict[State, int] = {frozenset(): 1}
        deciding = self.deciding(names)
        relevant = [name for name in self.names if name in deciding]
        held: frozenset[str] = frozenset()
        for index, name in enumerate(relevant):
            needed = wanted.union(*(self.reads[other] for other in relevant[index + 1 :]))
            is_dropped = bool(held - needed)
            held = (held | {name}) & needed
            after: dict[State, int] = {}
            for state, count in states.items():
                kept = state
                if is_dropped:
                    kept = frozenset(item for item in state if item[0] in needed)
                for value in self.options(name, dict(state))[1]:
                    added = {(name, value)} if name in needed else frozenset()
                    key = kept | added
                    after[key] = after.get(key, 0) + count
            states = after
            if limit is not None and len(states) > limit * len(self.names):
                break
        return states

    def deciding(self, names: frozenset[str]) -> frozenset[str]:
        """Return questions together with all earlier ones that decide about them."""
        found: frozenset[str] = frozenset()
        while names - found:
            found |= names
            names = frozenset().union(*(self.reads[name] for name in found))
        return found

    def _walk(
        self, index: int, answers: Answers, asked: frozenset[str]
    ) -> Iterator[tuple[Answers, frozenset[str]]]:
        if index == len(self.names):
            yield dict(answers), asked
            return
        name = self.names[index]
        is_asked, values = self.options(name, answers)
        for value in values:
            yield from self._walk(
                index + 1, {**answers, name: value}, asked | {name} if is_asked else asked
            )

    def _ask(self, name: str, known: Answers) -> tuple[bool, tuple[Any, ...]]:
        question = self.question(name, known)
        if not question.get_when():
            default = question.get_default()
            # A list, of what several validators share, has to fit into a set of states.
            default = tuple(default) if isinstance(default, list) else default
            return False, () if default is MISSING else (default,)
        default = question.get_default()
        if question.choices:
            values = [
                question.cast_answer(choice.value)
                for choice in question._formatted_choices
                if not choice.disabled
            ]
        elif question.get_type_name() == "bool":
            values = [False, True]
        else:
            values = [default] if default else [default, _some_text(question)]
        if default not in values:
            raise ValueError(f"{name}: the default {default!r} cannot be selected after {known}")
        return True, tuple(value for value in values if _is_valid(question, value))

    def question(self, name: str, known: Mapping[str, Any]) -> Question:
        """Return Copier's own question, as it stands after some answers."""
        return Question(
            answers=AnswersMap(user=dict(known), metadata=self.worker.template.metadata),
            context={**self._base, **known},
            jinja_env=self.worker.jinja_env,
            settings=SettingsModel(),
            var_name=name,
            **self.details[name],
        )

    @cached_property
    def _base(self) -> dict[str, Any]:
        return dict(self.worker._render_context())

    def _variables(self, text: str) -> set[str]:
        return meta.find_undeclared_variables(self.worker.jinja_env.parse(text))


def describe(answers: Mapping[str, Any]) -> str:
    """Return answers as one would type them: `name=value name=value`."""
    return " ".join(f"{name}={value}" for name, value in sorted(answers.items())) or "any answers"


def _texts(value: Any) -> Iterator[str]:
    """Yield every string inside the specification of a question."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _texts(key)
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)


def hashable(value: Any) -> Any:
    """Return an answer as it is kept here: a list as a tuple."""
    return tuple(value) if isinstance(value, list) else value


def _some_text(question: Question) -> str:
    return next(text for text in SOME_TEXT if _is_valid(question, text))


def _is_valid(question: Question, value: Any) -> bool:
    try:
        question.validate_answer(value)
    except ValueError:
        return False
    return True
