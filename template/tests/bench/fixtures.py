"""The fixtures of what is measured, and the tables at the end."""

import asyncio
import os
import platform
from collections.abc import AsyncIterator, Iterable, Mapping
from importlib.metadata import version
from pathlib import Path

import pytest
from httpx2 import AsyncClient

from app.core.settings import Settings
from tests.bench.load import GENERATOR, Call, form, send
from tests.core.fixtures import in_environment
from tests.core.processes import running

TABLES = pytest.StashKey[dict[str, list[tuple[str, ...]]]]()
ENDPOINTS = ("endpoint", "requests/s", "CPU µs", "p50 ms", "p99 ms", "MB", "errors")
WARM_UP = 1


def pytest_addoption(parser: pytest.Parser) -> None:
    """Take what `make bench` was told."""
    parser.addoption("--bench-seconds", type=int, default=5)
    parser.addoption("--bench-connections", type=int, default=32)


def pytest_configure(config: pytest.Config) -> None:
    """Begin without results."""
    config.stash[TABLES] = {}


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Show the tables."""
    for title, rows in config.stash[TABLES].items():
        terminalreporter.section(title)
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for first, *others in rows:
            cells = (cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True))
            terminalreporter.write_line("  ".join((first.ljust(widths[0]), *cells)))
    if config.stash[TABLES]:
        terminalreporter.write_line("")
        terminalreporter.write_line(
            f"{os.cpu_count()} cores, Python {platform.python_version()}, "
            f"FastAPI {version('fastapi')}, uvicorn {version('uvicorn')}, sent by {GENERATOR}"
        )


class Bench:
    """Measures the endpoints of a service that runs in a process of its own."""

    def __init__(self, url: str, process: int, config: pytest.Config, folder: Path) -> None:
        self._url = url
        self._process = process
        self._config = config
        self._folder = folder

    async def measure(
        self,
        name: str,
        path: str,
        *,
        caller: AsyncClient | None = None,
        data: Mapping[str, str] | None = None,
        status: int = 200,
        connections: int | None = None,
    ) -> None:
        """Send a request for a while and keep what came of it for the table.

        Args:
            name: What it is called in the table.
            path: Where it goes, with its query.
            caller: Whose it is; without one, nobody's who has signed in.
            data: A form to post. Without one, this is a GET.
            status: The right answer.
            connections: How many at a time; those of `make bench` unless it says else.
        """
        headers, body = form(data) if data else ({}, "")
        if caller and "Authorization" in caller.headers:
            headers["Authorization"] = caller.headers["Authorization"]
        method = "POST" if data else "GET"
        call = Call(f"{self._url}{path}", method, headers, body, status)
        async with AsyncClient() as client:
            answer = await client.request(method, call.url, headers=headers, content=body or None)
        assert answer.status_code == status, answer.text
        at_a_time = connections or self._config.getoption("--bench-connections")
        seconds = self._config.getoption("--bench-seconds")
        await send(call, at_a_time, WARM_UP, self._folder)
        before = cpu_seconds(self._process)
        load = await send(call, at_a_time, seconds, self._folder)
        used = cpu_seconds(self._process) - before
        row = (
            name,
            f"{load.rate:,.0f}",
            f"{used * 1e6 / (load.rate * seconds):,.0f}" if used and load.rate else "-",
            f"{load.p50:,.1f}",
            f"{load.p99:,.1f}",
            memory_mb(self._process),
            f"{load.errors:,}",
        )
        keep(self._config, "what the service does", ENDPOINTS, [row])


@pytest.fixture
async def bench(
    settings: list[Settings], request: pytest.FixtureRequest, tmp_path: Path
) -> AsyncIterator[Bench]:
    """The service in a process of its own, with the settings of the test."""
    async with running("app", **in_environment(settings)) as service:
        url = await service.url()
        output = service.process.stdout
        assert output is not None

        async def read() -> None:
            while await output.read(65536):  # or it would get stuck
                pass

        reading = asyncio.create_task(read())
        yield Bench(url, service.process.pid, request.config, tmp_path)
        reading.cancel()


def keep(
    config: pytest.Config, title: str, head: tuple[str, ...], rows: Iterable[tuple[str, ...]]
) -> None:
    """Add rows to a table that is shown at the end."""
    config.stash[TABLES].setdefault(title, [head]).extend(rows)


def cpu_seconds(process: int) -> float:
    """Return the time on a CPU that a process has had; 0 where there is no /proc to ask."""
    try:
        fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mb(process: int) -> str:
    """Return the resident memory of a process; a dash where there is no /proc to ask."""
    try:
        pages = int(Path(f"/proc/{process}/statm").read_text().split()[1])
    except OSError:
        return "-"
    return f"{pages * os.sysconf('SC_PAGE_SIZE') / 2**20:,.0f}"
