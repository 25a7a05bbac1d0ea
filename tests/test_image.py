"""The image of a service holds what the service needs, and runs as compose.prod.yaml runs it.

There need not be a container engine: the stages of the Dockerfile are done in plain folders.
"""

import os
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests import interpreters
from tests.generate import TemplateRepository, generate
from tests.image import Image
from tests.service import Process, Service, free_port
from tests.services import REDIS, SERVERS

pytestmark = pytest.mark.live

MEBIBYTES = 120
"""What the packages and the code of `production` may take."""

UID = 10001


@pytest.fixture
def service(template: TemplateRepository, tmp_path: Path, testrun_uid: str) -> Iterator[Service]:
    """A service with everything that `production` has, with an empty database."""
    run = f"image_{testrun_uid[:8]}"
    found = Service(tmp_path / "service", {"preset": "production"})
    found.reach_its_servers(run)
    generate(template.root, found.root, found.answers)
    SERVERS["postgresql"].create(run)
    try:
        found.run("uv", "lock", "--quiet")
        yield found
    finally:
        SERVERS["postgresql"].drop([run])
        REDIS.remove(f"{run}:")


@pytest.fixture
def image(service: Service) -> Iterator[Image]:
    """Its image, in a folder that every user may read and, once it is made, nobody write to."""
    folder = Path(tempfile.mkdtemp(prefix="keelson-image-"))
    folder.chmod(0o755)
    try:
        made = Image(service.root, folder, python(), VERSION="1.2.3", REVISION="4f5e6d7")
        subprocess.run(["chmod", "-R", "a-w,a+rX", made.final.root], check=True)
        yield made
    finally:
        subprocess.run(["chmod", "-R", "u+w", folder], check=True)
        shutil.rmtree(folder)


@cache
def python() -> str:
    """Return the newest Python here that the user of the image may run, or else that we may."""
    ours = interpreters.installed()
    for minor in reversed(ours):
        for path in (ours[minor], f"/usr/bin/python{minor}"):
            if os.geteuid() == 0 and _is_for_everybody(path):
                return path
    return list(ours.values())[-1]


def as_its_user() -> dict[str, Any]:
    """Return what makes a process that of the image's user, where that can be."""
    if os.geteuid() or not _is_for_everybody(python()):
        return {}
    return {"user": UID, "group": UID, "extra_groups": []}


def _is_for_everybody(path: str) -> bool:
    """Say whether everybody may run a program, through all folders and links that lead to it."""
    if not Path(path).exists():
        return False
    real = Path(path).resolve()
    return all(place.stat().st_mode & 0o001 for place in (real, *real.parents))


def test_a_service_with_everything_runs_from_its_image(
    service: Service, image: Image, tmp_path: Path, subtests: pytest.Subtests
) -> None:
    """One test, so that the image is made once, however many processes run tests."""
    for check in (holds_nothing_else, is_compiled, is_small, has_time_to_stop):
        with subtests.test(check.__name__):
            check(service, image)
    with subtests.test("runs"):
        runs_as_in_production_and_stops_when_told(service, image, tmp_path / "service.log")


def holds_nothing_else(_service: Service, image: Image) -> None:
    """Neither tests nor secrets, no package that only development needs, and no uv."""
    final = image.final
    root = final.path(".")
    assert {path.name for path in root.iterdir()} == {
        ".venv",
        "app",
        "migrations",
        "pyproject.toml",
    }
    assert not list(root.glob(".venv/lib/*/site-packages/pytest"))
    assert not final.path("/usr/local/bin/uv").exists()
    assert final.labels["org.opencontainers.image.version"] == "1.2.3"
    assert final.labels["org.opencontainers.image.revision"] == "4f5e6d7"
    assert (final.user, final.ports) == (f"{UID}:{UID}", [8000])


def is_compiled(_service: Service, image: Image) -> None:
    root = image.final.path(".")
    (packages,) = root.glob(".venv/lib/*/site-packages")
    for folder in (root / "app", packages / "fastapi", packages / "sqlalchemy"):
        for source in folder.rglob("*.py"):
            if "migrations" not in source.parts:
                assert list(source.parent.glob(f"__pycache__/{source.stem}.*.pyc")), source


def is_small(_service: Service, image: Image) -> None:
    files = [path for path in image.final.path(".").rglob("*") if path.is_file()]
    size = sum(path.lstat().st_size for path in files) / 2**20
    assert size <= MEBIBYTES, f"{size:.1f} MiB"


def runs_as_in_production_and_stops_when_told(service: Service, image: Image, log: Path) -> None:
    """Migrated first, by its user, on files that cannot be written, with two processes."""
    final = image.final
    port = free_port()
    compose = yaml.safe_load((service.root / "compose.prod.yaml").read_text())["services"]
    filled_in = {"DOMAIN": "api.example.com", "AUTH_SECRET_KEY": secrets.token_hex(32)}
    given = {
        name: re.sub(r"\$\{(\w+)[^}]*\}", lambda found: filled_in.get(found[1], ""), value)
        for name, value in compose["app"]["environment"].items()
    }
    # There are no other containers, and not only this test may need a port.
    here = {"APP_PORT": str(port), "APP_WORKERS": "2", "APP_SHUTDOWN_DELAY": "0.2"}
    variables = final.environment({**given, **service.variables, **here})
    options = {**as_its_user(), "cwd": final.path("."), "env": variables}

    before = files(final.root)
    away = subprocess.run(final.health, check=False, capture_output=True, text=True, **options)
    assert (away.returncode, away.stderr[:10]) == (1, "No answer:")
    migrated = subprocess.run(
        compose["migrate"]["command"], check=False, capture_output=True, text=True, **options
    )
    assert migrated.returncode == 0, migrated.stderr

    with log.open("wb") as output:
        running = subprocess.Popen(
            final.command, stdout=output, stderr=output, start_new_session=True, **options
        )
    process = Process(running, f"http://127.0.0.1:{port}", log)
    try:
        process.wait_until_ready()
        asked = subprocess.run(final.health, check=False, capture_output=True, text=True, **options)
        assert asked.returncode == 0, asked.stderr
        running.send_signal(signal.SIGTERM)
        assert running.wait(timeout=30) == 0
    finally:
        process.stop()
    assert '"version":"1.2.3"' in log.read_text()
    assert files(final.root) == before


def files(root: Path) -> dict[str, tuple[int, float]]:
    """Return every file with its size and when it was written last."""
    return {str(path): (path.lstat().st_size, path.lstat().st_mtime) for path in root.rglob("*")}


def has_time_to_stop(service: Service, _image: Image) -> None:
    """More than the delay and what requests get to finish, as the service has them by itself."""
    compose = yaml.safe_load((service.root / "compose.prod.yaml").read_text())["services"]
    said = (service.root / ".env.example").read_text()
    graceful = re.search(r"^# APP_GRACEFUL_TIMEOUT=(\d+)$", said, re.MULTILINE)
    assert graceful
    assert "Without a choice, 5 in staging and production" in " ".join(said.split("# "))
    seconds = int(compose["app"]["stop_grace_period"].removesuffix("s"))
    assert seconds > int(graceful[1]) + 5
