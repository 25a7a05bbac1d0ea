"""What each option costs a request: services that differ in one answer, served in turns.

The difference is a few microseconds of some hundred, and a machine is not the same from one
second to the next. So all services are there at the same time, each in a process of its own,
and take turns of some requests each. Of one service there are two processes: how far these lie
apart is what cannot be told from nothing.
"""

import json
import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

from tests import environment
from tests.bench import machine
from tests.bench.figures import table
from tests.bench.load import LoadFailed
from tests.bench.measured import DEPLOYED, EMAIL, PASSWORD, PROGRAMS
from tests.bench.receiver import receiving_spans
from tests.matrix.space import Answers, Space
from tests.service import Service, generated
from website.choose import Choosing
from website.costs import Costs, Microseconds, written

REQUESTS = 40
"""Of each service to each endpoint, in one turn."""

NOBODY = "http://nobody@127.0.0.1:9/1"
"""A Sentry that is not there: without one, nothing would be listened for."""

Key = frozenset[tuple[str, object]]


@dataclass(frozen=True, slots=True)
class Pair:
    """Two services that differ in one answer."""

    question: str
    answer: str
    before: Key
    after: Key


def pairs(space: Space, only: Iterable[str] = ()) -> Iterator[Pair]:
    """Return what is compared: the same as on the page of all options.

    Options that leave the application as it is are left out.
    """
    choosing = Choosing(space)
    for name in space.choices:
        if name == "preset" or (only and name not in only):
            continue
        before, others = choosing.compared(name)
        changes = choosing.changes(name)[1]
        for after, change in zip(others, changes, strict=True):
            if change.serves:
                yield Pair(name, written(after[name]), key(space, before), key(space, after))


def key(space: Space, answers: Answers) -> Key:
    """Return what tells a service from others."""
    return frozenset(
        (name, answers[name]) for name in space.asked(answers) if name in space.choices
    )


def measure(template: Path, folder: Path, run: str, rounds: int, only: Iterable[str] = ()) -> Costs:
    """Prepare the services, let them take turns, and compare them.

    Args:
        template: The repository of the template.
        folder: Where the services go.
        run: What stands in the names of the databases.
        rounds: How many turns each service has.
        only: The questions that are wanted; without any, all of them.
    """
    space = Space(template)
    wanted = list(pairs(space, only))
    example = {"preset": "production", "example": True}
    production = key(space, space.answered(example))
    services = dict.fromkeys(
        (production, *(one for pair in wanted for one in (pair.before, pair.after)))
    )
    with ExitStack() as stack:
        receiver = stack.enter_context(receiving_spans())
        playing = {}
        for number, answers in enumerate(services):
            print(f"preparing {number + 1} of {len(services)}", flush=True)
            service = generated(template, folder / str(number), dict(answers), f"{run}_{number}")
            prepared = _prepared(stack.enter_context(service))
            playing[answers] = stack.enter_context(_playing(prepared, receiver))
            if answers == production:
                twin = stack.enter_context(_playing(prepared, receiver))
        taken = _in_turns([*playing.values(), twin], rounds)
    of = dict(zip((*playing, "twin"), taken, strict=True))
    options: dict[str, dict[str, Microseconds]] = {}
    for pair in wanted:
        costs = difference(of[pair.before], of[pair.after])
        options.setdefault(pair.question, {})[pair.answer] = costs
    return Costs(
        date=f"{datetime.now(UTC):%Y-%m-%d}",
        machine=machine.description(),
        rounds=rounds,
        endpoints=playing[production].endpoints,
        production={name: round(median(values), 1) for name, values in of[production].items()},
        noise={name: abs(cost) for name, cost in difference(of[production], of["twin"]).items()},
        options=options,
    )


Taken = dict[str, list[float]]
"""The µs of each turn, by endpoint."""


def difference(before: Mapping[str, list[float]], after: Mapping[str, list[float]]) -> Microseconds:
    """Return what a request to each endpoint that both have costs more: the median of turns."""
    return {
        name: round(median(b - a for a, b in zip(before[name], after[name], strict=True)), 1)
        for name in before
        if name in after
    }


def report(costs: Costs) -> str:
    """Return a table of the µs."""
    head = ("option", *costs.endpoints.values())
    lines = {
        "`production`, all of a request": costs.production,
        "two processes of it differ by": costs.noise,
        **{
            f"`{name}: {answer}`": found
            for name, answers in costs.options.items()
            for answer, found in answers.items()
        },
    }
    return table(
        head,
        (
            (title, *(f"{found[one]:,.1f}" if one in found else "-" for one in costs.endpoints))
            for title, found in lines.items()
        ),
    )


class Player:
    """A service that serves requests when it is its turn."""

    def __init__(self, process: subprocess.Popen[str], log: Path) -> None:
        self._process = process
        self._log = log
        self.endpoints: dict[str, str] = self._said()
        if not self.endpoints:
            raise LoadFailed(f"No endpoint answers: {log.read_text()[-4000:]}")

    def turn(self, requests: int) -> Microseconds:
        """Let it serve some requests to each endpoint."""
        assert self._process.stdin
        self._process.stdin.write(f"{requests}\n")
        self._process.stdin.flush()
        taken: Microseconds = self._said()
        return taken

    def _said(self) -> Any:
        """Return what it says next.

        Raises:
            LoadFailed: It has ended.
        """
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise LoadFailed(f"It ended: {self._log.read_text()[-4000:]}")
        return json.loads(line)


def _in_turns(players: list[Player], rounds: int) -> list[Taken]:
    """Let everybody have that many turns, in another order each time."""
    taken: list[Taken] = [{name: [] for name in one.endpoints} for one in players]
    for player in players:
        player.turn(REQUESTS)  # to warm up
    for number in range(rounds):
        first = number * len(players) // rounds
        order = [*range(first, len(players)), *range(first)]
        for index in order if number % 2 else reversed(order):
            for name, cost in players[index].turn(REQUESTS).items():
                taken[index][name].append(cost)
    return taken


def _prepared(service: Service) -> Service:
    """Make its database, with somebody to sign in."""
    if (service.root / "migrations").exists():
        service.app("database", "create", variables=DEPLOYED)
        service.make("migrate", variables=DEPLOYED)
    if (service.root / "app" / "auth").exists():
        service.app(
            *("admin", "create", "--email", EMAIL, "--username", "admin", "--password-stdin"),
            typed=f"{PASSWORD}\n",
            variables=DEPLOYED,
        )
    return service


@contextmanager
def _playing(service: Service, receiver: str) -> Iterator[Player]:
    variables = {
        **service.variables,
        **DEPLOYED,
        "APP_ALLOWED_HOSTS": "127.0.0.1,testserver",
        "PYTHONPATH": str(service.root),
        "SENTRY_DSN": NOBODY,
        "TRACING_ENDPOINT": receiver,
        "TRACING_SAMPLE_RATIO": "0.1",
        "OIDC_ISSUER": "https://login.example.com",
    }
    log = service.root.with_suffix(".log")
    with (
        log.open("wb") as errors,
        subprocess.Popen(
            (".venv/bin/python", str(PROGRAMS / "turns.py"), EMAIL, PASSWORD),
            cwd=service.root,
            env=environment.clean(**variables),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        ) as process,
    ):
        yield Player(process, log)  # it ends when nothing more can come in
