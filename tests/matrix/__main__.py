"""`python -m tests.matrix`: count the combinations, check all of them, choose live rows.

python -m tests.matrix list [--json]      how many combinations there are
python -m tests.matrix static [--profile] check every one of them without running it
python -m tests.matrix rows [--triples] [--json]
                                          answers that cover every pair, or triple
python -m tests.matrix doubling [--most 5]
                                          measure what further options would cost
"""

import argparse
import cProfile
import json
import pstats
import sys
import tempfile
from pathlib import Path

from tests.generate import copy_working_tree
from tests.matrix import doubling, static
from tests.matrix.rows import rows
from tests.matrix.space import Space


def main() -> int:
    """Run one command; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.matrix", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    commands = parser.add_subparsers(dest="command", required=True)
    listing = commands.add_parser("list")
    listing.add_argument("--json", action="store_true")
    checking = commands.add_parser("static")
    checking.add_argument("--profile", action="store_true")
    choosing = commands.add_parser("rows")
    choosing.add_argument("--triples", action="store_true")
    choosing.add_argument("--json", action="store_true")
    measuring = commands.add_parser("doubling")
    measuring.add_argument("--most", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        template = copy_working_tree(Path(directory) / "keelson")
        if arguments.command == "list":
            return list_combinations(Space(template), as_json=arguments.json)
        if arguments.command == "rows":
            strength = 3 if arguments.triples else 2
            return list_rows(Space(template), strength, as_json=arguments.json)
        if arguments.command == "doubling":
            for line in doubling.rows(template, arguments.most):
                print(line, flush=True)
            return 0
        return check(template, profile=arguments.profile)


def list_combinations(space: Space, *, as_json: bool) -> int:
    """Print how many answers each question takes, and how many combinations there are."""
    options = {name: len(space.project({name})) for name in space.askable}
    if as_json:
        print(json.dumps({"combinations": space.count(), "questions": options}))
        return 0
    for name, count in options.items():
        print(f"{name:20} {count:>8,}")
    print(f"{'combinations':20} {space.count():>8,}")
    return 0


def list_rows(space: Space, strength: int, *, as_json: bool) -> int:
    """Print the rows of the live tier, as they are typed after `make matrix-row answers=`."""
    found = rows(space, strength)
    if as_json:
        print(json.dumps({"include": [{"answers": row} for row in found]}))
        return 0
    print(*found, sep="\n")
    return 0


def check(template: Path, *, profile: bool) -> int:
    """Check every combination; print the problems and a table of what was done."""
    profiler = cProfile.Profile() if profile else None
    report = profiler.runcall(static.run, template) if profiler else static.run(template)
    for problem in report.problems:
        print(problem)
    print(report.table())
    if profiler:
        pstats.Stats(profiler).sort_stats("cumulative").print_stats(25)
    return 1 if report.problems else 0


if __name__ == "__main__":
    sys.exit(main())
