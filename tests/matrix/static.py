"""The static tier: everything that can be known of every combination without running it."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.matrix import branches, effects, files, linting, markers, merges, questions
from tests.matrix.facts import facts_of
from tests.matrix.resolve import Resolver
from tests.matrix.space import Space, describe
from tests.matrix.variants import Variants


@dataclass
class Report:
    """What a run of the tier looked at, what it found, and how long each part took."""

    combinations: int = 0
    sources: int = 0
    distinct: int = 0
    renders: int = 0
    resolved: int = 0
    problems: list[str] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)

    def table(self) -> str:
        """Return what was done as a table."""
        total = sum(self.seconds.values())
        rate = self.renders / self.seconds["render"]
        lines = [
            f"{'combinations of answers':36}{self.combinations:>12,}",
            f"{'files of the template':36}{self.sources:>12,}",
            f"{'distinct files rendered from them':36}{self.distinct:>12,}",
            f"{'renders by Jinja':36}{self.renders:>12,}   {rate:,.0f} a second",
            f"{'combinations resolved across files':36}{self.resolved:>12,}",
            *(f"{stage:36}{seconds:>12.2f} s" for stage, seconds in self.seconds.items()),
            f"{'all':36}{total:>12.2f} s",
            f"{'problems':36}{len(self.problems):>12,}",
        ]
        return "\n".join(lines)

    @contextmanager
    def timed(self, stage: str) -> Iterator[None]:
        """Note how long a stage takes."""
        start = time.perf_counter()
        yield
        self.seconds[stage] = time.perf_counter() - start


def run(template: Path) -> Report:
    """Check the template in a plain directory, under every combination of its answers."""
    report = Report()
    with report.timed("questions"):
        space = Space(template)
        report.combinations = space.count()
        report.problems += questions.check(space)
    variants = Variants(space)
    with report.timed("render"):
        distinct = list(variants.distinct())
        report.sources = len(variants.sources)
        report.distinct = len(distinct)
        report.renders = variants.renderer.renders
        report.problems += (
            f"{source.path}: no combination renders this file"
            for source in variants.sources
            if not any(variants.forms(source).values())
        )
        report.problems += (
            f"{path}: cannot be rendered: {error} [{describe(answers)}]"
            for path, (error, answers) in variants.failures.items()
        )
    with report.timed("each file"):
        for source, file, answers in distinct:
            report.problems += (
                f"{file.path} {problem} [{source.path}, {describe(answers)}]"
                for problem in files.check(file)
            )
    with report.timed("ruff"), tempfile.TemporaryDirectory() as directory:
        report.problems += linting.check(variants, Path(directory))
    with report.timed("across files"):
        resolver = Resolver(variants, facts_of)
        report.problems += map(str, resolver.unmet())
        report.resolved = resolver.combinations
    with report.timed("branches"):
        report.problems += branches.broad(variants)
        report.problems += map(str, branches.untaken(variants))
    with report.timed("effects"):
        report.problems += effects.without_effect(variants)
        report.problems += effects.unstable(variants)
    with report.timed("traces"):
        report.problems += markers.traces(variants)
    with report.timed("merges"):
        report.problems += merges.conflicts(variants)
    return report
