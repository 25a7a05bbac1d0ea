"""Every version that was ever released, rebuilt from this repository's own history.

A clone need not have the tags: what the changelog calls released is then the commit that
put it there.
"""

import re
from functools import cache
from pathlib import Path

from packaging.version import InvalidVersion, Version

from tests.generate import ROOT, TemplateRepository, copy_working_tree, git

HEADING = re.compile(r"^## \[(?P<version>[^\]]+)\] - \d{4}-\d{2}-\d{2}$", re.MULTILINE)


class ReleaseMissing(LookupError):
    """A version that was released is not in this clone; the message says how to get it."""


@cache
def released(root: Path = ROOT) -> tuple[str, ...]:
    """Return the released versions of a repository, by tag or changelog, the oldest first."""
    changelog = (root / "CHANGELOG.md").read_text()
    headings = {found["version"] for found in HEADING.finditer(changelog)}
    return tuple(sorted(headings | tagged(root), key=Version))


def tagged(root: Path) -> set[str]:
    """Return the versions that have a tag."""
    names = git(root, "tag", "--list", "v*").split()
    return {name.removeprefix("v") for name in names if _is_version(name.removeprefix("v"))}


def _is_version(text: str) -> bool:
    try:
        return str(Version(text)) == text
    except InvalidVersion:
        return False


def commit_of(version: str, root: Path = ROOT) -> str:
    """Return the commit of a released version.

    Raises:
        ReleaseMissing: This clone has neither its tag nor the commit that released it.
    """
    if version in tagged(root):
        return git(root, "rev-parse", f"v{version}^{{commit}}").strip()
    heading = f"-S## [{version}] - "
    added = git(root, "log", "--reverse", "--format=%H", heading, "--", "CHANGELOG.md").split()
    # Where a shallow clone begins, everything looks as if it had been added there.
    if not added or added[0] in _begins_at(root):
        fetch = "git fetch --unshallow --tags" if _begins_at(root) else "git fetch --tags"
        raise ReleaseMissing(
            f"CHANGELOG.md calls {version} released, and this clone has neither the tag "
            f"v{version} nor the commit that released it. Type: {fetch}"
        )
    return added[0]


def _begins_at(root: Path) -> list[str]:
    """Return the commits at which a shallow clone begins; nothing for a whole one."""
    shallow = root / git(root, "rev-parse", "--git-path", "shallow").strip()
    return shallow.read_text().split() if shallow.exists() else []


def following(versions: tuple[str, ...]) -> str:
    """Return the version that the working tree is released as, after all others."""
    newest = Version(versions[-1])
    return f"{newest.major}.{newest.minor + 1}.0"


def rebuild(folder: Path, root: Path = ROOT) -> TemplateRepository:
    """Make a repository of every released version and of the working tree as the newest.

    Raises:
        ReleaseMissing: A released version is not in this clone.
    """
    versions = released(root)
    git(root, "clone", "--quiet", "--no-tags", str(root), str(folder))
    repository = TemplateRepository(folder)
    for version in versions:
        commit = commit_of(version, root)
        repository.git("fetch", "--quiet", "--no-tags", "origin", commit)
        repository.git("tag", f"v{version}", commit)
    repository.git("switch", "--quiet", "--force-create", "main")
    repository.git("rm", "--quiet", "-r", ".")
    copy_working_tree(folder)
    repository.release(following(versions))
    return repository


def clone_as_of(version: str, history: TemplateRepository, folder: Path) -> TemplateRepository:
    """Clone the template as it was when a version was the newest."""
    git(history.root, "clone", "--quiet", "--no-tags", str(history.root), str(folder))
    clone = TemplateRepository(folder)
    tag = f"refs/tags/v{version}"
    clone.git("fetch", "--quiet", "--no-tags", "origin", f"{tag}:{tag}")
    clone.git("checkout", "--quiet", "--detach", tag)
    return clone


def fetch_the_rest(clone: TemplateRepository) -> None:
    """Bring a clone to the working tree, with every release in between."""
    clone.git("fetch", "--quiet", "--tags", "origin")
    clone.git("checkout", "--quiet", "--detach", "origin/main")
