"""Say what an update from the template would do to this service, before it is done.

`make check-update` asks for the newest version with the same answers, `data="name=value"`
for other answers with the same version, `version=v1.2.3` for that version. It needs git,
uv and a clean git status.

The update is tried out in a clone of the last commit, so nothing changes here. Two things
count against it. Copier marks conflicts, but its exit status is 0 all the same. And it
deletes files that are no longer part of the template without a word about what their
owner has changed in them; only a comparison with what was rendered shows that.

Exit status:
    0: Nothing that was changed here would be lost, and nothing would conflict.
    1: Something would; the lines say which files.
    2: It could not be tried out; one sentence says why.
"""

import argparse
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath

if sys.version_info < (3, 11):  # noqa: UP036, an older one can start this
    print("This needs Python 3.11 or newer. Type: make check-update PYTHON=python3.11")
    sys.exit(2)

ROOT = Path(__file__).resolve().parent.parent
ANSWERS = ".copier-answers.yml"
COPIER = "copier>=9.19.1,<10"
ANSWER = re.compile(r"^(\w+): *(.*)$", re.MULTILINE)

# Set while git runs a hook; they would lead it to another repository than this one.
OF_ANOTHER_REPOSITORY = {"GIT_DIR", "GIT_INDEX_FILE", "GIT_WORK_TREE", "GIT_PREFIX"}


class CannotCheck(Exception):
    """The update cannot be tried out. The message says why, in one sentence."""

    def __init__(self, message: str, said: str = "") -> None:
        super().__init__(message)
        self.said = said
        """All that the command said that failed, if one did."""


@dataclass(frozen=True)
class Wish:
    """Which update is wanted: a version, or the newest; and answers that are new."""

    version: str = ""
    answers: dict[str, str] = field(default_factory=dict)

    @property
    def arguments(self) -> list[str]:
        """What Copier is told. Other answers alone do not bring another version."""
        version = self.version or (":current:" if self.answers else "")
        given = [f"{name}={value}" for name, value in self.answers.items()]
        return [
            "--defaults",
            *(["--vcs-ref", version] if version else []),
            *(argument for answer in given for argument in ("--data", answer)),
        ]


@dataclass(frozen=True)
class Outcome:
    """What an update would do. Paths are those in the repository, in order."""

    before: str
    """The version that the service has."""
    after: str
    """The version that it would have."""
    added: list[str]
    changed: list[str]
    removed: list[str]
    lost: list[str]
    """Those removed that were changed here."""
    conflicts: list[str]
    overwritten: list[str]
    """Those added that are here already, out of git's sight."""
    stranded: list[str]
    """The owner's own files, in folders that hold nothing of the template afterwards."""

    @property
    def is_safe(self) -> bool:
        """Whether nobody has to look at anything before."""
        return not (self.lost or self.conflicts or self.overwritten)


def main() -> int:
    """Try the update out, say what it would do, and return the exit status."""
    parser = argparse.ArgumentParser(description="Say what an update would do.")
    parser.add_argument("--version", default="", help="the version to take, such as v1.2.3")
    parser.add_argument("--data", default="", help='answers to change, "name=value name=value"')
    parser.add_argument("--copier", default="", help="the command that is Copier, else uv runs it")
    options = parser.parse_args()
    try:
        wish = Wish(options.version, read_answers(options.data))
        copier = shlex.split(options.copier) or find_copier()
        outcome = try_out(wish, copier)
    except CannotCheck as reason:
        print(reason, file=sys.stderr)
        return 2
    print(describe(outcome))
    uvx = "uvx" if shutil.which("uvx") else ".uv/bin/uvx"  # where make setup has put it
    print(f"\nNothing is changed yet. To do it: {uvx} copier update {shlex.join(wish.arguments)}")
    return 0 if outcome.is_safe else 1


def read_answers(data: str) -> dict[str, str]:
    """Return the answers in `name=value name="other value"`.

    Raises:
        CannotCheck: It is not of that form.
    """
    try:
        pairs = shlex.split(data)
    except ValueError:
        raise CannotCheck(f"A quote is not closed in {data}") from None
    answers = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not (name and equals):
            raise CannotCheck(
                f"{pair} is not an answer; write data=\"name=value other='two words'\""
            )
        answers[name] = value
    return answers


def find_uv() -> str:
    """Return the uv of this machine, or the one that `make setup` has fetched.

    Raises:
        CannotCheck: There is neither.
    """
    private = ROOT / ".uv" / "bin" / "uv"
    uv = shutil.which("uv") or (str(private) if private.exists() else None)
    if not uv:
        raise CannotCheck("uv is missing, which runs Copier; type make setup, which fetches it.")
    return uv


def find_copier() -> list[str]:
    """Return the command that is Copier, as uv runs it.

    Raises:
        CannotCheck: There is no uv.
    """
    return [find_uv(), "tool", "run", "--from", COPIER, "copier"]


def try_out(wish: Wish, copier: list[str]) -> Outcome:
    """Update a clone of the last commit and compare.

    Raises:
        CannotCheck: This is not a service with a clean git status, or Copier refuses.
    """
    here = find_repository()
    run([*copier, "--version"], ROOT, "Copier cannot be run")
    with tempfile.TemporaryDirectory(prefix="check-update-") as folder:
        clone = Path(folder) / "clone"
        # The hooks are the owner's, and this is not a checkout of theirs.
        quiet = ("-c", f"core.hooksPath={os.devnull}")
        command = ["git", *quiet, "clone", "--quiet", "--no-tags", str(here.top), str(clone)]
        run(command, ROOT, "git cannot clone this repository")
        outcome = update(clone, clone / here.folder, wish, copier, Path(folder))
    overwritten = [path for path in outcome.added if (here.top / path).exists()]
    return replace(outcome, overwritten=overwritten)


@dataclass(frozen=True)
class Place:
    """Where the service is: its repository, and its folder there."""

    top: Path
    folder: str


def find_repository() -> Place:
    """Return where the service is.

    Raises:
        CannotCheck: It is not in a git repository, or not as it was committed, or from no template.
    """
    if not shutil.which("git"):
        raise CannotCheck("git is missing, which updates are made with.")
    otherwise = "This is not a git repository yet, which updates need; type make setup"
    top = git(ROOT, "rev-parse", "--show-toplevel", otherwise=otherwise).removesuffix("\n")
    folder = git(ROOT, "rev-parse", "--show-prefix").removesuffix("\n")
    if not (ROOT / ANSWERS).exists():
        raise CannotCheck(f"There is no {ANSWERS}, so nothing says which template this is from.")
    if git(ROOT, "status", "--porcelain", "--", ".").strip():
        raise CannotCheck("There are changes that are not committed; commit or remove them first.")
    return Place(Path(top), folder)


def update(clone: Path, service: Path, wish: Wish, copier: list[str], space: Path) -> Outcome:
    """Update the service in a clone, and say what that did.

    Raises:
        CannotCheck: Copier refuses, or an answer means nothing to the template.
    """
    if not (service / ANSWERS).exists():
        raise CannotCheck(f"{ANSWERS} is not committed, so nobody else could update either.")
    before = recorded(service)
    pristine = space / "pristine"
    rendered = pristine / service.relative_to(clone)
    rendered.mkdir(parents=True)
    shutil.copy2(service / ANSWERS, rendered)
    arguments = ["--defaults", "--overwrite", "--quiet", "--vcs-ref", ":current:", str(rendered)]
    run([*copier, "recopy", *arguments], ROOT, "The version that this service has is not there")
    arguments = [*wish.arguments, "--quiet", str(service)]
    run([*copier, "update", *arguments], ROOT, "Copier refuses")
    after = recorded(service)
    refuse_unknown(wish.answers, before, after)

    conflicts = find_conflicts(clone)
    template = write_tree(clone, pristine, space / "index-template", "--empty")
    result = write_tree(clone, clone, space / "index-result", "HEAD")
    owners = changes(clone, template, "HEAD")
    ours = changes(clone, "HEAD", result)
    own = {path for path, change in owners.items() if change == "A"}
    removed = {path for path, change in ours.items() if change == "D"}
    kept = set(files(clone, result)) - own
    emptied = folders(removed) - folders(kept)
    return Outcome(
        before=before.get("_commit", "?"),
        after=after.get("_commit", "?"),
        added=[path for path, change in ours.items() if change == "A" and not is_reject(path)],
        changed=[path for path, change in ours.items() if change not in {"A", "D"}],
        removed=sorted(removed),
        lost=sorted(removed & set(owners)),
        conflicts=conflicts,
        overwritten=[],
        stranded=sorted(path for path in own if folders({path}) & emptied),
    )


def recorded(service: Path) -> dict[str, str]:
    """Return what Copier has recorded, each value as it is written there."""
    text = (service / ANSWERS).read_text(encoding="utf-8")
    return {name: value.strip("'\"") for name, value in ANSWER.findall(text)}


def refuse_unknown(given: dict[str, str], before: dict[str, str], after: dict[str, str]) -> None:
    """Refuse what Copier takes without a word.

    Raises:
        CannotCheck: A question is unknown, or an answer is neither true nor false.
    """
    for name, value in given.items():
        if name.startswith("_") or name not in before | after:
            raise CannotCheck(f"{name} is not a question, or is not asked with these answers.")
        if after.get(name) in {"true", "false"} and value not in {"true", "false"}:
            raise CannotCheck(f"{name} is either true or false, not {value}.")


def find_conflicts(repository: Path) -> list[str]:
    """Return the files that Copier could not merge: marked in git, or left in a *.rej."""
    marked = split(git(repository, "diff", "--name-only", "--diff-filter=U", "-z"))
    others = split(git(repository, "ls-files", "--others", "-z"))
    return sorted({*marked, *(path for path in others if is_reject(path))})


def is_reject(path: str) -> bool:
    """Tell whether a file holds what could not be applied."""
    return path.endswith(".rej")


def write_tree(clone: Path, directory: Path, index: Path, start: str) -> str:
    """Store all files of a directory in the clone, as git would commit them.

    What is no file, such as a submodule, stays as it is in the tree that this starts from.
    """
    place = {"GIT_DIR": str(clone / ".git"), "GIT_INDEX_FILE": str(index)}
    git(directory, "--work-tree=.", "read-tree", start, **place)
    git(directory, "--work-tree=.", "add", "--all", "--force", ".", **place)
    return git(directory, "write-tree", **place).strip()


def changes(clone: Path, before: str, after: str) -> dict[str, str]:
    """Return the paths that differ, each with A, M, T or D."""
    arguments = ("-r", "-z", "--no-renames", "--name-status", before, after)
    words = split(git(clone, "diff-tree", *arguments))
    return dict(zip(words[1::2], words[::2], strict=True))


def files(clone: Path, tree: str) -> list[str]:
    """Return the paths of all files of a tree."""
    return split(git(clone, "ls-tree", "-r", "-z", "--name-only", tree))


def folders(paths: set[str]) -> set[PurePosixPath]:
    """Return the folders that files are in, and those that these are in."""
    return {folder for path in paths for folder in PurePosixPath(path).parents}


def split(text: str) -> list[str]:
    """Return the parts of what git prints with -z."""
    return [part for part in text.split("\0") if part]


def git(where: Path, *arguments: str, otherwise: str = "git failed", **environment: str) -> str:
    """Run git and return what it prints.

    Raises:
        CannotCheck: It failed.
    """
    return run(["git", *arguments], where, otherwise, **environment)


def run(command: list[str], where: Path, otherwise: str, **environment: str) -> str:
    """Run a command and return what it prints.

    Raises:
        CannotCheck: It failed; the message is `otherwise` with the last line that it said.
    """
    inherited = {k: v for k, v in os.environ.items() if k not in OF_ANOTHER_REPOSITORY}
    try:
        done = subprocess.run(
            command,
            cwd=where,
            env=inherited | environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            encoding="utf-8",
            errors="backslashreplace",
            check=False,
        )
    except OSError as error:
        raise CannotCheck(f"{otherwise}: {error}") from None
    if done.returncode:
        said = done.stderr or done.stdout
        lines = [line.strip(" |") for line in said.splitlines()]
        last = next((line for line in reversed(lines) if line), f"exit status {done.returncode}")
        raise CannotCheck(f"{otherwise}: {last}", said)
    return done.stdout


def describe(outcome: Outcome) -> str:
    """Return what people read about an update."""
    versions = f"From {outcome.before} to {outcome.after}"
    if outcome.before == outcome.after:
        versions = f"Still {outcome.after}"
    added, changed, removed = len(outcome.added), len(outcome.changed), len(outcome.removed)
    lines = [f"{versions}. Files: {added} added, {changed} changed, {removed} removed."]
    for title, paths in (
        ("These go, with what you have changed in them:", outcome.lost),
        ("These will have conflicts, for you to settle:", outcome.conflicts),
        ("These of your own are ignored by git, and overwritten:", outcome.overwritten),
        (
            "These of your own stay, and stop working, for what they stand beside goes:",
            outcome.stranded,
        ),
    ):
        if paths:
            lines += ["", title, *(f"  {path}" for path in paths)]
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
