"""One generated service: its folder, its commands, its process, its databases."""

import os
import random
import shlex
import signal
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx2

from tests import environment
from tests.generate import Answers, generate
from tests.services import REDIS, SERVERS
from tests.variants import chosen

SECONDS_FOR_A_COMMAND = 1200
SECONDS_TO_START = 120
SECONDS_TO_STOP = 40

ADDRESSES = (
    *("DATABASE_URL", "TEST_DATABASE_URL"),
    *("REDIS_URL", "TEST_REDIS_URL", "REDIS_PREFIX"),
)
"""What tells a service where its servers are."""


NOT_MEASURED = '--no-cov "-Wignore:Coverage disabled"'
"""Tells pytest not to measure coverage: pytest-cov would warn of it, and a warning is an error."""


class CommandFailed(AssertionError):
    """A command of a service went wrong; the message says how to see it by hand."""


@dataclass
class Service:
    """A project that was generated, with what its commands need to know."""

    root: Path
    answers: Answers
    variables: Mapping[str, str] = field(default_factory=dict)
    """Environment variables of its own, beside a clean environment."""

    def make(self, *arguments: str, variables: Mapping[str, str] = {}) -> str:
        """Run a target of its Makefile and return what it prints."""
        return self.run("make", "--no-print-directory", *arguments, variables=variables)

    def test(self, *options: str, measured: bool = False) -> str:
        """Run its own tests and return what they print.

        They keep to one process: as many as there are cores run side by side already.

        Args:
            options: What pytest is told.
            measured: With the coverage, which takes nearly as long again.
        """
        told = " ".join(options if measured else (*options, NOT_MEASURED))
        variables = {"PYTEST_XDIST_AUTO_NUM_WORKERS": "1", "PYTEST_ADDOPTS": told}
        return self.make("test", variables=variables)

    def app(
        self,
        *arguments: str,
        status: int = 0,
        typed: str = "",
        variables: Mapping[str, str] = {},
    ) -> str:
        """Run one of its own commands and return what it prints."""
        command = (".venv/bin/python", "-m", "app", *arguments)
        return self.run(*command, status=status, typed=typed, variables=variables)

    def run(
        self,
        *command: str,
        status: int = 0,
        typed: str = "",
        variables: Mapping[str, str] = {},
    ) -> str:
        """Run a command in its folder and return what it prints, errors included.

        Args:
            command: The program and its arguments.
            status: The exit status that is right.
            typed: What it reads from the standard input.
            variables: Environment variables, beside those of the service.

        Raises:
            CommandFailed: It ended with another status than the one expected.
        """
        given = {**self.variables, **variables}
        process = subprocess.Popen(
            command,
            cwd=self.root,
            env=environment.clean(**given),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            said, _ = process.communicate(typed, SECONDS_FOR_A_COMMAND)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            said, _ = process.communicate()
        if process.returncode != status:
            raise CommandFailed(
                f"{shlex.join(command)} ended with {process.returncode}, not {status}.\n"
                f"{self.by_hand(command, given)}\n{said[-12_000:]}"
            )
        return said

    def by_hand(self, command: tuple[str, ...], variables: Mapping[str, str]) -> str:
        """Return what to type to see a command fail."""
        data = " ".join(f"{name}={value}" for name, value in self.answers.items())
        shown = " ".join(f"{name}={shlex.quote(value)}" for name, value in variables.items())
        return (
            f"To see it: make new DEST=/tmp/service DATA={shlex.quote(data)}\n"
            f"     then: cd /tmp/service && env {shown} {shlex.join(command)}"
        )

    def reach_its_servers(self, run: str) -> str:
        """Tell its commands where its servers are, and return which database it has.

        Args:
            run: What stands in the name of the database, and before its keys in Redis.

        Raises:
            ServerAway: A server does not answer.
        """
        answered = chosen(self.answers)
        kind = str(answered["database"])
        addresses = {}
        if server := SERVERS.get(kind):
            server.check()
            addresses = {"DATABASE_URL": server.url(run), "TEST_DATABASE_URL": server.url(run)}
        if answered["uses_redis"]:
            REDIS.check()
            places = {"REDIS_URL": REDIS.url, "TEST_REDIS_URL": REDIS.url}
            addresses |= {**places, "REDIS_PREFIX": f"{run}:"}
        others = {name: text for name, text in self.variables.items() if name not in ADDRESSES}
        self.variables = {**others, **addresses}
        return kind

    @contextmanager
    def running(self, log: Path, variables: Mapping[str, str]) -> Iterator["Process"]:
        """Run the service as it is deployed, until the end of the block at the latest."""
        port = free_port()
        command = (".venv/bin/python", "-m", "app", "run", "--port", str(port))
        with self.started(command, f"http://127.0.0.1:{port}", log, variables) as process:
            yield process

    @contextmanager
    def started(
        self,
        command: tuple[str, ...],
        url: str,
        log: Path,
        variables: Mapping[str, str] = {},
    ) -> Iterator["Process"]:
        """Run a command that serves requests, with all that it starts, and end it."""
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                cwd=self.root,
                env=environment.clean(**{**self.variables, **variables}),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        running = Process(process, url, log)
        try:
            running.wait_until_ready()
            yield running
        finally:
            running.stop()


@contextmanager
def generated(
    template: Path, folder: Path, answers: Answers, run: str, variables: Mapping[str, str] = {}
) -> Iterator[Service]:
    """Generate a service and prepare it with its hook; remove what it kept at the end.

    Args:
        template: The repository of the template.
        folder: Where the service goes.
        answers: To the questions.
        run: What stands in the names of its databases, so that those of runs side by side
            are told apart.
        variables: Environment variables of its commands.

    Raises:
        ServerAway: One of its servers does not answer.
    """
    service = Service(folder, answers, {**environment.GIT_IDENTITY, **variables})
    databases = {service.reach_its_servers(run)}
    try:
        generate(template, folder, answers)
        service.make("setup")
        yield service
        databases.add(str(chosen(service.answers)["database"]))
    finally:
        for server in (SERVERS[database] for database in databases if database in SERVERS):
            server.drop(name for name in server.names() if run in name)
        if "REDIS_URL" in service.variables:
            REDIS.remove(f"{run}:")


@dataclass
class Process:
    """A service that is running."""

    process: subprocess.Popen[bytes]
    url: str
    log: Path

    def wait_until_ready(self) -> None:
        """Wait for the first answer of `/ready` that is 200.

        Raises:
            CommandFailed: It ended instead, or took too long.
        """
        deadline = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                if httpx2.get(f"{self.url}/ready", timeout=5).status_code == 200:
                    return
            except httpx2.TransportError:
                pass
            time.sleep(0.1)
        raise CommandFailed(f"The service did not get ready.\n{self.log.read_text()[-12_000:]}")

    def stop(self) -> int:
        """Ask it to end, as an orchestrator does, and return its exit status."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
            deadline = time.monotonic() + SECONDS_TO_STOP
            look = os.WEXITED | os.WNOHANG | os.WNOWAIT
            while not os.waitid(os.P_PID, self.process.pid, look) and time.monotonic() < deadline:
                time.sleep(0.05)
            # End what it has left behind while its number cannot be another's yet.
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        return self.process.returncode


def free_port() -> int:
    """Return a port that nothing listens on.

    Systems do not give it to whoever calls out, so that it can be listened on once more.
    """
    while True:
        port = random.randrange(20_000, 30_000)
        with socket.socket() as found, suppress(OSError):
            found.bind(("127.0.0.1", port))
            return port
