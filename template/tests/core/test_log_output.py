"""How log lines are written where a service is deployed: in batches, by a thread."""

import io
import logging
import subprocess
import sys
import threading

import pytest

from app.core import log_output
from app.core.log_output import StandardOutput
from app.core.settings import Environment
from tests.core.serving import log_lines, serving

output = StandardOutput()
logger = logging.getLogger("trial of the output")
logger.setLevel(logging.INFO)
logger.propagate = False
logger.addHandler(output)


class Pipe(io.StringIO):
    """An output that nobody reads, until somebody does."""

    def __init__(self) -> None:
        super().__init__()
        self.full = threading.Event()
        self.is_read = threading.Event()

    def write(self, text: str) -> int:
        """Write, once there is room."""
        self.full.set()
        assert self.is_read.wait(60)
        return super().write(text)


def test_all_lines_are_written_in_their_order(capsys: pytest.CaptureFixture[str]) -> None:
    with output.in_batches():
        for number in range(100):
            logger.info("%s", number)
    assert capsys.readouterr().out.split() == [str(number) for number in range(100)]


def test_an_error_is_written_at_once_with_what_came_before(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_output, "PAUSE", 600)
    with output.in_batches():
        logger.info("before")
        logger.error("error")
        assert capsys.readouterr().out == "before\nerror\n"


def test_nobody_waits_for_who_does_not_read(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    pipe = Pipe()
    monkeypatch.setattr(sys, "stdout", pipe)
    monkeypatch.setattr(log_output, "PAUSE", 0)
    monkeypatch.setattr(log_output, "MOST", 10)
    with output.in_batches():
        logger.info("first")
        assert pipe.full.wait(60)
        for number in range(30):
            logger.error("%s", number)
        pipe.is_read.set()
    written = [line for line in pipe.getvalue().splitlines() if len(line) < 6]  # not what follows
    assert written == ["first", *map(str, range(10))]
    (line,) = [line for line in caplog.records if line.name == log_output.__name__]
    assert (line.message, vars(line)["lines"]) == ("log_lines_lost", 20)


def test_lines_are_not_lost_when_a_process_ends_in_disorder() -> None:
    program = """
import logging
from app.core.log_output import StandardOutput

logging.getLogger().addHandler(StandardOutput())
logging.getLogger().handlers[0].in_batches().__enter__()
logging.warning("last words")
raise SystemExit(3)
"""
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=120
    )
    assert (ended.returncode, ended.stdout) == (3, "last words\n")


async def test_a_deployed_service_writes_in_batches_while_it_runs(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_output, "PAUSE", 600)
    deployed = {"environment": Environment.STAGING, "allowed_hosts": ("testserver",)}
    async with serving(**deployed) as client:
        capsys.readouterr()
        await client.get("/nothing")
        assert capsys.readouterr().out == ""
        assert [line["event"] for line in log_lines(capsys)] == ["request"]
