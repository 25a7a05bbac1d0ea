"""`make new`, as the README says it: from a fresh clone to a service that answers."""

import subprocess
from pathlib import Path

import httpx2
import pytest

from tests import environment
from tests.generate import TemplateRepository, git, recorded
from tests.service import Service, free_port

pytestmark = pytest.mark.live


@pytest.fixture(scope="module")
def clone(template: TemplateRepository, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What somebody has after `git clone`."""
    return template.clone(tmp_path_factory.mktemp("clone") / "keelson").root


def make_new(clone: Path, destination: Path, data: str = "", *, succeeds: bool = True) -> str:
    """Run `make new` without a terminal and return what it says."""
    done = subprocess.run(
        ["make", "new", f"DEST={destination}", f"DATA={data}"],
        check=False,
        cwd=clone,
        env=environment.clean(**environment.GIT_IDENTITY),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    assert (done.returncode == 0) is succeeds, done.stdout
    assert "Traceback" not in done.stdout
    return done.stdout


def test_the_defaults_give_a_service_that_answers_and_shows_its_documentation(
    clone: Path, tmp_path: Path
) -> None:
    """`make new`, then `make dev`."""
    folder = tmp_path / "some where" / "orders"
    said = make_new(clone, folder)
    assert "make dev" in said
    assert recorded(folder)["preset"] == "starter"
    assert git(clone, "status", "--porcelain") == ""

    service = Service(folder, {})
    port = free_port()
    command = ("make", "dev", f"PORT={port}")
    with service.started(command, f"http://127.0.0.1:{port}", tmp_path / "dev.log") as process:
        assert httpx2.get(f"{process.url}/health").status_code == 200
        assert httpx2.get(f"{process.url}/openapi.json").status_code == 200
        page = httpx2.get(f"{process.url}/docs")
        assert page.status_code == 200
        assert "My Service" in page.text


def test_data_answers_questions(clone: Path, tmp_path: Path) -> None:
    """With quotes around a text of several words."""
    data = "preset=minimal project_name='Order Desk' python_version=3.11 license=Apache-2.0"
    make_new(clone, tmp_path / "desk", data)
    answers = recorded(tmp_path / "desk")
    assert answers["project_name"] == "Order Desk"
    assert answers["project_slug"] == "order-desk"
    assert answers["license"] == "Apache-2.0"
    assert answers["database"] == "none"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("databse=postgresql", "databse"),
        ("has_database=false", "has_database"),
        ("database", "question=answer"),
        ("database=oracle", "oracle"),
        ("database=none auth=jwt", "needs a database"),
        ("project_slug=fastapi", "fastapi"),
        ("project_name='", "DATA"),
        ("example=perhaps", "perhaps"),
    ],
)
def test_wrong_data_is_refused_with_a_reason_and_nothing_is_left(
    clone: Path, tmp_path: Path, data: str, reason: str
) -> None:
    """Copier itself would ignore some, and end with a traceback for others."""
    said = make_new(clone, tmp_path / "service", data, succeeds=False)
    assert reason in said
    assert not (tmp_path / "service").exists()


def test_a_folder_with_something_in_it_is_left_alone(clone: Path, tmp_path: Path) -> None:
    """Neither overwritten nor mixed with."""
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "README.md").write_text("Mine.\n")
    assert "is there already" in make_new(clone, folder, succeeds=False)
    assert [path.name for path in folder.iterdir()] == ["README.md"]


def test_the_service_can_be_updated_from_where_it_came(clone: Path, tmp_path: Path) -> None:
    """What is recorded is an address and a commit that Copier finds again."""
    folder = tmp_path / "service"
    make_new(clone, folder, "preset=minimal")
    assert Path(recorded(folder)["_src_path"]).is_absolute()
    assert recorded(folder)["_commit"] == "v0.1.0"
