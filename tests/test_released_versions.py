"""A service of any version that was ever released takes the working tree as an update."""

from pathlib import Path

import pytest

from tests import owner
from tests.conftest import once
from tests.generate import (
    Answers,
    TemplateRepository,
    generate,
    git,
    questions,
    recorded,
    update,
)
from tests.matrix.test_change import contents
from tests.releases import (
    ReleaseMissing,
    clone_as_of,
    commit_of,
    fetch_the_rest,
    following,
    rebuild,
    released,
)
from tests.service import generated
from tests.test_update import assert_its_checks_pass, work_as_its_owner

RELEASED = released()
FIRST_COMMIT = "HEAD^{/^Generate the service}"

ANSWERS: dict[str, Answers] = {
    "starter": {},
    "api": {"preset": "api"},
    "production on mysql": {"preset": "production", "database": "mysql"},
    "minimal": {"preset": "minimal"},
    "open": {"auth": "none", "python_version": "3.13", "project_name": "Order Desk"},
}
"""What services answered that are updated, by a name for each."""


@pytest.fixture(scope="session")
def history(shared: Path) -> TemplateRepository:
    """Every released version, and the working tree as the newest. Not to be changed."""
    return TemplateRepository(once(shared / "history", rebuild))


@pytest.mark.parametrize("answers", ANSWERS.values(), ids=ANSWERS)
@pytest.mark.parametrize("version", RELEASED)
def test_an_untouched_service_becomes_what_is_generated_now(
    history: TemplateRepository, tmp_path: Path, version: str, answers: Answers
) -> None:
    """File by file, with modes, directories and answers; without trust, without a conflict.

    It is given the answers of then: what is asked since takes the default in both.
    """
    template = clone_as_of(version, history, tmp_path / "keelson")
    service = generate(template.root, tmp_path / "service", answers)
    was = recorded(service)
    assert was["_commit"] == f"v{version}"
    owner.start_repository(service)

    fetch_the_rest(template)
    update(service)
    now = recorded(service)
    assert now["_commit"] == f"v{following(RELEASED)}"
    assert git(service, "ls-files", "--unmerged") == ""
    given = {name: was[name] for name in questions(template.root) if name in was}
    assert now.items() >= given.items()
    assert contents(service) == contents(generate(template.root, tmp_path / "new", given))


@pytest.mark.live
def test_the_work_of_an_owner_since_the_oldest_version_goes_on(
    history: TemplateRepository, tmp_path: Path, testrun_uid: str
) -> None:
    """With a module, migrations, dependencies and data of their own, and every check passes."""
    template = clone_as_of(RELEASED[0], history, tmp_path / "keelson")
    run = f"released-{testrun_uid[:8]}"
    answers = {"preset": "api", "project_slug": run}
    folder = tmp_path / "service"
    with generated(template.root, folder, answers, run.replace("-", "_")) as service:
        work_as_its_owner(service)
        written, wrote = files_since_the_start(folder), lines_since_the_start(folder)
        assert "app/orders/models.py" in written
        assert "    orders,\n" in wrote["app/wiring.py"]

        fetch_the_rest(template)
        update(folder)
        assert recorded(folder)["_commit"] == f"v{following(RELEASED)}"
        assert not list(folder.rglob("*.rej"))
        assert git(folder, "ls-files", "--unmerged") == ""
        for name, text in written.items():
            assert (folder / name).read_text() == text, name
        for name, lines in wrote.items():
            now = (folder / name).read_text().splitlines(keepends=True)
            assert [line for line in lines if line not in now] == [], name
        assert_its_checks_pass(service)


def files_since_the_start(service: Path) -> dict[str, str]:
    """Return the text of the files that are new since the first commit, by path."""
    names = git(service, "diff", "--name-only", "--diff-filter=A", FIRST_COMMIT, "HEAD").split()
    return {name: (service / name).read_text() for name in names}


def lines_since_the_start(service: Path) -> dict[str, list[str]]:
    """Return what has been added to files of ours since the first commit, by path."""
    names = git(service, "diff", "--name-only", "--diff-filter=M", FIRST_COMMIT, "HEAD").split()
    was = {name: git(service, "show", f"{FIRST_COMMIT}:{name}").splitlines() for name in names}
    return {
        name: [
            line
            for line in (service / name).read_text().splitlines(keepends=True)
            if line.rstrip("\n") not in was[name]
        ]
        for name in names
        if name != "uv.lock"  # locked again after the update
    }


def test_something_was_released() -> None:
    """Otherwise nothing above would be tested."""
    assert "0.1.0" in RELEASED


@pytest.fixture
def clone(tmp_path: Path) -> TemplateRepository:
    """A clone of a repository with two releases, one of which lost its tag."""
    origin = TemplateRepository(tmp_path / "origin")
    origin.root.mkdir()
    origin.git("init", "--quiet", "--initial-branch=main")
    older = ""
    for version in ("0.9.0", "0.10.0"):
        older = f"## [{version}] - 2020-02-02\n\n- Something.\n\n{older}"
        (origin.root / "CHANGELOG.md").write_text(f"# Changelog\n\n## [Unreleased]\n\n{older}")
        origin.release(version)
        (origin.root / "later.txt").write_text(version)
        origin.git("add", "--all")
        origin.git("commit", "--quiet", "--message", f"Go on after {version}")
    origin.git("tag", "vague")
    origin.git("tag", "--delete", "v0.9.0")
    return origin.clone(tmp_path / "clone")


def test_a_release_is_found_by_its_tag_or_else_by_the_changelog(
    clone: TemplateRepository,
) -> None:
    """In the order of versions, not of letters."""
    assert released(clone.root) == ("0.9.0", "0.10.0")
    subjects = [
        clone.git("log", "-1", "--format=%s", commit_of(version, clone.root)).strip()
        for version in released(clone.root)
    ]
    assert subjects == ["Release 0.9.0", "Release 0.10.0"]


def test_releases_are_rebuilt_without_any_tag(clone: TemplateRepository, tmp_path: Path) -> None:
    """With the working tree on top, of which nothing is committed yet."""
    clone.git("tag", "--delete", "v0.10.0")
    (clone.root / "new.txt").write_text("Not committed.\n")
    (clone.root / "later.txt").unlink()
    rebuilt = TemplateRepository(tmp_path / "rebuilt")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tests.generate.ROOT", clone.root)
        rebuild(rebuilt.root, clone.root)
    assert rebuilt.git("tag", "--list").split() == ["v0.10.0", "v0.11.0", "v0.9.0"]
    assert rebuilt.git("show", "--format=%s", "--no-patch", "v0.9.0").strip() == "Release 0.9.0"
    files = {
        v: set(rebuilt.git("ls-tree", "--name-only", v).split()) for v in ("v0.9.0", "v0.11.0")
    }
    assert files == {"v0.9.0": {"CHANGELOG.md"}, "v0.11.0": {"CHANGELOG.md", "new.txt"}}


def test_a_shallow_clone_is_told_how_to_get_what_it_lacks(
    clone: TemplateRepository, tmp_path: Path
) -> None:
    """Its first commit is not taken for a release, although it adds every line."""
    shallow = tmp_path / "shallow"
    options = ("--quiet", "--depth=1", "--no-tags")
    git(tmp_path, "clone", *options, f"file://{clone.root}", str(shallow))
    with pytest.raises(ReleaseMissing, match="Type: git fetch --unshallow --tags"):
        commit_of("0.9.0", shallow)


def test_a_release_that_nothing_is_known_of_is_missed(clone: TemplateRepository) -> None:
    """As when its commit was rewritten and the tag is elsewhere."""
    with pytest.raises(ReleaseMissing, match=r"calls 0\.8\.0 released.*Type: git fetch --tags"):
        commit_of("0.8.0", clone.root)
