"""The branches of the Jinja in the template: whether one is ever taken, or holds too much."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from jinja2 import Environment, nodes
from jinja2.visitor import NodeTransformer

from tests.matrix.space import Answers
from tests.matrix.variants import Variants

TOO_MANY = 3_000
"""Forms of one outermost block. Blocks inside it multiply, and each form is looked at."""


@dataclass(frozen=True)
class Branch:
    """One way through a condition: the line of the condition, and whether it held."""

    file: str
    line: int
    held: bool

    def __str__(self) -> str:
        return (
            f"{self.file}:{self.line}: no combination makes this condition {str(self.held).lower()}"
        )


def broad(variants: Variants) -> Iterator[str]:
    """Yield every outermost block that reads so much that looking at all its forms takes long."""
    for piece in variants.pieces:
        if variants.space.has_more_than(TOO_MANY, piece.reads):
            line = f":{piece.tree.lineno}" if piece.tree else ""
            yield (
                f"{piece.path}{line}: what begins here reads {len(piece.reads)} answers, and so "
                f"has more than {TOO_MANY:,} forms; end this block before the next one begins"
            )


def untaken(variants: Variants) -> Iterator[Branch]:
    """Yield every branch that no combination takes, in the content and the name of each file."""
    env = variants.renderer.env
    for source in variants.sources:
        if source.path in variants.failures:
            continue
        answers = variants.space.project(source.path_reads)
        yield from _untaken(variants, source.path, env.parse(source.path), answers)
        for piece in variants.renderer.cut(source):
            if piece.tree:
                answers = variants.space.project(piece.reads)
                yield from _untaken(variants, piece.path, piece.tree, answers)


def _untaken(
    variants: Variants, path: str, tree: nodes.Template, answers: list[Answers]
) -> Iterator[Branch]:
    """Render a tree with each of some answers, and yield the branches that none takes."""
    taken: set[tuple[int, bool]] = set()
    marker = _Marker(variants.renderer.env)
    template = variants.renderer.env.from_string(marker.visit(tree))
    template.globals = {**template.globals, "note_branch": _noter(taken)}
    if not marker.lines:
        return
    for known in answers:
        template.render(**variants.renderer.worker.given(known))
    for line in sorted(marker.lines):
        yield from (Branch(path, line, held) for held in (True, False) if (line, held) not in taken)


def _noter(taken: set[tuple[int, bool]]) -> Any:
    def note(line: int, held: object) -> object:
        taken.add((line, bool(held)))
        return held

    return note


class _Marker(NodeTransformer):
    """Wraps the test of each condition in a call that notes how it came out."""

    def __init__(self, env: Environment) -> None:
        self.env = env
        self.lines: set[int] = set()

    def visit(self, node: nodes.Node, *args: Any, **kwargs: Any) -> Any:
        """Mark a condition, and whatever is in it."""
        if isinstance(node, nodes.If | nodes.CondExpr):
            self._mark(node)
        return super().visit(node, *args, **kwargs)

    def _mark(self, node: nodes.If | nodes.CondExpr) -> None:
        self.lines.add(node.lineno)
        line = nodes.Const(node.lineno, lineno=node.lineno)
        node.test = nodes.Call(
            nodes.Name("note_branch", "load", lineno=node.lineno),
            [line, node.test],
            [],
            None,
            None,
            lineno=node.lineno,
        )
        node.test.set_environment(self.env)
