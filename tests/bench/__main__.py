"""`python -m tests.bench`: measure, print the tables, and write docs/benchmarks.md.

It measures the services and the generator. A table goes to the page only when it is whole
and at least three rounds of two seconds were measured; a shorter run is for trying.

ONLY takes names, with commas between them: parts (services, generator, scale, options), and
for the services programs and scenarios. `scale` and `options` are measured only when they are
named; the latter takes questions as well, and what it finds is for the pages of the site.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.bench import generator, load, machine, measured, options, report, scale, serving
from tests.bench.figures import FOREIGN_CORES
from tests.bench.goals import judged
from tests.bench.load import LoadFailed
from tests.bench.scenarios import SCENARIOS
from tests.generate import TemplateRepository, questions
from tests.services import ServerAway
from website import costs

PARTS = ("services", "generator", "scale", "options")
FEWEST_ROUNDS = 3
FEWEST_SECONDS = 2
TURNS = 20
"""Of each service in a round, where options are measured."""


def main() -> int:
    """Measure what is asked for; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=3, help="of each measurement")
    parser.add_argument("--only", default="", help="names, with commas between them")
    arguments = parser.parse_args()
    only = set(filter(None, arguments.only.replace(" ", ",").split(",")))
    scenarios = [one.name for one in SCENARIOS]
    asked = [name for name in questions() if name in only]
    if unknown := only - {*PARTS, *measured.names(), *scenarios, *asked}:
        known = ", ".join((*PARTS, *measured.names(), *scenarios))
        parser.error(f"nothing is called {', '.join(sorted(unknown))}. There are: {known}")
    programs = [name for name in measured.names() if name in only] or measured.names()
    chosen = [name for name in scenarios if name in only] or scenarios
    narrowed = bool(only - set(PARTS))
    parts = only & set(PARTS) or ({"services"} if narrowed else {"services", "generator"})
    keeps = arguments.rounds >= FEWEST_ROUNDS and arguments.seconds >= FEWEST_SECONDS
    try:
        load.check_wrk()
        with tempfile.TemporaryDirectory(prefix="keelson-bench-") as directory:
            folder = Path(directory)
            template = TemplateRepository.from_working_tree(folder / "keelson")
            run = f"bench_{time.time_ns() // 1_000_000:x}"
            if "services" in parts:
                text = _services(
                    template, folder, run, programs, chosen, arguments.rounds, arguments.seconds
                )
                _tell("services", text, keep=keeps and not narrowed)
            if "generator" in parts:
                figures = generator.measure(template, folder, arguments.rounds)
                _tell("generator", generator.report(figures), keep=keeps)
            if "scale" in parts:
                text = scale.measure(template, folder, run, arguments.seconds)
                _tell("scale", text, keep=keeps)
            if "options" in parts:
                turns = TURNS * arguments.rounds
                found = options.measure(template.root, folder / "options", run, turns, asked)
                print(f"\n{options.report(found)}\n")
                if keeps and not narrowed:
                    costs.write(found)
                    print(f"Written to {costs.FILE}")
    except (LoadFailed, ServerAway) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _services(
    template: TemplateRepository,
    folder: Path,
    run: str,
    names: list[str],
    scenarios: list[str],
    rounds: int,
    seconds: int,
) -> str:
    with measured.prepared(template.root, folder, run, frozenset(names)) as programs:
        figures = serving.measure(
            programs, scenarios, rounds=rounds, seconds=seconds, run=run, folder=folder
        )
        versions = measured.versions(folder / "production")
    machine_and_versions = (
        f"{machine.today()}. "
        f"{', '.join(f'{name} {version}' for name, version in versions.items())}."
    )
    method = (
        f"{rounds} rounds of {seconds} seconds, after one second to warm up. A round is disturbed "
        f"when other programs used more than {FOREIGN_CORES} cores, twice in a row; it counts only "
        "where no other is left."
    )
    tables = report.services(figures, programs)
    if figures.failures:
        tables += "\n\n### Not measured\n\n- " + "\n- ".join(figures.failures)
    return f"{machine_and_versions}\n\n{method}\n\n### Goals\n\n{judged(figures)}\n\n{tables}"


def _tell(part: str, text: str, *, keep: bool) -> None:
    print(f"\n{text}\n")
    if keep:
        report.write(part, text)
        print(f"Written to {report.PAGE}")
    else:
        print(f"Not written to {report.PAGE.name}: not whole, or too short.")


if __name__ == "__main__":
    sys.exit(main())
