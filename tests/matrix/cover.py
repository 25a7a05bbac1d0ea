"""Covering arrays: few combinations in which every pair (or triple) of answers occurs.

Greedy, after the idea of AETG (Cohen, Dalal, Fredman and Patton 1997): each row starts
from a tuple that is still missing and is filled, of several tries, with what covers the
most. Constraints need no care of their own, since rows are built by asking the questions
in order, and what is feasible is known exactly from `Space.project`.
"""

from collections.abc import Callable, Sequence
from itertools import combinations
from random import Random
from typing import Any

from tests.matrix.space import Answers, Space

Pair = frozenset[tuple[str, Any]]


def feasible(space: Space, names: Sequence[str], strength: int) -> set[Pair]:
    """Return every combination of `strength` answers that somebody can give.

    What is not asked after some answers is no choice, whatever its default is.
    """
    found: set[Pair] = set()
    for group in combinations(names, strength):
        reads = frozenset().union(*(space.reads[name] for name in group))
        for answers in space.project(reads | set(group)):
            found |= _tuples(space, answers, group, strength)
    return found


def cover(
    space: Space,
    names: Sequence[str],
    strength: int,
    *,
    first: Sequence[Answers] = (),
    seed: int = 0,
) -> list[Answers]:
    """Return answer sets in which every feasible tuple of these questions occurs.

    The same questions give the same rows: `seed` fixes the choice between equals. Those
    that are wanted anyway come `first`, and count.
    """
    random = Random(seed)
    missing = feasible(space, names, strength)
    rows = list(first)
    for row in rows:
        missing -= _tuples(space, row, names, strength)
    while missing:
        wanted = dict(min(missing, key=lambda pair: sorted(map(repr, pair))))
        tries = [_row(space, _chooser(wanted, random)) for _ in range(40)]
        best = max(tries, key=lambda row: len(missing & _tuples(space, row, names, strength)))
        covered = missing & _tuples(space, best, names, strength)
        missing -= covered
        if covered:
            rows.append(best)
    return rows


def _tuples(space: Space, row: Answers, names: Sequence[str], strength: int) -> set[Pair]:
    items = [(name, row[name]) for name in names if space.options(name, row)[0]]
    return {frozenset(group) for group in combinations(items, strength)}


def _chooser(wanted: Answers, random: Random) -> Callable[[str, Sequence[Any]], Any]:
    def choose(name: str, values: Sequence[Any]) -> Any:
        return wanted[name] if wanted.get(name) in values else random.choice(values)

    return choose


def _row(space: Space, choose: Callable[[str, Sequence[Any]], Any]) -> Answers:
    row: Answers = {}
    for name in space.names:
        values = space.options(name, row)[1]
        if values:
            row[name] = choose(name, values)
    return row
