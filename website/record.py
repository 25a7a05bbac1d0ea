"""Run the terminal sessions on pages again, and write down what the terminal says now.

python -m website.record                    # on every page that has some
python -m website.record docs/updates.md    # on this one

A session is a fence of the kind `console`. Each line that begins with `$` is typed; what
follows it is replaced by what comes back. All sessions of a page are one, in a folder of
their own that holds `keelson`, a clone of this working tree. What only prepares something
stands in a comment, `<!-- type: command -->`, and is run unseen.

What differs from run to run is written in one way: the folder as `~`, times and ids as some that
could be. Port 8000 is another one meanwhile, that nobody uses.
"""

import re
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from tests import environment
from tests.generate import ROOT, TemplateRepository

FLAGS = re.MULTILINE | re.DOTALL
STEP = re.compile(r"<!-- type: (?P<unseen>.+?) -->|^```console\n(?P<session>.*?)^```$", FLAGS)
MARK = "--- typed ---"
PORT = "8000"
CHANGING = {
    r"\b\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(\.\d+)?Z?": "2026-11-21 12:00:00",
    r"\b\d+(\.\d+)?( ?ms|s)\b": "1s",
    r'"latency_ms":[\d.]+': '"latency_ms":1.2',
    r"\b[0-9a-f]{32}\b": "5c7b1f0e9a3d4c2b8f6e0d1a2b3c4d5e",
}


def main(pages: list[str]) -> None:
    """Record each page again, in place; without any, all that have sessions."""
    for page in map(Path, pages) if pages else sorted((ROOT / "docs").rglob("*.md")):
        text = page.read_text()
        if "```console\n" in text:
            print(page, flush=True)
            page.write_text(recorded(text))


def recorded(text: str) -> str:
    """Return a page with what its sessions say now."""
    typed: list[str] = []
    for step in STEP.finditer(text):
        shown = re.findall(r"^\$ (.*)$", step["session"] or "", re.MULTILINE)
        typed += [step["unseen"]] if step["unseen"] else shown
    outputs = iter(run(typed))

    def again(step: re.Match[str]) -> str:
        if step["unseen"]:
            next(outputs)
            return step[0]
        lines = re.findall(r"^\$ .*$", step["session"], re.MULTILINE)
        return "```console\n" + "".join(f"{line}\n{next(outputs)}" for line in lines) + "```"

    return STEP.sub(again, text)


def run(commands: list[str]) -> list[str]:
    """Type commands into one shell, and return what each says.

    Raises:
        RuntimeError: One of them failed.
    """
    port = free_port()
    script = "set -m\n" + "".join(
        f"{command.replace(PORT, port)}\n{{ code=$?; echo '{MARK}' $code; }} 2>/dev/null\n"
        for command in commands
    )
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder).resolve()
        TemplateRepository.from_working_tree(home / "keelson")
        done = subprocess.run(
            ["bash", "-c", script],
            cwd=home / "keelson",
            env=environment.clean(TERM="dumb", NO_COLOR="1", PYTHONUNBUFFERED="1")
            | environment.GIT_IDENTITY,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        said = steady(done.stdout, home).replace(port, PORT)
    parts = re.split(rf"{MARK} (\d+)\n", said)
    for command, output, code in zip(commands, parts[::2], parts[1::2], strict=False):
        if code != "0":
            raise RuntimeError(f"{command}\n{output}")
    outputs = parts[: len(commands) * 2 : 2]
    return [f"{said.rstrip()}\n" if said.strip() else "" for said in outputs]


def free_port() -> str:
    """Return a port that nobody listens at."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return str(listener.getsockname()[1])


def steady(said: str, home: Path) -> str:
    """Return what a terminal said without what differs from run to run."""
    said = said.replace(str(home), "~")
    for pattern, one in CHANGING.items():
        said = re.sub(pattern, one, said)
    return said


if __name__ == "__main__":
    main(sys.argv[1:])
