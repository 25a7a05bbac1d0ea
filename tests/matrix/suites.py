"""Which folders of its own tests each row runs, where all rows run on one machine.

Pairs of choices are what the rows promise. So a folder runs, wherever the rows have them
together, with each choice at least once, in each of its files, and on each Python: what
it brings and any one other choice have then been tried together in its own tests. Running
it in further rows would try it with more than one other choice at a time, which is what
the triples are for.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from tests.matrix.render import Renderer
from tests.matrix.space import Answers

EVERYWHERE = frozenset({"core"})
"""Runs in every row: some of its tests look at the whole service, whatever it is made of."""

Shown = frozenset[tuple[str, Any]]
"""What the tests of a folder show in one row: each choice, and each file, that they run with."""


def shown(renderer: Renderer, answers: Answers, python: str) -> dict[str, Shown]:
    """Return what each folder of tests shows when it runs in a row, on a version of Python."""
    every = renderer.space.answered(answers)
    files: dict[str, set[str]] = defaultdict(set)
    for source in renderer.sources:
        if source.path.startswith("tests/") and not source.is_template:
            file = renderer.render(source, every)
            if file and file.path.count("/") > 1:
                files[file.path.split("/")[1]].add(file.path)
    others = frozenset({*answers.items(), ("python_version", python)})
    return {folder: others | {("file", path) for path in found} for folder, found in files.items()}


def shared_out(
    rows: Mapping[str, Mapping[str, Shown]], whole: Collection[str]
) -> dict[str, frozenset[str]]:
    """Return which folders each row runs, so that everything is shown by some row.

    Args:
        rows: What each folder shows in each row. Of rows that show as much, the first runs it.
        whole: Rows that run all of their folders anyway.
    """
    chosen = {
        row: set(folders if row in whole else EVERYWHERE & folders.keys())
        for row, folders in rows.items()
    }
    for folder in sorted({folder for folders in rows.values() for folder in folders} - EVERYWHERE):
        having = {row: folders[folder] for row, folders in rows.items() if folder in folders}
        missing = union(having.values()) - union(having[row] for row in whole if row in having)
        while missing:
            best = max(having, key=lambda row: len(missing & having[row]))
            chosen[best].add(folder)
            missing -= having[best]
    return {row: frozenset(folders) for row, folders in chosen.items()}


def union(shown: Iterable[Shown]) -> Shown:
    """Return what several rows show together."""
    return frozenset[tuple[str, Any]]().union(*shown)
