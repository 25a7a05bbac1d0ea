"""What owners do to their services, and what an update must leave of it."""

import re
import subprocess
from pathlib import Path

from tests import environment
from tests.generate import committed, git

IDENTITY = ("-c", "user.name=An Owner", "-c", "user.email=owner@example.com")

APPENDED = {
    "README.md": "## Orders\n\nHow we ship them.\n",
    ".env.example": "# How many orders go into one van.\nORDERS_PER_VAN=20\n",
    ".gitignore": "*.csv\n",
    "Makefile": "\n.PHONY: ship\n\nship: ## Ship the orders\n\t@echo shipped\n",
}
"""What the owner adds at the end of files of ours."""

INSERTED = {
    "README.md": ("## Start\n", "Ask for us at the desk.\n\n"),
    "app/core/health.py": ("PROBES = ", "# Our monitor asks every ten seconds.\n"),
    "app/main.py": ("app = ", "# Served by two workers.\n"),
}
"""What the owner writes in the middle of files of ours: before what, and the text."""

IN_EACH_FEATURE = ("feature = Feature(", "# We looked at this one.\n")
"""What the owner writes into the `feature.py` of every feature, and before what."""

PACKAGES = ("aaa>=1", "packaging>=24", "zzz>=1")
"""What the owner depends on: names that sort before, between and after ours."""


def start_repository(project: Path) -> None:
    """Commit a new project, as `make setup` does."""
    git(project, "init", "--quiet", "--initial-branch=main")
    commit(project, "Start")


def commit(project: Path, message: str) -> None:
    """Commit everything, also when there is nothing."""
    git(project, "add", "--all")
    git(project, *IDENTITY, "commit", "--quiet", "--allow-empty", "--message", message)


def edit(project: Path) -> None:
    """Write into files of ours: some that every service has, and one of each feature."""
    found = {str(path.relative_to(project)) for path in project.glob("app/*/feature.py")}
    features = found - {"app/core/feature.py"}
    for name, (before, text) in {**INSERTED, **dict.fromkeys(features, IN_EACH_FEATURE)}.items():
        path = project / name
        content = path.read_text()
        assert before in content, f"{name} has no {before!r}"
        path.write_text(content.replace(before, text + before, 1))
    for name, text in APPENDED.items():
        with (project / name).open("a") as file:
            file.write(text)


def depend_on(project: Path, *packages: str) -> None:
    """Add dependencies with uv, to pyproject.toml alone."""
    subprocess.run(
        [environment.find_uv(), "add", "--quiet", "--frozen", *packages],
        cwd=project,
        env=environment.clean(),
        check=True,
    )


def wire_a_module(project: Path) -> None:
    """Add a feature by hand, with a test and a migration, and list it in wiring.py."""
    for name, text in MODULE.items():
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    wiring = project / "app" / "wiring.py"
    content = wiring.read_text()
    for line, mark in WIRED.items():
        assert mark in content
        content = content.replace(mark, mark + line)
    wiring.write_text(content)


MODULE = {
    "app/orders/__init__.py": "",
    "app/orders/feature.py": (
        '"""Orders."""\n\nfrom app.core.feature import Feature\n\n'
        'feature = Feature(name="orders")\n'
    ),
    "tests/orders/__init__.py": "",
    "migrations/2026_11_21_0900_orders.py": '"""Create the table of orders."""\n',
}
"""Files that only the owner has."""

WIRED = {
    "from app.orders.feature import feature as orders\n": (
        "# Import your own features below this line.\n"
    ),
    "    orders,\n": "    # List your own features below this line.\n",
}
"""Lines of the owner's in wiring.py, and below which mark they stand."""


def sources(project: Path) -> dict[str, str]:
    """Return the text of every file that git would commit, by its path."""
    return {str(path.relative_to(project)): path.read_text() for path in committed(project)}


def files_of_the_owner(project: Path) -> dict[str, str]:
    """Return the files that only the owner has written."""
    theirs = re.compile(r"(app|tests)/orders/|migrations/.*\.py$")
    return {name: text for name, text in sources(project).items() if theirs.match(name)}


def assert_merged(project: Path) -> None:
    """Copier exits with 0 on conflicts, so look for each of their signs."""
    assert git(project, "ls-files", "--unmerged") == ""
    for name, text in sources(project).items():
        assert not name.endswith(".rej")
        assert not re.search(r"^(?:<{7}|>{7}) ", text, re.MULTILINE), name


def assert_nothing_is_lost(project: Path, theirs: dict[str, str]) -> None:
    """Everything that the owner has added stands where it stood.

    Args:
        project: Where the service is.
        theirs: What `files_of_the_owner` gave before.
    """
    now = sources(project)
    for name, text in theirs.items():
        assert now[name] == text, name
    for name, text in APPENDED.items():
        assert text in now[name], name
    for name, (before, text) in INSERTED.items():
        assert text + before in now[name], name
    for line in WIRED:
        assert line in now["app/wiring.py"]
