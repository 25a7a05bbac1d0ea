"""What the job `update` runs on GitLab: a branch with the wish for a merge request.

GitLab makes merge requests of what is asked with a push. The server here takes such options
as well: it writes them down, and answers as GitLab does.
"""

import shlex
from pathlib import Path

import pytest
import yaml

from tests.generate import TemplateRepository, git
from tests.proposing import BRANCH, TITLE, Repository

pytestmark = pytest.mark.live

VARIABLES = {
    "CI_DEFAULT_BRANCH": "main",
    "CI_PROJECT_URL": "https://gitlab.example/ours/service",
}

RECEIVED = """\
#!/bin/sh
i=0
while [ "$i" -lt "${{GIT_PUSH_OPTION_COUNT:-0}}" ]; do
    eval "printf '%s\\\\n' \\"\\$GIT_PUSH_OPTION_$i\\"" >> {asked}
    i=$((i + 1))
done
{answer}
"""

WARNING = """\
echo 'WARNINGS:'
echo 'Error encountered with push options: you may not create merge requests'
"""


class OnGitLab(Repository):
    """With a server that takes push options."""

    def __init__(self, template: TemplateRepository, folder: Path) -> None:
        super().__init__(template, folder, {"database": "none", "ci": "gitlab"})
        git(self.server, "config", "receive.advertisePushOptions", "true")
        self.options = folder / "options"
        self.answers("echo 'View merge request'")

    def answers(self, answer: str) -> None:
        """Say what the server says after a push."""
        hook = self.server / "hooks" / "post-receive"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text(RECEIVED.format(asked=shlex.quote(str(self.options)), answer=answer))
        hook.chmod(0o755)

    def asked(self) -> list[str]:
        """Return what the server was asked for with pushes, and forget it."""
        asked = self.options.read_text().splitlines() if self.options.exists() else []
        self.options.unlink(missing_ok=True)
        return asked

    def propose(self, status: int = 0) -> str:
        """Do what the job does, and return what it says."""
        jobs = yaml.safe_load((self.root / ".gitlab-ci.yml").read_text())
        *_, command = jobs["update"]["script"]
        return self.run(command.split(), status, **VARIABLES)


@pytest.fixture
def repository(template: TemplateRepository, tmp_path: Path) -> OnGitLab:
    """A service of version 0.1.0."""
    return OnGitLab(template, tmp_path)


def test_the_next_version_becomes_one_merge_request_with_its_changelog(
    repository: OnGitLab,
) -> None:
    """Pushed once: what is there already, open or closed, is left as it is."""
    assert repository.propose() == "There is nothing newer than v0.1.0.\n"
    assert repository.asked() == []

    repository.release()
    said = repository.propose()
    assert said.startswith("Proposed https://gitlab.example/ours/service/-/merge_requests?")
    pushed = repository.branch()
    changed = git(repository.server, "diff", "--name-only", "main", BRANCH).split()
    assert changed == [".copier-answers.yml", "app/core/newer.py", "app/core/newest.py"]
    who = git(repository.server, "log", "-1", "--format=%an %s", BRANCH)
    assert who == f"Template update {TITLE}\n"
    create, target, title, description, remove = repository.asked()
    assert create == "merge_request.create"
    assert target == "merge_request.target=main"
    assert title == f"merge_request.title={TITLE}"
    assert description.startswith("merge_request.description=From v0.1.0 to v0.3.0. Files: ")
    assert r"## [0.3.0] - 2026-12-01\n\n### Added\n\n- Something new." in description
    assert remove == "merge_request.remove_source_branch"

    assert "is there already" in repository.propose()
    assert repository.branch() == pushed
    assert repository.asked() == []


def test_a_push_that_gitlab_makes_no_merge_request_of_is_explained(repository: OnGitLab) -> None:
    """Its exit status is that of a push that went well."""
    repository.answers(WARNING)
    repository.release()
    said = repository.propose(status=1)
    assert f"GitLab has not made a merge request of the branch {BRANCH}" in said
    assert "you may not create merge requests" in said


def test_commits_of_others_on_the_branch_are_not_overwritten(repository: OnGitLab) -> None:
    repository.release()
    theirs = repository.mend()
    assert f"Somebody has committed to the branch {BRANCH}" in repository.propose(status=1)
    assert repository.branch() == theirs
    assert repository.asked() == []
