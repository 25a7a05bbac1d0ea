"""Generate a service from this clone and prepare it to run: what `make new` does.

On a terminal Copier asks what DATA does not answer; without one the questions keep
their defaults. Then the service's own `make setup` prepares it.
"""

import os
import re
import shlex
import subprocess
import sys
import tempfile
import warnings
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import yaml

CLONE = Path(__file__).resolve().parent.parent
NEXT = """
Type:
    cd {folder}
    make dev      it answers at http://127.0.0.1:8000/docs
    make help     everything else
"""


@dataclass(frozen=True)
class Source:
    """What Copier generates from, and records so that `copier update` finds it again."""

    address: str
    revision: str = "HEAD"
    variables: dict[str, str] = field(default_factory=dict)


def main(destination: str, data: str) -> None:
    """Generate the service, prepare it, and say what to type next."""
    on_a_terminal = sys.stdin.isatty() and sys.stdout.isatty()
    answers = read_answers(data)
    folder = choose_folder(destination, on_a_terminal=on_a_terminal)
    generate(folder, answers, ask=on_a_terminal)
    print(f"Generated {folder}")
    prepare(folder)
    print(NEXT.format(folder=shlex.quote(str(folder))))


def read_answers(data: str) -> dict[str, str]:
    """Return the answers in DATA. Copier would ignore a misspelt question in silence."""
    questions = yaml.safe_load((CLONE / "copier.yml").read_text(encoding="utf-8"))
    asked = [
        name
        for name, question in questions.items()
        if not name.startswith("_") and question.get("when") is not False
    ]
    try:
        pairs = shlex.split(data)
    except ValueError:
        sys.exit(f"DATA: a quote is not closed in {data}")
    answers = {}
    for pair in pairs:
        name, equals, answer = pair.partition("=")
        if not equals or name not in asked:
            sys.exit(f"DATA: {pair} is not question=answer. The questions: {', '.join(asked)}.")
        # Copier takes any other text for false.
        if questions[name].get("type") == "bool" and answer not in {"true", "false"}:
            sys.exit(f"DATA: {pair} is neither true nor false.")
        answers[name] = answer
    return answers


def choose_folder(destination: str, *, on_a_terminal: bool) -> Path:
    """Return where the service goes: an empty or a new folder outside of this clone."""
    beside = CLONE.parent / "my-service"
    if not destination and on_a_terminal:
        destination = input(f"In which folder? [{beside}] ").strip()
    folder = Path(destination or beside).expanduser().resolve()
    if folder.is_relative_to(CLONE):
        sys.exit(f"{folder} is inside of Keelson. Choose a folder outside: make new DEST=…")
    if folder.is_file() or (folder.is_dir() and any(folder.iterdir())):
        sys.exit(f"{folder} is there already. Choose another folder: make new DEST=…")
    return folder


def generate(folder: Path, answers: dict[str, str], *, ask: bool) -> None:
    """Let Copier ask and generate."""
    source = find_source()
    with tempfile.TemporaryDirectory() as cache:
        os.environ |= {**source.variables, "COPIER_CACHE_DIR": cache}
        # Copier takes a copy of the environment when it is imported.
        from copier import run_copy  # noqa: PLC0415
        from copier.errors import CopierError, DirtyLocalWarning  # noqa: PLC0415

        warnings.simplefilter("ignore", DirtyLocalWarning)  # said in find_source
        try:
            run_copy(
                source.address,
                folder,
                data=answers,
                vcs_ref=source.revision,
                defaults=not ask,
                quiet=True,
            )
        except (CopierError, ValueError) as refusal:
            sys.exit(str(refusal))


def find_source() -> Source:
    """Return the address under which others reach this clone's commit, or the clone itself.

    A service is updated by other people and on other machines, where the path of a
    clone means nothing. So when this commit is on a server, the server's address is
    recorded, and git is told to read the clone in its place for now.
    """
    address = server_address(git("remote", "get-url", "origin"))
    published = git("branch", "--remotes", "--contains", "HEAD")
    changed = git("status", "--porcelain")
    if changed:
        print("Keelson has changes that are not committed: copier update will not find them.")
    if not address or not published or changed:
        return Source(str(CLONE))
    return Source(
        address,
        git("rev-parse", "HEAD"),
        {
            "GIT_CONFIG_COUNT": "1",
            "GIT_CONFIG_KEY_0": f"url.{CLONE}/.insteadOf",
            "GIT_CONFIG_VALUE_0": address.removeprefix("git+").removesuffix(".git"),
        },
    )


def server_address(remote: str) -> str | None:
    """Return the address of a remote as Copier takes it; None when it is on this machine."""
    if re.fullmatch(r"git@[^/:]+:.+\.git", remote):
        return remote
    parts = urlsplit(remote)
    if parts.scheme not in {"https", "ssh"}:
        return None
    if parts.scheme == "https":  # what stands before an @ there are credentials
        parts = parts._replace(netloc=parts.netloc.rpartition("@")[2])
    return f"git+{urlunsplit(parts)}"


def git(*command: str) -> str:
    """Return what git says about this clone; nothing when it is not one."""
    return subprocess.run(
        ["git", "-C", str(CLONE), *command], capture_output=True, text=True, check=False
    ).stdout.strip()


def prepare(folder: Path) -> None:
    """Run the service's own `make setup`. It says itself what it could not do."""
    inherited = {k: v for k, v in os.environ.items() if not k.startswith(("MAKE", "GIT_CONFIG_"))}
    subprocess.run(
        ["make", "--no-print-directory", "setup", f"PYTHON={sys.executable}"],
        cwd=folder,
        env=inherited,
        check=False,
    )


if __name__ == "__main__":
    try:
        main(*sys.argv[1:])
    except (KeyboardInterrupt, EOFError):
        sys.exit("\nNothing was generated.")
