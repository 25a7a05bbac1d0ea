"""Whether what one file needs, another one provides: in every combination.

A file in one of its forms *needs* facts ("the module app.core.errors defines Problem",
"the Makefile has the target migrate") and *provides* facts. For each need, the
combinations of the answers that the two read are gone through, and no others: that is
exact, since nothing else decides about either. Files are taken in pieces for that, so
that a list of all dependencies does not depend on everything at once.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

from tests.matrix.render import Piece, Rendered
from tests.matrix.space import Answers, describe
from tests.matrix.variants import Variants


@dataclass(frozen=True)
class Fact:
    """Something that one file says and another relies on."""

    kind: str
    name: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"


@dataclass(frozen=True)
class Facts:
    """What one file in one form provides and needs."""

    provides: frozenset[Fact] = frozenset()
    needs: frozenset[Fact] = frozenset()

    def __or__(self, other: "Facts") -> "Facts":
        return Facts(self.provides | other.provides, self.needs | other.needs)


@dataclass(frozen=True)
class Unmet:
    """A need that nothing meets, and answers that show it."""

    fact: Fact
    file: str
    answers: tuple[tuple[str, object], ...]

    def __str__(self) -> str:
        shown = describe(dict(self.answers))
        return f"{self.file} needs the {self.fact}, which is not there with {shown}"


class Resolver:
    """Looks for needs that some combination leaves unmet."""

    def __init__(self, variants: Variants, extract: Callable[[Rendered], Facts]) -> None:
        self.variants = variants
        self.extract = extract
        self._facts: dict[Rendered, Facts] = {}
        self.combinations = 0

    def unmet(self) -> Iterator[Unmet]:
        """Go through every need of every form of every file, and say each once."""
        for piece in self.variants.pieces:
            for fact in sorted(self._needs(piece), key=str):
                yield from self._unmet(piece, fact)

    def _unmet(self, piece: Piece, fact: Fact) -> Iterator[Unmet]:
        providers = self._providers[fact]
        if fact in self._always:
            return
        # One provider that is enough is the usual case, and the cheap one; what several
        # provide only between them needs the combinations of all that they read.
        for provider in providers:
            if self._first_failure(piece, fact, [provider]) is None:
                return
        failure = self._first_failure(piece, fact, providers)
        if failure is None:
            return
        answers = tuple(sorted(failure.items()))
        file = self.variants.form(piece, failure)
        yield Unmet(fact, file.path if file else piece.path, answers)

    def _first_failure(self, piece: Piece, fact: Fact, group: list[Piece]) -> Answers | None:
        names = piece.reads.union(*(provider.reads for provider in group))
        for answers in self.variants.space.project(names):
            self.combinations += 1
            if fact in self._of(piece, answers).needs and not any(
                fact in self._of(provider, answers).provides for provider in group
            ):
                return answers
        return None

    def _of(self, piece: Piece, answers: Answers) -> Facts:
        file = self.variants.form(piece, answers)
        return self._facts_of(file) if file else Facts()

    def _facts_of(self, file: Rendered) -> Facts:
        if file not in self._facts:
            self._facts[file] = self.extract(file)
        return self._facts[file]

    def _needs(self, piece: Piece) -> frozenset[Fact]:
        files = {file for file in self.variants.forms(piece).values() if file}
        return frozenset().union(*(self._facts_of(file).needs for file in files))

    @cached_property
    def _providers(self) -> dict[Fact, list[Piece]]:
        found: dict[Fact, list[Piece]] = defaultdict(list)
        for piece in self.variants.pieces:
            files = {file for file in self.variants.forms(piece).values() if file}
            for fact in frozenset().union(*(self._facts_of(file).provides for file in files)):
                found[fact].append(piece)
        return found

    @cached_property
    def _always(self) -> frozenset[Fact]:
        """What some file provides in every form, with no condition on its path."""
        return frozenset().union(
            *(
                frozenset.intersection(
                    *(
                        self._facts_of(file).provides if file else frozenset()
                        for file in self.variants.forms(piece).values()
                    )
                )
                for piece in self.variants.pieces
            )
        )
