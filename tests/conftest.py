"""What every test starts from, the order of the tiers, and the table of what took how long."""

import hashlib
import os
import re
import shutil
from collections import defaultdict
from collections.abc import Callable, Generator
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from tests import environment, speeding
from tests.generate import Answers, TemplateRepository, generate
from tests.matrix.rows import VARIABLE, asked_for
from tests.variants import SPACE

environment.isolate()
speeding.speed_up()

LIVE_ROW = re.compile(r"tests/test_live\.py::test_(?P<stage>\w+)\[(?P<row>(?!NOTSET).+)\]")
"""What a test of a row is called."""

ONE_SERVICE = re.compile(
    r"tests/test_(live|openid_provider)\.py::test_\w+\[(?P<service>(?!NOTSET).+)\]"
)
"""What tests are called that share a service, and with it a database."""


def pytest_configure(config: pytest.Config) -> None:
    """Name the tiers, and refuse a row that cannot be before anything runs."""
    config.addinivalue_line("markers", "live: generates, installs and runs services")
    if VARIABLE in os.environ:
        try:
            asked_for(SPACE)
        except ValueError as error:
            raise pytest.UsageError(f"{VARIABLE}: {error}") from error


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run what is cheap first: the fast tier, then the live one, row by row.

    Pytest itself would put together what has the same place in different lists of rows.
    """
    rows: dict[str, int] = {}

    def place(item: pytest.Item) -> tuple[bool, int, int]:
        parameters = item.callspec.params if hasattr(item, "callspec") else {}
        row = parameters.get("service")
        is_live = item.get_closest_marker("live") is not None
        if row is None:
            return is_live, -1, 0
        return is_live, rows.setdefault(row, len(rows)), item.location[1] or 0

    items.sort(key=place)


class RowByRow(LoadScopeScheduling):  # type: ignore[misc]  # xdist has no types
    """Gives a worker all tests that share a service, such as those of a row; others one by one."""

    def _split_scope(self, nodeid: str) -> str:
        found = ONE_SERVICE.fullmatch(nodeid)
        return found["service"] if found else nodeid


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> RowByRow:
    """Keep rows together, and the order. Xdist's own groups have no effect on pytest 9.2."""
    config.option.loadscopereorder = False
    return RowByRow(config, log)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Say of a row that failed how to see it alone."""
    report = yield
    if report.failed and (found := LIVE_ROW.fullmatch(item.nodeid)):
        report.sections.append(("alone", f'make matrix-row answers="{found["row"]}"'))
    return report


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """A folder of this run that all of its workers see."""
    own = tmp_path_factory.getbasetemp()
    return own if worker_id == "master" else own.parent


@pytest.fixture(scope="session")
def template(shared: Path) -> TemplateRepository:
    """The working tree as a repository with one release. Not to be changed."""
    return TemplateRepository(once(shared / "keelson", TemplateRepository.from_working_tree))


@pytest.fixture
def releases(template: TemplateRepository, tmp_path: Path) -> TemplateRepository:
    """A clone of the template, to release later versions in."""
    return template.clone(tmp_path / "keelson")


@pytest.fixture(scope="session")
def rendered(template: TemplateRepository, shared: Path) -> Callable[[Answers], Path]:
    """Return a project for some answers, rendered once. Not to be changed."""

    def render(answers: Answers) -> Path:
        digest = hashlib.sha256(repr(sorted(answers.items())).encode()).hexdigest()
        return once(shared / digest, lambda folder: generate(template.root, folder, answers))

    return render


def once(path: Path, make: Callable[[Path], object]) -> Path:
    """Make a folder unless it is there; of two workers at the same time, one wins."""
    if not path.exists():
        own = path.with_name(f"{path.name}-{os.getpid()}")
        make(own)
        try:
            own.rename(path)
        except OSError:
            shutil.rmtree(own)
    return path


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say how long each stage took, over all rows, and each row, over all stages."""
    stages: dict[str, list[float]] = defaultdict(list)
    rows: dict[str, float] = defaultdict(float)
    for reports in terminalreporter.stats.values():
        for report in reports:
            found = isinstance(report, pytest.TestReport) and LIVE_ROW.fullmatch(report.nodeid)
            if found:
                stage = "(prepare)" if report.when == "setup" else found["stage"]
                stages[stage].append(report.duration)
                rows[found["row"]] += report.duration
    if rows:
        terminalreporter.section("seconds of the live rows")
        for stage, seconds in sorted(stages.items(), key=lambda item: -sum(item[1])):
            line = f"{sum(seconds):8.1f} in all {max(seconds):7.1f} at most   {stage}"
            terminalreporter.write_line(line)
        for row, total in sorted(rows.items(), key=lambda item: -item[1]):
            terminalreporter.write_line(f"{total:8.1f} {row}")
