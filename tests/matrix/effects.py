"""That every question changes something, and nothing but the answers does."""

from collections.abc import Iterator
from itertools import combinations

import time_machine
from jinja2 import nodes

from tests.matrix.render import Piece, Rendered
from tests.matrix.variants import Variants

ANOTHER_DAY = "2001-02-03T04:05:06Z"
MANY = 30
"""Renders after which a coin that always fell the same way is no coin."""


def without_effect(variants: Variants) -> Iterator[str]:
    """Yield each pair of choices that render the same projects in every combination.

    Questions of free text are left out, and those that only set the defaults of others.
    """
    space = variants.space
    set_defaults = frozenset().union(*(space.reads[name] for name in space.askable))
    for name in space.askable:
        values = sorted({answers[name] for answers in space.project({name})}, key=repr)
        readers = [piece for piece in variants.pieces if piece.reads & space.readers(name)]
        if name in set_defaults and not readers:
            continue
        for one, other in combinations(values, 2):
            if not any(
                _forms(variants, piece, name, one) != _forms(variants, piece, name, other)
                for piece in readers
            ):
                yield f"copier.yml: {name}: {one!r} and {other!r} render the same projects"
        if not values or (len(values) == 1 and not readers):
            yield f"copier.yml: {name}: nothing reads the answer"


def _forms(variants: Variants, piece: Piece, name: str, value: object) -> set[Rendered | None]:
    return {
        variants.form(piece, answers)
        for answers in variants.space.project(piece.reads | {name})
        if answers[name] == value
    }


def unstable(variants: Variants) -> Iterator[str]:
    """Yield each template that renders otherwise at another time, or by chance.

    All is compiled anew for that: Jinja works out what it takes for constant only once. What
    calls something is rendered many times, since chance may give the same twice.
    """
    with time_machine.travel(ANOTHER_DAY):
        pairs = zip(variants.pieces, Variants(variants.space).pieces, strict=True)
        differing = {old.path for old, new in pairs if _differs(variants, old, new)}
    for path in sorted(differing):
        yield f"{path}: renders differently at another time, or by chance"


def _differs(variants: Variants, old: Piece, new: Piece) -> bool:
    if not new.tree or new.path in variants.failures:
        return False
    calls = any(new.tree.find(kind) for kind in (nodes.Filter, nodes.Call))
    times = MANY if calls else 1
    return any(
        variants.renderer.render(new, dict(state)) != file
        for state, file in variants.forms(old).items()
        for _ in range(times)
    )
