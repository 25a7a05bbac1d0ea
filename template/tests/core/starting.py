"""What a process of the service has imported before its first request."""

import json
import subprocess
import sys
from dataclasses import dataclass
from functools import cache

from tests.core.fixtures import PROJECT

START = """
import gc, json, sys
from app.core.startup import loading
with loading():
    import app.core.application, app.wiring
print(json.dumps([sorted(sys.modules), gc.isenabled()]))
"""


@dataclass(frozen=True, slots=True)
class Start:
    """The modules that it has imported, and whether it collects garbage from then on."""

    modules: frozenset[str]
    collects: bool


@cache
def started() -> Start:
    """Import what the service is made of, in a process of its own."""
    ended = subprocess.run(
        [sys.executable, "-W", "error", "-c", START],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    modules, collects = json.loads(ended.stdout)
    return Start(frozenset(modules), collects)
