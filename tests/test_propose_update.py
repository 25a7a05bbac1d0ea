"""What update.yml runs: a branch and a pull request for the next version, or a clear no.

Everything is as on GitHub, a repository to push to included, but for `gh`: it answers from
a file and writes down what it was asked. `test_propose_update_gitlab.py` does it on GitLab.
"""

import importlib
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests import environment
from tests.generate import Answers, TemplateRepository, git
from tests.proposing import BRANCH, CHANGELOG, TITLE, Repository

URL = "https://github.example/ours/service/pull/7"
OPEN = {"number": 7, "state": "OPEN", "title": TITLE, "url": URL}

GH = """\
import json, pathlib, sys
folder = pathlib.Path(__file__).parent
asked = sys.argv[1:]
text = {"body": ""}
for argument in asked:
    name = argument.removeprefix("body=@")
    if name.endswith("body.md"):
        text["body"] = pathlib.Path(name).read_text()
with (folder / "asked.jsonl").open("a") as file:
    file.write(json.dumps({"asked": asked, **text}) + "\\n")
print((folder / "requests.json").read_text() if asked[:2] == ["pr", "list"] else "%s")
"""

REFUSED = """\
#!/bin/sh
echo 'refusing to allow a GitHub App to create or update workflow' \\
    '`.github/workflows/ci.yml` without `workflows` permission' >&2
exit 1
"""


class OnGitHub(Repository):
    """With a `gh` that answers from a file."""

    def __init__(self, template: TemplateRepository, folder: Path) -> None:
        super().__init__(template, folder, {"database": "none", "ci": "github"})
        self.tools = folder / "tools"
        self.tools.mkdir()
        (self.tools / "gh.py").write_text(GH % URL)
        (self.tools / "gh").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$0.py" "$@"\n')
        (self.tools / "gh").chmod(0o755)
        self.has_requests()

    def has_requests(self, *requests: dict[str, object]) -> None:
        """Say which pull requests there are."""
        (self.tools / "requests.json").write_text(json.dumps(requests))

    def propose(self, status: int = 0) -> str:
        """Do what update.yml does, and return what it says."""
        text = (self.root / ".github/workflows/update.yml").read_text()
        [command] = [line.partition("run: ")[2] for line in text.splitlines() if "run: " in line]
        path = f"{self.tools}:{environment.path_without_tests()}"
        return self.run(command.split(), status, PATH=path)

    def asked(self) -> list[dict[str, Any]]:
        """Return what gh was asked, but for the lists."""
        path = self.tools / "asked.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        every = [json.loads(line) for line in lines]
        return [one for one in every if one["asked"][:2] != ["pr", "list"]]


@pytest.fixture
def repository(template: TemplateRepository, tmp_path: Path) -> OnGitHub:
    """A service of version 0.1.0."""
    return OnGitHub(template, tmp_path)


@pytest.mark.live
def test_the_next_version_becomes_one_pull_request_with_its_changelog(
    repository: OnGitHub,
) -> None:
    """A second run changes what is open, and pushes nothing that is there already."""
    assert repository.propose() == "There is nothing newer than v0.1.0.\n"
    assert repository.asked() == []

    repository.release()
    assert repository.propose() == f"Opened {URL}\n"
    pushed = repository.branch()
    changed = git(repository.server, "diff", "--name-only", "main", BRANCH).split()
    assert changed == [".copier-answers.yml", "app/core/newer.py", "app/core/newest.py"]
    said = git(repository.server, "log", "-1", "--format=%an %s", BRANCH)
    assert said == f"github-actions[bot] {TITLE}\n"
    [created] = repository.asked()
    assert created["asked"][:6] == ["pr", "create", "--head", BRANCH, "--base", "main"]
    assert created["asked"][6:8] == ["--title", TITLE]
    assert "From v0.1.0 to v0.3.0. Files: 2 added, 1 changed, 0 removed." in created["body"]
    assert "## [0.3.0] - 2026-12-01\n\n### Added\n\n- Something new." in created["body"]
    assert "## [0.2.0] - 2026-11-25\n\n### Fixed\n\n- Something old." in created["body"]
    assert "[0.1.0]" not in created["body"]
    assert "Unreleased" not in created["body"]

    repository.has_requests(OPEN)
    assert repository.propose() == f"Changed {URL}\n"
    assert repository.branch() == pushed
    asked = repository.asked()[-1]
    assert "repos/{owner}/{repo}/pulls/7" in asked["asked"]
    assert asked["body"] == created["body"]


@pytest.mark.live
def test_new_dependencies_are_locked(repository: OnGitHub) -> None:
    """Otherwise the first check of the pull request would fail."""
    lock = [environment.find_uv(), "lock", "--quiet"]
    subprocess.run(lock, cwd=repository.root, env=environment.clean(), check=True)
    repository.commit("Lock")
    path = repository.template.root / "template/pyproject.toml.jinja"
    line = "    # your own: `uv add <"
    path.write_text(path.read_text().replace(line, f'    "tzdata>=2025.2",\n{line}', 1))
    repository.release()
    repository.propose()
    assert 'name = "tzdata"' in git(repository.server, "show", f"{BRANCH}:uv.lock")
    assert 'name = "tzdata"' not in git(repository.server, "show", "main:uv.lock")


@pytest.mark.live
def test_commits_of_others_on_the_branch_are_not_overwritten(repository: OnGitHub) -> None:
    repository.release()
    theirs = repository.mend()
    assert f"Somebody has committed to the branch {BRANCH}" in repository.propose(status=1)
    assert repository.branch() == theirs
    assert repository.asked() == []


@pytest.mark.live
def test_what_was_declined_is_not_proposed_again(repository: OnGitHub) -> None:
    repository.release()
    repository.has_requests({**OPEN, "state": "CLOSED"})
    assert "was closed without merging it" in repository.propose()
    assert repository.branch() == ""


@pytest.mark.live
def test_an_update_that_somebody_has_to_settle_is_not_proposed(repository: OnGitHub) -> None:
    """The run fails, and says which files conflict and which would be lost."""
    readme = repository.template.root / "template/README.md.jinja"
    line = "Every setting stands in"
    readme.write_text(readme.read_text().replace(line, "All settings stand in"))
    (repository.template.root / "template/app/core/etag.py").unlink()
    repository.release()
    ours = repository.root / "README.md"
    ours.write_text(ours.read_text().replace(line, "Our settings stand in"))
    with (repository.root / "app/core/etag.py").open("a") as file:
        file.write("# A rule of ours.\n")
    repository.commit("Work")

    said = repository.propose(status=1)
    assert "These go, with what you have changed in them:\n  app/core/etag.py\n" in said
    assert "These will have conflicts, for you to settle:\n  README.md\n" in said
    assert repository.branch() == ""
    assert repository.asked() == []


@pytest.mark.live
def test_a_token_that_may_not_change_workflows_is_explained(repository: OnGitHub) -> None:
    """GitHub refuses the push, and the run says what to do."""
    hook = repository.server / "hooks" / "pre-receive"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(REFUSED)
    hook.chmod(0o755)
    repository.release()
    said = repository.propose(status=1)
    assert "The update changes files in .github/workflows" in said
    assert "as the secret UPDATE_TOKEN" in said
    assert repository.asked() == []


@pytest.mark.parametrize(
    ("before", "after", "versions"),
    [
        ("v0.1.0", "v0.3.0", ["0.3.0", "0.2.0"]),
        ("v0.2.0", "v0.3.0", ["0.3.0"]),
        ("v0.1.0", "v0.2.0", ["0.2.0"]),
        ("v0.2.0-3-gabcdef0", "v0.3.0", ["0.3.0"]),
        ("v0.0.9", "v0.3.0", ["0.3.0", "0.2.0", "0.1.0"]),
        ("v0.3.0", "v0.4.0", []),
    ],
)
def test_the_sections_of_the_versions_in_between_are_taken(
    rendered: Callable[[Answers], Path],
    monkeypatch: pytest.MonkeyPatch,
    before: str,
    after: str,
    versions: list[str],
) -> None:
    """Newest first, as they stand in the changelog."""
    monkeypatch.syspath_prepend(str(rendered({"preset": "minimal", "ci": "github"})))
    for name in ("propose_update", "check_update", "update_branch", "host"):
        monkeypatch.delitem(sys.modules, f"scripts.{name}", raising=False)
    module = importlib.import_module("scripts.propose_update")
    changelog = CHANGELOG + "## [0.1.0] - 2026-11-21\n\n- The first.\n"
    found = module.sections_between(changelog, before, after)
    headings = [line.split("]")[0] for line in found.splitlines() if line.startswith("## ")]
    assert headings == [f"## [{version}" for version in versions]
