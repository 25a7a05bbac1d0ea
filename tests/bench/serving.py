"""Starting the programs in turns and sending them requests."""

import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx2

from tests import environment
from tests.bench import load, machine
from tests.bench.figures import FOREIGN_CORES, Figures, Quantity, Sample
from tests.bench.load import Load, LoadFailed
from tests.bench.measured import Program
from tests.bench.scenarios import CONNECTIONS, SCENARIOS, Scenario
from tests.service import SECONDS_TO_START, Process, free_port

WARM_UP = 1
ATTEMPTS = 2
"""How often a scenario is measured while other programs use the machine."""


@dataclass(frozen=True, slots=True)
class Running:
    """A program that answers."""

    program: Program
    process: Process
    token: str
    run: str

    @property
    def url(self) -> str:
        """Where it answers."""
        return self.process.url


@dataclass(frozen=True, slots=True)
class Measured:
    """What a load came to, on the client's side and on the machine's."""

    load: Load
    cpu_seconds: float
    foreign: float


def measure(
    programs: Sequence[Program],
    scenarios: Sequence[str],
    *,
    rounds: int,
    seconds: int,
    run: str,
    folder: Path,
) -> Figures:
    """Start each program once in each round, and let it do what it is for.

    The order is another one in each round, so that what changes on the machine meanwhile
    does not always meet the same program.
    """
    figures = Figures()
    for number in range(rounds):
        first = number * len(programs) // rounds
        for program in (*programs[first:], *programs[:first]):
            try:
                for sample in _one_round(program, scenarios, number, seconds, run, folder):
                    figures.add(sample)
            except LoadFailed as error:  # the others can still be measured
                print(f"{number + 1} {program.name} FAILED: {error}", flush=True)
                figures.failures.append(f"{program.title}, round {number + 1}: {error}")
    return figures


def _one_round(
    program: Program, scenarios: Sequence[str], number: int, seconds: int, run: str, folder: Path
) -> Iterator[Sample]:
    memory = 0.0
    wanted = [one for one in SCENARIOS if one.name in scenarios and one.name in program.scenarios]
    if not wanted:
        return
    before = _Clock(run, None)
    with launched(program, run, folder / f"{program.name}.log") as (running, started):
        foreign = before.elapsed(running.process.process.pid).foreign_cores
        yield Sample(program.name, "", Quantity.START, number, started, foreign)
        for scenario in wanted:
            measured = undisturbed(running, scenario, seconds)
            yield from _samples(program, scenario, number, measured)
            _say(program, scenario, number, measured)
            resident = machine.largest_mb(machine.family(running.process.process.pid))
            if scenario.request == "sign-in":
                name = program.name
                yield Sample(name, "", Quantity.MEMORY_SIGN_IN, number, resident)
            elif scenario.connections == CONNECTIONS:
                memory = resident
    if memory:
        yield Sample(program.name, "", Quantity.MEMORY, number, memory)


def _samples(
    program: Program, scenario: Scenario, number: int, measured: Measured
) -> Iterator[Sample]:
    found = measured.load
    values = {
        Quantity.RATE: found.rate,
        Quantity.CPU: measured.cpu_seconds * 1e6 / max(found.requests, 1),
        Quantity.P50: found.p50_ms,
        Quantity.P99: found.p99_ms,
        Quantity.ERRORS: found.errors,
    }
    if scenario.meanwhile:
        del values[Quantity.CPU]  # most of it is that of the others
    for quantity, value in values.items():
        yield Sample(program.name, scenario.name, quantity, number, value, measured.foreign)


def _say(program: Program, scenario: Scenario, number: int, measured: Measured) -> None:
    found = measured.load
    disturbed = f"  others used {measured.foreign:.2f} cores" * (measured.foreign > FOREIGN_CORES)
    errors = f"  {found.errors} ERRORS" * bool(found.errors)
    print(
        f"{number + 1} {program.name:12} {scenario.name:12} {found.rate:9,.0f} requests/s "
        f"p50 {found.p50_ms:8.2f} p99 {found.p99_ms:8.2f} ms{errors}{disturbed}",
        flush=True,
    )


@contextmanager
def launched(program: Program, run: str, log: Path) -> Iterator[tuple[Running, float]]:
    """Start a program and sign in; yield it, and the seconds to its first answer."""
    port = free_port()
    with log.open("wb") as output:
        begin = time.perf_counter()
        started = subprocess.Popen(
            [part.replace("{port}", str(port)) for part in program.command],
            cwd=program.folder,
            env=environment.clean(**program.variables),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    process = Process(started, f"http://127.0.0.1:{port}", log)
    try:
        seconds = _first_answer(process, begin)
        yield Running(program, process, _sign_in(program, process.url), run), seconds
    finally:
        process.stop()


def _first_answer(process: Process, begin: float) -> float:
    """Return the seconds until the first 200.

    Raises:
        LoadFailed: It ended instead, or took too long.
    """
    with httpx2.Client() as client:
        while process.process.poll() is None and time.perf_counter() - begin < SECONDS_TO_START:
            with suppress(httpx2.TransportError):
                if client.get(f"{process.url}/health", timeout=5).status_code == 200:
                    return time.perf_counter() - begin
            time.sleep(0.005)
    raise LoadFailed(f"It did not start.\n{process.log.read_text()[-4000:]}")


def _sign_in(program: Program, url: str) -> str:
    if not set(program.scenarios) - {"health", "not-found"}:
        return ""
    request = program.requests["sign-in"]
    answer = httpx2.post(url + request.path, data=dict(request.form), timeout=load.PATIENCE)
    if answer.status_code != 200:
        raise LoadFailed(f"{program.name} refuses the sign-in: {answer.text}")
    token: str = answer.json()["access_token"]
    return token


def undisturbed(running: Running, scenario: Scenario, seconds: int) -> Measured:
    """Measure again if others used the machine, and return what they disturbed least."""
    attempts: list[Measured] = []
    while len(attempts) < ATTEMPTS:
        attempts.append(_measure(running, scenario, seconds))
        if attempts[-1].foreign <= FOREIGN_CORES:
            break
    return min(attempts, key=lambda one: one.foreign)


def _measure(running: Running, scenario: Scenario, seconds: int) -> Measured:
    request = running.program.requests[scenario.request]
    sign_in = running.program.requests.get("sign-in")
    load.check(running.url, request, running.token)
    others = None
    if scenario.meanwhile and sign_in:
        length = WARM_UP + seconds + 1
        others = load.start_wrk(running.url, sign_in, "", scenario.meanwhile, length)
        time.sleep(WARM_UP)
    else:
        _load(running, scenario, WARM_UP)
    clock = _Clock(running.run, running.process.process.pid)
    found = _load(running, scenario, seconds)
    elapsed = clock.elapsed(running.process.process.pid)
    if others and sign_in:
        load.end_wrk(others, sign_in)
    return Measured(found, elapsed.cpu_seconds, elapsed.foreign_cores)


def _load(running: Running, scenario: Scenario, seconds: int) -> Load:
    request = running.program.requests[scenario.request]
    sending = load.start_wrk(running.url, request, running.token, scenario.connections, seconds)
    return load.end_wrk(sending, request)


@dataclass(frozen=True, slots=True)
class _Elapsed:
    cpu_seconds: float
    """What the program had."""
    foreign_cores: float
    """What neither it nor its servers, wrk and this process had, for each second."""


class _Clock:
    """The times of the machine's processes since it was made."""

    def __init__(self, run: str, program: int | None) -> None:
        self._run = run
        self._moment = time.perf_counter()
        self._busy = machine.busy_seconds()
        self._own = machine.own_cpu_seconds()
        self._servers = machine.cpu_seconds(machine.servers(run))
        self._program = machine.cpu_seconds(machine.family(program)) if program else {}

    def elapsed(self, program: int) -> _Elapsed:
        """Return what the program has had, and all others."""
        seconds = time.perf_counter() - self._moment
        busy = machine.busy_seconds() - self._busy
        own = machine.own_cpu_seconds() - self._own
        servers = _since(self._servers, machine.cpu_seconds(machine.servers(self._run)))
        used = _since(self._program, machine.cpu_seconds(machine.family(program)))
        return _Elapsed(used, max(0.0, busy - own - servers - used) / seconds)


def _since(before: dict[int, float], after: dict[int, float]) -> float:
    """Return what processes have had meanwhile, with those that have come."""
    return sum(seconds - before.get(process, 0.0) for process, seconds in after.items())
