"""The pipelines of a generated service are safe, and ask for no more than they need.

That they are workflows at all is held by the matrix, that what they call works by the live
tier.
"""

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.generate import ROOT, Answers
from tests.variants import SPACE

DATABASES = SPACE.options("database", {"preset": "custom"})[1]
CACHES = ("none", "redis")
CONTAINERS = ("none", "docker")
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]
SERVERS = {"5432": "postgres", "3306": "mariadb", "6379": "redis"}

CHECKED = ("uv lock --check", "make lint", "make types", "make hooks")
"""What has to be typed once for each change."""

MIGRATIONS = ["make check-migrations", "make downgrade to=base", "make check-migrations"]

MORE_RIGHTS = {
    ("image.yml", "publish"): {"packages", "id-token", "attestations", "artifact-metadata"},
    ("update.yml", "propose"): {"contents", "pull-requests"},
}
"""The jobs that may write, and what."""


@pytest.fixture(params=CACHES)
def cache(request: pytest.FixtureRequest) -> str:
    """Whether it has Redis beside its database."""
    return str(request.param)


@pytest.fixture(params=DATABASES)
def answers(request: pytest.FixtureRequest, cache: str) -> Answers:
    """Those of a service with each database in turn, with Redis and without."""
    # Both kinds of delivery occur with each database.
    container = CONTAINERS[(DATABASES.index(request.param) + CACHES.index(cache)) % 2]
    return {"database": request.param, "cache": cache, "container": container}


@pytest.fixture
def on_github(answers: Answers, rendered: Callable[[Answers], Path]) -> Path:
    """A service that is checked on GitHub."""
    return rendered({**answers, "ci": "github"})


@pytest.fixture
def on_gitlab(answers: Answers, rendered: Callable[[Answers], Path]) -> Path:
    """A service that is checked on GitLab."""
    return rendered({**answers, "ci": "gitlab"})


def tool(name: str, *arguments: str) -> None:
    """Run a tool of this repository, which must be content."""
    done = subprocess.run(
        [Path(sys.executable).parent / name, *arguments],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def read(project: Path, name: str) -> dict[str, Any]:
    """Return what a workflow says."""
    content: dict[str, Any] = yaml.safe_load((project / ".github/workflows" / name).read_text())
    return content


def jobs(project: Path) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Yield each job of each workflow, with the names of both."""
    for path in sorted((project / ".github" / "workflows").iterdir()):
        for name, job in read(project, path.name)["jobs"].items():
            yield path.name, name, job


def commands(job: dict[str, Any]) -> list[str]:
    """Return what a job on GitHub types, line by line."""
    typed = [step["run"].splitlines() for step in job["steps"] if "run" in step]
    return [line for lines in typed for line in lines]


def pipeline(project: Path) -> dict[str, Any]:
    """Return what GitLab does."""
    content: dict[str, Any] = yaml.safe_load((project / ".gitlab-ci.yml").read_text())
    return content


def used_servers(project: Path) -> list[str]:
    """Return the servers that a service looks for, as its settings say."""
    settings = (project / ".env.example").read_text()
    return [
        server
        for port, server in SERVERS.items()
        if re.search(rf"^\w+=.*127\.0\.0\.1:{port}/", settings, re.MULTILINE)
    ]


def test_they_are_safe(on_github: Path) -> None:
    folder = on_github / ".github"
    paths = [str(path) for path in sorted((folder / "workflows").iterdir())]
    tool("zizmor", "--offline", "--quiet", "--no-progress", *paths, str(folder / "dependabot.yml"))


def test_jobs_may_read_and_a_few_more(on_github: Path) -> None:
    """None goes on for ever, and none leaves its token behind."""
    for workflow, name, job in jobs(on_github):
        assert read(on_github, workflow)["permissions"] == {}
        assert read(on_github, workflow)["concurrency"]["group"]
        assert 0 < job["timeout-minutes"] <= 30
        written = {right for right, how in job["permissions"].items() if how == "write"}
        assert written == MORE_RIGHTS.get((workflow, name), set()), (workflow, name)
        for step in job["steps"]:
            if step.get("uses", "").startswith("actions/checkout@"):
                assert step["with"]["persist-credentials"] is False


def test_each_action_is_the_same_commit_everywhere(on_github: Path) -> None:
    """And the same as in the workflows of this repository."""
    used: dict[str, set[str]] = {}
    ours = (ROOT / ".github" / "workflows").iterdir()
    for path in (*(on_github / ".github" / "workflows").iterdir(), *ours):
        for action, commit in re.findall(r"uses: (\S+)@(.*)", path.read_text()):
            assert re.fullmatch(r"[0-9a-f]{40} # v\d+\.\d+\.\d+", commit), action
            used.setdefault(action, set()).add(commit)
    assert {action: commits for action, commits in used.items() if len(commits) > 1} == {}


def test_the_image_is_pushed_from_main_and_tags_only(on_github: Path, answers: Answers) -> None:
    path = on_github / ".github" / "workflows" / "image.yml"
    assert path.exists() is (answers["container"] == "docker")
    if path.exists():
        publish = read(on_github, "image.yml")["jobs"]["publish"]
        assert publish["if"] == "github.event_name == 'push'"
        [build] = [step["with"] for step in publish["steps"] if step.get("id") == "build"]
        assert build["push"] is True
        assert build["sbom"] is True
        assert build["provenance"] == "mode=max"


def test_tests_find_their_server_where_the_settings_look_for_it(
    on_github: Path, on_gitlab: Path
) -> None:
    """A server that the service does not use is not started."""
    used = used_servers(on_github)
    services = read(on_github, "ci.yml")["jobs"]["test"].get("services", {})
    ports = [port for service in services.values() for port in service["ports"]]
    assert ports == [f"127.0.0.1:{port}:{port}" for port in SERVERS if SERVERS[port] in used]

    job = pipeline(on_gitlab)["test"]
    started = [service["name"].partition(":")[0] for service in job.get("services", [])]
    assert started == used
    addresses = " ".join(job["variables"].values())
    for port, server in SERVERS.items():
        assert (f"{server}:{port}/" in addresses) is (server in used)


def test_everything_is_checked(on_github: Path, on_gitlab: Path, answers: Answers) -> None:
    """By targets of the Makefile, in the same order on both hosts."""
    tests = ["make setup", "make test", "make coverage"]
    migrations = [] if answers["database"] == "none" else MIGRATIONS
    ours = {name: commands(job) for _, name, job in jobs(on_github)}
    assert [line for line in ours["check"] if line != "make setup"] == list(CHECKED)
    assert ours["secrets"] == ["make secrets"]
    assert ours["dependencies"] == ["make audit"]
    assert [line.partition(" >>")[0] for line in ours["test"]] == tests + migrations

    theirs = pipeline(on_gitlab)
    assert [line for line in theirs["check"]["script"] if line != "make setup"] == list(CHECKED)
    assert theirs["secrets"]["script"] == ["make secrets"]
    assert theirs["audit"]["script"] == ["make audit"]
    assert theirs["test"]["script"] == tests[:2] + migrations
    assert theirs["test"]["after_script"] == tests[2:]
    assert ("build" in theirs) is (answers["container"] == "docker")


@pytest.mark.parametrize("oldest", PYTHONS)
def test_tests_run_on_each_python_from_the_oldest(
    rendered: Callable[[Answers], Path], oldest: str
) -> None:
    expected = PYTHONS[PYTHONS.index(oldest) :]
    project = rendered({"preset": "minimal", "python_version": oldest, "ci": "github"})
    assert read(project, "ci.yml")["jobs"]["test"]["strategy"]["matrix"]["python"] == expected
    project = rendered({"preset": "minimal", "python_version": oldest, "ci": "gitlab"})
    [matrix] = pipeline(project)["test"]["parallel"]["matrix"]
    assert matrix["PYTHON"] == expected


def test_the_coverage_is_read_where_pytest_writes_it(rendered: Callable[[Answers], Path]) -> None:
    """GitLab looks at each line."""
    project = rendered({"preset": "minimal", "ci": "gitlab"})
    pattern = pipeline(project)["test"]["coverage"].strip("/")
    said = "TOTAL                 1934     41    312     20    97%"
    found = re.search(pattern, said)
    assert found
    assert found[1] == "97"


@pytest.mark.parametrize("ci", ["github", "gitlab"])
@pytest.mark.parametrize("email", ["", "team@example.com"])
def test_the_owner_is_asked_to_review(
    rendered: Callable[[Answers], Path], ci: str, email: str
) -> None:
    """Once there is an address; until then a comment shows how."""
    lines = (
        (rendered({"preset": "minimal", "ci": ci, "email": email}) / f".{ci}" / "CODEOWNERS")
        .read_text()
        .splitlines()
    )
    assert [line for line in lines if not line.startswith("#")] == ([f"* {email}"] if email else [])
