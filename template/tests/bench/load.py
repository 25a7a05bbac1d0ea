"""Sending the same request over and over: with wrk, or a slower program in its place."""

import asyncio
import json
import re
import shutil
import sys
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import urlencode

WRK = shutil.which("wrk")
GENERATOR = "wrk" if WRK else "a Python program, which is slower than most services"

UNITS = {"us": 0.001, "ms": 1.0, "s": 1000.0, "m": 60_000.0}


@dataclass(frozen=True, slots=True)
class Call:
    """A request, and the status that is the right answer."""

    url: str
    method: str
    headers: Mapping[str, str]
    body: str
    status: int


@dataclass(frozen=True, slots=True)
class Load:
    """What came of it. Times are in milliseconds."""

    rate: float
    p50: float
    p99: float
    errors: int
    """Answers with another status than the right one, and connections that broke."""


def form(data: Mapping[str, str]) -> tuple[dict[str, str], str]:
    """Return the header and the body of a form."""
    return {"Content-Type": "application/x-www-form-urlencoded"}, urlencode(data)


async def send(call: Call, connections: int, seconds: int, folder: Path) -> Load:
    """Send a request for a while, over some connections at a time."""
    if WRK is None:
        given = json.dumps({"connections": connections, "seconds": seconds, **asdict(call)})
        said = await _run(sys.executable, "-m", "tests.bench.sending", given)
        return Load(**json.loads(said))
    script = folder / "request.lua"
    script.write_text(_script(call), encoding="utf-8")
    said = await _run(
        *(WRK, "--latency", "--timeout", "10s", "--script", str(script), "--threads", "1"),
        *("--connections", str(connections), "--duration", f"{seconds}s", call.url),
    )
    return read_wrk(said, call.status)


def read_wrk(said: str, status: int) -> Load:
    """Return what wrk tells people."""
    requests = int(_find(r"(\d+) requests in", said))
    refused = int(_find(r"Non-2xx or 3xx responses: (\d+)", said))
    broken = re.search(
        r"Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)", said
    )
    wrong = refused if status < 400 else requests - refused
    return Load(
        rate=float(_find(r"Requests/sec:\s+([\d.]+)", said)),
        p50=_milliseconds("50%", said),
        p99=_milliseconds("99%", said),
        errors=wrong + (sum(map(int, broken.groups())) if broken else 0),
    )


def _find(pattern: str, said: str) -> str:
    found = re.search(pattern, said)
    return found[1] if found else "0"


def _milliseconds(part: str, said: str) -> float:
    found = re.search(rf"^\s+{part}\s+([\d.]+)(us|ms|s|m)\s*$", said, re.MULTILINE)
    return float(found[1]) * UNITS[found[2]] if found else 0.0


def _script(call: Call) -> str:
    lines = [f"wrk.method = {json.dumps(call.method)}"]
    lines += [
        f"wrk.headers[{json.dumps(name)}] = {json.dumps(value)}"
        for name, value in call.headers.items()
    ]
    if call.body:
        lines.append(f"wrk.body = {json.dumps(call.body)}")
    return "\n".join(lines)


async def _run(*command: str) -> str:
    process = await asyncio.create_subprocess_exec(*command, stdout=PIPE, stderr=STDOUT)
    said, _ = await process.communicate()
    assert process.returncode == 0, said.decode()
    return said.decode()
