"""How long generating, updating and checking take."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests import environment, owner
from tests.bench import machine
from tests.bench.figures import Figures, Quantity, Sample, number, table
from tests.generate import ROOT, TemplateRepository, questions

EMPTY = "empty template"
UPDATE = "copier update, production"
STATIC = "make matrix"


def measure(template: TemplateRepository, folder: Path, rounds: int) -> Figures:
    """Run `copier copy` and `copier update` as an owner does, and the static checks once."""
    figures = Figures()
    empty = _empty_template(folder / "empty")
    presets = list(questions()["preset"]["choices"].values())
    for number_of_round in range(rounds):

        def keep(name: str, *command: str, where: Path, round_: int = number_of_round) -> None:
            figures.add(*_timed(name, round_, lambda: _run(*command, where=where)))

        copies = folder / f"copies-{number_of_round}"
        copies.mkdir()
        keep(EMPTY, *_copier("copy", str(empty), "nothing"), where=copies)
        for preset in presets:
            data = ("--data", f"preset={preset}")
            keep(preset, *_copier("copy", *data, str(template.root), preset), where=copies)
        project = copies / "production"
        owner.start_repository(project)
        template.release(f"0.1.{number_of_round + 1}")
        keep(UPDATE, *_copier("update"), where=project)
    command = (sys.executable, "-m", "tests.matrix", "static")
    figures.add(*_timed(STATIC, 0, lambda: _run(*command, where=ROOT)))
    return figures


def report(figures: Figures) -> str:
    """Return a table of the seconds, and where they were measured."""
    names = list(dict.fromkeys(sample.program for sample in figures.samples))
    rows = [
        (
            name if name in {EMPTY, UPDATE, STATIC} else f"copier copy, {name}",
            number(figures.median(name, "", Quantity.SECONDS)),
            number(figures.median(name, "", Quantity.CPU_SECONDS)),
            number(_of_empty(figures, name)),
        )
        for name in names
    ]
    seconds = table(("what", "seconds", "CPU seconds", "of the empty template"), rows)
    return f"{machine.today()}\n\n{seconds}"


def _of_empty(figures: Figures, name: str) -> float | None:
    found = figures.ratio(name, EMPTY, "", Quantity.CPU_SECONDS)
    return found.value if found and name not in {EMPTY, STATIC} else None


def _timed(name: str, number_of_round: int, work: Callable[[], object]) -> list[Sample]:
    began, used = time.perf_counter(), machine.own_cpu_seconds()
    work()
    seconds, cpu = time.perf_counter() - began, machine.own_cpu_seconds() - used
    print(f"{number_of_round + 1} {name:26} {seconds:8.2f} s, {cpu:.2f} s of CPU", flush=True)
    return [
        Sample(name, "", Quantity.SECONDS, number_of_round, seconds),
        Sample(name, "", Quantity.CPU_SECONDS, number_of_round, cpu),
    ]


def _copier(command: str, *arguments: str) -> tuple[str, ...]:
    return (sys.executable, "-m", "copier", command, "--defaults", "--quiet", *arguments)


def _run(*command: str, where: Path) -> None:
    done = subprocess.run(
        command,
        cwd=where,
        env=environment.clean(**environment.GIT_IDENTITY),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{command} failed: {done.stdout}{done.stderr}")


def _empty_template(folder: Path) -> Path:
    """Make a template with one question and one file: what Copier itself costs."""
    (folder / "template").mkdir(parents=True)
    (folder / "copier.yml").write_text("_subdirectory: template\nname: {type: str, default: x}\n")
    (folder / "template" / "README.md").write_text("Nothing.\n")
    repository = TemplateRepository(folder)
    repository.git("init", "--quiet", "--initial-branch=main")
    repository.release("0.1.0")
    return folder
