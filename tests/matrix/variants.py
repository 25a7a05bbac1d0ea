"""Each file of the template, and each piece of one, in every form it can take."""

from collections.abc import Iterator
from functools import cached_property
from random import Random

from copier.errors import UserMessageError
from jinja2 import TemplateError

from tests.matrix.render import Piece, Rendered, Renderer, Source
from tests.matrix.space import Answers, Space, State

ENOUGH = 1_000
"""How many forms of one file are looked at as a whole. One that has more is looked at in so
many by chance, which miss hardly any four choices together; its pieces miss none."""


class Variants:
    """The distinct results of rendering one template, file by file.

    A file is rendered once for each combination of the answers that it reads, not for
    each combination that there is. So the work grows with the files and what they read.
    """

    def __init__(self, space: Space) -> None:
        self.space = space
        self.renderer = Renderer(space)
        self._answers: dict[frozenset[str], list[Answers]] = {}
        self._forms: dict[Source | Piece, dict[State, Rendered | None]] = {}
        self.failures: dict[str, tuple[Exception, Answers]] = {}

    @cached_property
    def sources(self) -> tuple[Source, ...]:
        """Every file of the template."""
        return self.renderer.sources

    @cached_property
    def pieces(self) -> tuple[Piece, ...]:
        """Every file of the template in pieces, each with what it alone reads."""
        return self.renderer.pieces

    def answers(self, names: frozenset[str]) -> list[Answers]:
        """Return the answers to these questions: every combination, or enough of them."""
        if names not in self._answers:
            self._answers[names] = self._find_answers(names)
        return self._answers[names]

    def _find_answers(self, names: frozenset[str]) -> list[Answers]:
        if not self.space.has_more_than(ENOUGH, names):
            return self.space.project(names)
        random = Random(" ".join(sorted(names)))
        chosen = (self.space.sample(random) for _ in range(ENOUGH))
        states = dict.fromkeys(tuple((name, one[name]) for name in sorted(names)) for one in chosen)
        return [dict(state) for state in states]

    def forms(self, part: Source | Piece) -> dict[State, Rendered | None]:
        """Return what a file, or a piece, becomes after the answers that it reads."""
        if part not in self._forms:
            distinct: dict[Rendered, Rendered] = {}
            forms: dict[State, Rendered | None] = {}
            is_whole = isinstance(part, Source)
            found = self.answers(part.reads) if is_whole else self.space.project(part.reads)
            for answers in found:
                file = self._render(part, answers)
                forms[frozenset(answers.items())] = (
                    distinct.setdefault(file, file) if file else None
                )
            self._forms[part] = forms
        return self._forms[part]

    def _render(self, part: Source | Piece, answers: Answers) -> Rendered | None:
        try:
            return self.renderer.render(part, answers)
        except (TemplateError, UserMessageError) as error:
            self.failures.setdefault(part.path, (error, answers))
            return None

    def form(self, part: Source | Piece, answers: Answers) -> Rendered | None:
        """Return what a part becomes after these answers, which may hold more than it reads."""
        forms = self.forms(part)
        state = frozenset((name, answers[name]) for name in part.reads)
        if state not in forms:
            forms[state] = self._render(part, dict(state))
        return forms[state]

    def distinct(self) -> Iterator[tuple[Source, Rendered, Answers]]:
        """Go through every distinct result once, with answers that lead to it."""
        for source in self.sources:
            seen: set[Rendered] = set()
            for state, file in self.forms(source).items():
                if file and file not in seen:
                    seen.add(file)
                    yield source, file, dict(state)
