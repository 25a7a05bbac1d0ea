"""Release a version of the template from this clone: what `make release VERSION=0.2.0` does.

It moves the changelog and the version, commits, and tags. It never pushes, so whatever
it did can be looked at first, and taken back.
"""

import re
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from packaging.version import InvalidVersion, Version

CLONE = Path(__file__).resolve().parent.parent
CHANGELOG = CLONE / "CHANGELOG.md"
PROJECT = CLONE / "pyproject.toml"

VERSION_LINE = re.compile(r'^version = "(?P<version>[^"]+)"$', re.MULTILINE)
UNRELEASED = re.compile(
    r"^## \[Unreleased\]\n(?P<changes>.*?)(?=^## \[|\Z)", re.MULTILINE | re.DOTALL
)
NEXT = """
Released {version} in this clone: one commit, and the tag v{version}. Type:
    git show v{version}            look at it
    git push --follow-tags   from then on, copier update finds it
"""


def main(wanted: str) -> None:
    """Refuse, or release a version and say what to type next."""
    project = PROJECT.read_text(encoding="utf-8")
    changelog = CHANGELOG.read_text(encoding="utf-8")
    version = read_version(wanted, now=find_version(project))
    refuse_unready_clone(version)
    moved = move_unreleased(changelog, version)
    CHANGELOG.write_text(moved, encoding="utf-8")
    PROJECT.write_text(VERSION_LINE.sub(f'version = "{version}"', project, count=1), "utf-8")
    try:
        git("commit", "--quiet", "--all", "--message", f"Release {version}")
    except subprocess.CalledProcessError as failure:
        CHANGELOG.write_text(changelog, encoding="utf-8")
        PROJECT.write_text(project, encoding="utf-8")
        sys.exit(f"git could not commit; nothing is changed.\n{failure.stderr}")
    try:
        git("tag", "--annotate", "--message", f"Release {version}", f"v{version}")
    except subprocess.CalledProcessError as failure:
        type_it = f'git tag --annotate --message "Release {version}" v{version}'
        sys.exit(f"Committed, but git could not tag. Type: {type_it}\n{failure.stderr}")
    print(NEXT.format(version=version))


def find_version(project: str) -> Version:
    """Return the version that pyproject.toml has now."""
    found = VERSION_LINE.search(project)
    if not found:
        sys.exit('pyproject.toml has no line such as version = "0.1.0".')
    return Version(found["version"])


def read_version(wanted: str, *, now: Version) -> Version:
    """Return the version that is to be released, when it can come after the one there is."""
    if not wanted:
        sys.exit("Say which version: make release VERSION=0.2.0")
    try:
        version = Version(wanted)
    except InvalidVersion:
        sys.exit(f"{wanted} is not a version as in PEP 440, such as 0.2.0.")
    # Copier compares the tags, where 0.2 and 0.2.0 would be the same version twice.
    if wanted != version.public or len(version.release) != len(now.release):
        sys.exit(f"{wanted} is not written like {now}: plain numbers, the same count of them.")
    if version <= now:
        sys.exit(f"{version} is not newer than {now}, which pyproject.toml has.")
    return version


def refuse_unready_clone(version: Version) -> None:
    """Stop when a release from this clone would not be what people see on main."""
    branch = git("branch", "--show-current")
    if branch != "main":
        sys.exit(f"Releases are made on main, and this is {branch or 'no branch'}.")
    if git("status", "--porcelain"):
        sys.exit("There are changes that are not committed. Commit them, or take them back.")
    if git("tag", "--list", f"v{version}"):
        sys.exit(f"The tag v{version} is there already.")


def move_unreleased(changelog: str, version: Version) -> str:
    """Return the changelog with what was unreleased under the version and today's date."""
    found = UNRELEASED.search(changelog)
    changes = found["changes"].strip() if found else ""
    # A heading alone says nothing.
    if not found or all(not line or line.startswith("#") for line in changes.splitlines()):
        sys.exit("CHANGELOG.md says nothing under ## [Unreleased]. What is it that you release?")
    today = datetime.now(tz=UTC).date()
    released = f"## [Unreleased]\n\n## [{version}] - {today}\n\n{changes}\n"
    older = changelog[found.end() :]
    return changelog[: found.start()] + released + (f"\n{older}" if older else "")


def git(*command: str) -> str:
    """Run git in this clone and return what it prints.

    Raises:
        subprocess.CalledProcessError: It failed; `stderr` says why.
    """
    return subprocess.run(
        ["git", "-C", str(CLONE), *command], capture_output=True, text=True, check=True
    ).stdout.strip()


if __name__ == "__main__":
    main(*sys.argv[1:])
