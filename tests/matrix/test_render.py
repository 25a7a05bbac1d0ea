"""The renderer of the matrix gives what Copier gives."""

import json
import random
import subprocess
import sys
from pathlib import Path

from tests.matrix.facts import facts_of
from tests.matrix.resolve import Facts
from tests.matrix.variants import Variants

STOCK = """
import json, sys
from pathlib import Path
from copier import Settings, run_copy
for number, answers in enumerate(json.loads(sys.argv[3])):
    run_copy(sys.argv[1], Path(sys.argv[2]) / str(number), data=answers, settings=Settings(),
             defaults=True, quiet=True)
"""
ANSWERS_FILE = ".copier-answers.yml"


def test_a_sample_of_whole_projects_equals_what_stock_copier_writes(
    variants: Variants, tmp_path: Path
) -> None:
    seed = random.randrange(10**6)
    chance = random.Random(seed)
    sample = [variants.space.sample(chance) for _ in range(6)]
    given = [variants.space.asked(answers) for answers in sample]
    subprocess.run(
        [sys.executable, "-c", STOCK, variants.space.root, tmp_path, json.dumps(given)], check=True
    )
    for number, answers in enumerate(sample):
        root = tmp_path / str(number)
        written = {
            path.relative_to(root).as_posix(): (path.read_bytes(), path.stat().st_mode & 0o777)
            for path in root.rglob("*")
            if path.is_file() and path.name != ANSWERS_FILE
        }
        ours = {
            path: (file.content, file.mode)
            for path, file in variants.renderer.project(answers).items()
        }
        assert ours == written, f"seed {seed}: {given[number]}"
        directories = {path for path in root.rglob("*") if path.is_dir()}
        assert not [path for path in directories if not any(path.iterdir())], "an empty directory"


def test_the_pieces_of_a_file_are_the_file_and_say_what_it_says(variants: Variants) -> None:
    """Line by line: a need or an offer that only the whole shows would be lost."""
    for source in variants.sources:
        pieces = [piece for piece in variants.pieces if piece.source is source]
        chance = random.Random(0)
        for answers in (variants.space.sample(chance) for _ in range(20 if pieces[1:] else 1)):
            file = variants.form(source, answers)
            parts = [part for piece in pieces if (part := variants.form(piece, answers))]
            assert b"".join(part.content for part in parts) == (file.content if file else b"")
            if file:
                said = Facts()
                for part in parts:
                    said |= facts_of(part)
                assert said == facts_of(file), source.path
