"""What ruff says of every distinct Python file, under every configuration it can meet.

Forms of one path cannot lie side by side, so they are laid out in layers: the n-th form
of each path in the n-th layer. There is such a pile for each pyproject.toml that differs
in what ruff reads of it, with the files that occur together with it.
"""

import json
import re
import subprocess
import sys
import tomllib
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from tests.matrix.render import Piece
from tests.matrix.space import Answers, State
from tests.matrix.variants import Variants

CONFIGURATION = "pyproject.toml"

# A layer lacks most modules, by which ruff would find this out in a service.
OURS = 'lint.isort.known-first-party = ["app", "scripts", "tests"]'


def check(variants: Variants, directory: Path) -> Iterator[str]:
    """Yield what is not formatted, and what breaks a rule."""
    for number, (configuration, forms) in enumerate(_piles(variants)):
        root = directory / str(number)
        for path, contents in forms.items():
            for depth, content in enumerate(contents):
                _write(root / f"layer{depth}" / path, content)
        for layer in root.iterdir():
            _write(layer / CONFIGURATION, configuration)
            _complete_packages(layer, forms)
        for command in (
            ["format", "--check"],
            ["check", "--output-format=concise", f"--config={OURS}"],
        ):
            done = subprocess.run(
                [sys.executable, "-m", "ruff", *command, "--no-cache", "."],
                cwd=root,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                yield from _findings(done.stdout + done.stderr)


def _piles(variants: Variants) -> Iterator[tuple[bytes, dict[str, list[bytes]]]]:
    """Yield each configuration with the files that it meets: path to distinct contents."""
    names, configurations = _configurations(variants)
    piles: dict[str, dict[str, list[bytes]]] = defaultdict(lambda: defaultdict(list))
    for source in variants.sources:
        forms = variants.forms(source).values()
        if not any(file.path.endswith(".py") for file in forms if file):
            continue
        for answers in variants.answers(source.reads | names):
            file = variants.form(source, answers)
            key = _read_by_ruff(configurations[_state(names, answers)])
            if file and key and file.content not in piles[key][file.path]:
                piles[key][file.path].append(file.content)
    contents = {_read_by_ruff(content): content for content in configurations.values()}
    for key, pile in piles.items():
        yield contents[key], pile


def _configurations(variants: Variants) -> tuple[frozenset[str], dict[State, bytes]]:
    """Return what decides about what ruff reads, and a file for each such combination.

    Put together from pieces, since all that the whole file reads is far more.
    """
    pieces = [piece for piece in variants.pieces if piece.path == f"{CONFIGURATION}.jinja"]
    usual = [next(_contents(variants, piece)) for piece in pieces]
    decisive = {
        index
        for index, piece in enumerate(pieces)
        for content in _contents(variants, piece)
        if _read_by_ruff(b"".join([*usual[:index], content, *usual[index + 1 :]]))
        != _read_by_ruff(b"".join(usual))
    }
    names = frozenset().union(*(pieces[index].reads for index in decisive))
    found: dict[State, bytes] = {}
    for answers in variants.space.project(names):
        parts = list(usual)
        for index in decisive:
            file = variants.form(pieces[index], answers)
            parts[index] = file.content if file else b""
        found[_state(names, answers)] = b"".join(parts)
    return names, found


def _contents(variants: Variants, piece: Piece) -> Iterator[bytes]:
    return (file.content for file in variants.forms(piece).values() if file)


def _state(names: frozenset[str], answers: Answers) -> State:
    return frozenset((name, answers[name]) for name in names)


@cache
def _read_by_ruff(content: bytes) -> str:
    """Return what ruff reads of a pyproject.toml; nothing when it does not parse."""
    try:
        document = tomllib.loads(content.decode())
    except tomllib.TOMLDecodeError:  # files.py reports it
        return ""
    return json.dumps([document["project"].get("requires-python"), document["tool"]["ruff"]])


def _write(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def _complete_packages(layer: Path, forms: dict[str, list[bytes]]) -> None:
    """Make the folders of a layer packages where those of a whole project are."""
    for path in forms:
        package = layer / path
        if package.name == "__init__.py" and package.parent.exists():
            package.touch()


def _findings(output: str) -> Iterator[str]:
    """Yield the lines of ruff's output that name a place."""
    for line in output.splitlines():
        if place := re.search(r"layer\d+/(.+)", line):
            yield f"ruff: {place[1]}{'' if ' ' in place[1] else ' is not formatted'}"
