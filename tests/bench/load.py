"""Sending the same request over and over with wrk, and what came of it."""

import json
import os
import resource
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import httpx2

SCRIPT = Path(__file__).with_name("wrk.lua")
MARK = "measured "
PATIENCE = 60
"""Seconds that a program may take to answer what is not measured."""


class LoadFailed(Exception):
    """A request is not answered as it should be, or wrk is missing."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is sent, and the status that is the right answer."""

    path: str
    method: str = "GET"
    status: int = 200
    signed_in: bool = False
    form: Mapping[str, str] = field(default_factory=dict)
    holds: str = ""
    """What the answer must hold."""

    @property
    def body(self) -> str:
        """The form as it is sent."""
        return urlencode(self.form)

    def headers(self, token: str) -> dict[str, str]:
        """Return the headers, with a token where the caller is signed in."""
        headers = {"Accept": "application/json"}
        if self.form:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        if self.signed_in:
            headers["Authorization"] = f"Bearer {token}"
        return headers


@dataclass(frozen=True, slots=True)
class Load:
    """What came of sending a request for a while."""

    requests: int
    seconds: float
    errors: int
    """Answers with another status than the right one, and connections that broke."""
    p50_ms: float
    p99_ms: float

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds


def check_wrk() -> None:
    """Say how to get wrk where it is missing, and let it open a thousand connections.

    Raises:
        LoadFailed: It is missing.
    """
    if not shutil.which("wrk"):
        raise LoadFailed(
            "This needs wrk: `sudo apt-get install wrk` on Debian and Ubuntu, "
            "`brew install wrk` on macOS."
        )
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))


def check(url: str, request: Request, token: str) -> None:
    """Send a request once.

    Raises:
        LoadFailed: The answer is another one than it should be.
    """
    try:
        answer = httpx2.request(
            request.method,
            url + request.path,
            headers=request.headers(token),
            content=request.body or None,
            timeout=PATIENCE,
        )
    except httpx2.TransportError as error:
        raise LoadFailed(f"{request.method} {request.path} was not answered: {error!r}") from error
    if answer.status_code != request.status or request.holds not in answer.text:
        raise LoadFailed(
            f"{request.method} {request.path} answered {answer.status_code}, and not "
            f"{request.status} with {request.holds!r}: {answer.text[:300]}"
        )


def start_wrk(
    url: str, request: Request, token: str, connections: int, seconds: int
) -> subprocess.Popen[str]:
    """Begin to send a request."""
    headers = request.headers(token)
    variables = {
        "BENCH_METHOD": request.method,
        "BENCH_HEADERS": "\n".join(f"{name}: {text}" for name, text in headers.items()),
    }
    if request.body:
        variables["BENCH_BODY"] = request.body
    return subprocess.Popen(
        (
            *("wrk", "--threads", "1", "--connections", str(connections)),
            *("--duration", f"{seconds}s", "--timeout", "10s", "--script", str(SCRIPT)),
            url + request.path,
        ),
        env={**os.environ, **variables},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def end_wrk(running: subprocess.Popen[str], request: Request) -> Load:
    """Wait for the end, and return what came of it."""
    said, _ = running.communicate()
    return read(said, request.status)


def read(said: str, status: int) -> Load:
    """Return what wrk has measured.

    Raises:
        LoadFailed: It has not.
    """
    found = [line for line in said.splitlines() if line.startswith(MARK)]
    if not found:
        raise LoadFailed(f"wrk could not measure: {said}")
    told = json.loads(found[-1].removeprefix(MARK))
    # What wrk calls an error is every status from 400 on.
    wrong = told["refused"] if status < 400 else told["requests"] - told["refused"]
    return Load(
        requests=told["requests"],
        seconds=told["seconds"],
        errors=wrong + told["broken"],
        p50_ms=told["p50_ms"],
        p99_ms=told["p99_ms"],
    )
