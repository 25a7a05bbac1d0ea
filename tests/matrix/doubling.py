"""What another option costs: the tier with more and more options that do not exist.

Each is a yes or no that renders a line of its own into the README, so each doubles the
combinations.
"""

import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from tests.matrix import static

COLUMNS = "| more options | combinations | distinct files | renders | seconds | problems |"


def rows(template: Path, most: int) -> Iterator[str]:
    """Yield the lines of a table in Markdown, one for each number of further options."""
    yield COLUMNS
    yield "|" + "--:|" * (COLUMNS.count("|") - 1)
    for number in range(most + 1):
        garden = shutil.copytree(template, template.with_name(f"doubled-{number}"))
        for index in range(number):
            _add_option(garden, f"confetti_{index}")
        started = time.perf_counter()
        report = static.run(garden)
        seconds = time.perf_counter() - started
        yield (
            f"| {number} | {report.combinations:,} | {report.distinct:,} | {report.renders:,} "
            f"| {seconds:.1f} | {len(report.problems)} |"
        )


def _add_option(root: Path, name: str) -> None:
    questions = root / "copier.yml"
    question = f"{name}:\n  type: bool\n  help: Throw {name}?\n  default: false\n\n"
    mark = "has_database:"
    questions.write_text(questions.read_text().replace(mark, f"{question}{mark}", 1))
    page = root / "template" / "README.md.jinja"
    block = f"{{% if {name} %}}\nIt throws {name}.\n\n{{% endif %}}\n"
    page.write_text(page.read_text().replace("## Start\n", f"{block}## Start\n", 1))
