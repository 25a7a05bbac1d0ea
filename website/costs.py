"""What an option costs a request, as `make bench ONLY=options` has measured it.

The figures are measured by `tests/bench/options.py` and kept in the repository, because a
site is built on machines where nothing can be measured.
"""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tests.generate import ROOT

FILE = ROOT / "website" / "costs.json"

Microseconds = dict[str, float]
"""Of CPU for a request, by the name of the endpoint."""


@dataclass(frozen=True, slots=True)
class Costs:
    """What was measured, when and where."""

    date: str = ""
    machine: str = ""
    rounds: int = 0
    endpoints: dict[str, str] = field(default_factory=dict)
    """What each endpoint does, in words."""
    production: Microseconds = field(default_factory=dict)
    """A request to the preset itself, all of it."""
    noise: Microseconds = field(default_factory=dict)
    """How far two processes of the same service lie apart."""
    options: dict[str, dict[str, Microseconds]] = field(default_factory=dict)
    """What an answer adds, by question and answer."""

    @property
    def was_measured(self) -> bool:
        """Whether there is anything to show."""
        return bool(self.options)

    def of(self, name: str, answer: Any) -> Microseconds | None:
        """Return what an answer adds to a request; None when it was not measured."""
        return self.options.get(name, {}).get(written(answer))


def written(answer: Any) -> str:
    """Return an answer as one types it."""
    return str(answer).lower() if isinstance(answer, bool) else str(answer)


def read(file: Path = FILE) -> Costs:
    """Return what was measured last; nothing when nothing was."""
    return Costs(**json.loads(file.read_text())) if file.exists() else Costs()


def write(costs: Costs, file: Path = FILE) -> None:
    """Keep what was measured."""
    file.write_text(json.dumps(asdict(costs), indent=2, ensure_ascii=False) + "\n")
