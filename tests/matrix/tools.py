"""What the tools that read a file say of it: make of a Makefile, hadolint of a Dockerfile."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
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
    """Yield the errors in a Dockerfile, such as an instruction that there is not."""
    done = subprocess.run(
        [
            Path(sys.executable).parent / "hadolint",
            "--failure-threshold=error",
            "--format=json",
            "-",
        ],
        input=text,
        capture_output=True,
        text=True,
        check=False,
    )
    for found in json.loads(done.stdout):
        if found["level"] == "error":
            yield f"hadolint: line {found['line']}: {found['code']} {found['message']}"
