"""What the tools that read a file say of it: make, hadolint and Caddy."""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path


def check_makefile(text: str) -> Iterator[str]:
    """Yield what make says of a Makefile as it reads it; nothing of it is run."""
    done = subprocess.run(
        ["make", "--question", "--no-builtin-rules", "--file=-"],
        input=text,
        # Not what a make that runs the tests tells its children.
        env={"PATH": os.environ["PATH"], "LC_ALL": "C"},
        capture_output=True,
        text=True,
        check=False,
    )
    for line in done.stderr.splitlines():
        # make names the temporary file that it keeps its input in.
        yield f"make: {re.sub(r'^[^ ]*:(?=[0-9]+:)', 'line ', line)}"


def check_dockerfile(text: str) -> Iterator[str]:
    """Yield what hadolint says of a Dockerfile, of whatever severity."""
    done = _run("hadolint", "--format=json", "-", given=text)
    for found in json.loads(done.stdout):
        yield f"hadolint: line {found['line']}: {found['code']} {found['message']}"


def check_caddyfile(text: str) -> Iterator[str]:
    """Yield what Caddy says of its configuration, and how it would write it."""
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "Caddyfile"
        path.write_text(text)
        # It makes its folders below these, and nothing else.
        own = {"DOMAIN": "api.example.com", "HOME": directory, "PATH": os.environ["PATH"]}
        done = _run("caddy", "validate", "--adapter=caddyfile", f"--config={path}", env=own)
        if done.returncode:
            yield f"caddy: {done.stderr.strip().splitlines()[-1]}"
        formatted = _run("caddy", "fmt", str(path), env=own).stdout
    if formatted != text:
        yield "is not formatted: caddy fmt"


def _run(
    tool: str, *arguments: str, given: str = "", env: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a tool that is installed with those of this repository."""
    return subprocess.run(
        [Path(sys.executable).parent / tool, *arguments],
        input=given,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
