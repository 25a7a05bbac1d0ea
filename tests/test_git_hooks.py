"""Git refuses in a service what does not belong there, and says why; the rest passes.

One service, prepared as its owner does, stands for all: each row of `test_live.py` runs the
same hooks on all of its files.
"""

import json
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from tests import environment
from tests.generate import TemplateRepository, git
from tests.service import Service, generated

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("git-hooks")]

TOKEN = "ghp_" + "Ab3" * 12
KEY = "-----BEGIN OPENSSH " + "PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAABG5vbmUA\n"

REFUSED = {
    "form": ({"app/new.py": '"""New."""\nx  =  1\n'}, "Add it", "make format"),
    "mistake": ({"app/new.py": '"""New."""\n\nimport os\n'}, "Add it", "`os` imported but unused"),
    "spelling": ({"notes.md": "We recieve it.\n"}, "Add it", "`recieve` should be `receive`"),
    "key": ({"key.txt": KEY}, "Add it", "Private key found: key.txt"),
    "token": ({"notes.md": f"{TOKEN}\n"}, "Add it", "no token of AWS, GitHub"),
    "settings": ({".env": "A=1\n"}, "Add it", "no secrets in .env"),
    "marker": ({"notes.md": "<<<<<<< before updating\n"}, "Add it", "no markers of a conflict"),
    "reject": ({"app/new.py.rej": "@@\n"}, "Add it", "nothing that a merge leaves behind"),
    "large": ({"large.bin": "a " * 600_000}, "Add it", "no new file of more than 1 MB"),
    "small letter": ({"notes.md": "Good.\n"}, "add it", "message: a capital first"),
    "full stop": ({"notes.md": "Good.\n"}, "Add it.", "message: a capital first"),
    "long": ({"notes.md": "Good.\n"}, "A" * 73, "at most 72 characters"),
    "no blank line": ({"notes.md": "Good.\n"}, "Add it\nbecause", "then a blank line"),
}
"""Files, a message, and what is said about one of them."""


@pytest.fixture(scope="module")
def service(
    template: TemplateRepository, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Service]:
    """A small service, as `make setup` leaves it."""
    folder = tmp_path_factory.mktemp("hooks") / "service"
    with generated(template.root, folder, {"preset": "minimal"}, "hooks") as prepared:
        yield prepared


def commit(service: Service, files: dict[str, str], message: str) -> tuple[int, str]:
    """Commit files like their owner; return the exit status and what is said."""
    for name, text in files.items():
        (service.root / name).write_text(text)
    git(service.root, "add", "--force", *files)
    done = subprocess.run(
        ("git", "commit", "--message", message),
        cwd=service.root,
        env=environment.clean(**service.variables),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.fixture
def start(service: Service) -> Iterator[str]:
    """The commit that a test starts from, and that it all ends at again."""
    settings = (service.root / ".env").read_text()
    commit = git(service.root, "rev-parse", "HEAD").strip()
    yield commit
    git(service.root, "reset", "--quiet", "--hard", commit)
    (service.root / ".env").write_text(settings)


@pytest.mark.parametrize("name", REFUSED)
def test_what_does_not_belong_there_is_refused(service: Service, start: str, name: str) -> None:
    """With a line that says what is wrong."""
    files, message, line = REFUSED[name]
    status, said = commit(service, files, message)
    assert status != 0, said
    assert line in said
    assert said.count("Failed\n") == 1, said
    assert git(service.root, "rev-parse", "HEAD").strip() == start


def test_a_good_commit_passes_in_silence(service: Service, start: str) -> None:
    """And can be pushed, unless its types are wrong."""
    server = service.root.with_name("server.git")
    git(service.root, "init", "--quiet", "--bare", str(server))
    good = {"app/new.py": '"""New."""\n\nANSWER: int = 42\n', "notes.md": "Good.\n"}
    status, said = commit(service, good, "Add the answer\n\nIt was asked for.")
    assert status == 0, said
    assert "Failed" not in said
    assert "Passed" not in said
    service.run("git", "push", "--quiet", str(server), "HEAD:main")

    wrong = {"app/new.py": '"""New."""\n\nANSWER: int = "42"\n'}
    assert commit(service, wrong, "Write it as text")[0] == 0
    said = service.run("git", "push", "--quiet", str(server), "HEAD:main", status=1)
    assert "Incompatible types in assignment" in said


def test_a_lock_file_that_does_not_fit_is_refused(service: Service, start: str) -> None:
    path = service.root / "pyproject.toml"
    text = path.read_text().replace('    # core\n    "fastapi', '    "tzdata",\n    "fastapi', 1)
    status, said = commit(service, {"pyproject.toml": text}, "Need time zones")
    assert status != 0
    assert "uv.lock fits pyproject.toml, else `uv lock`" in said
    service.run("uv", "lock", "--quiet")
    status, said = commit(service, {"pyproject.toml": text, "uv.lock": _lock(service)}, "Need it")
    assert status == 0, said


def test_every_file_of_a_fresh_service_passes(service: Service) -> None:
    service.make("hooks")


def test_hooks_that_somebody_keeps_elsewhere_are_left_alone(service: Service) -> None:
    git(service.root, "config", "core.hooksPath", "elsewhere")
    assert "left alone, since git looks for them in elsewhere" in service.make("setup")
    assert not (service.root / "elsewhere").exists()
    git(service.root, "config", "--unset", "core.hooksPath")


def test_secrets_are_found_in_the_history_as_well(service: Service, start: str) -> None:
    """Committed past the hooks, and removed again."""
    service.make("secrets")
    (service.root / "settings.py").write_text(f'TOKEN = "{_fresh_token()}"\n')
    git(service.root, "add", "settings.py")
    service.run("git", "commit", "--quiet", "--no-verify", "--message", "Leak")
    service.run("git", "rm", "--quiet", "settings.py")
    service.run("git", "commit", "--quiet", "--no-verify", "--message", "Hide")
    said = service.run("make", "secrets", status=2)
    assert "settings.py" in said
    assert "GITHUB-PAT" in said.upper()


def test_known_weaknesses_of_dependencies_are_found(service: Service) -> None:
    """Asked of a server that knows one of idna, or of none; here none can be reached besides."""
    weakness = {
        "id": "PYSEC-2099-1",
        "modified": "2099-01-01T00:00:00Z",
        "details": "It is weak.",
        "affected": [
            {
                "package": {"name": "idna", "ecosystem": "PyPI"},
                "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}]}],
            }
        ],
    }
    with knowing({}) as asked:
        service.make("audit", variables=asked)
    with knowing({"idna": weakness}) as asked:
        said = service.run("make", "audit", status=2, variables=asked)
        assert "PYSEC-2099-1" in said
        service.make("audit", "IGNORED_WEAKNESSES=PYSEC-2099-1", variables=asked)


@contextmanager
def knowing(weaknesses: dict[str, Any]) -> Iterator[dict[str, str]]:
    """Serve what is known of packages as osv.dev does; yield what makes pip-audit ask there."""

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            known = weaknesses.get(asked["package"]["name"])
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps({"vulns": [known]} if known else {}).encode())

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}/v1/query"
        yield {
            "PIP_AUDIT_VULNERABILITY_SERVICE": "osv",
            "PIP_AUDIT_OSV_URL": url,
            "NO_PROXY": "127.0.0.1",
            "no_proxy": "127.0.0.1",
        }
        server.shutdown()


def _lock(service: Service) -> str:
    return (service.root / "uv.lock").read_text()


def _fresh_token() -> str:
    """Return what looks like a token; in this file it would be found itself."""
    return "ghp_" + "wWPw5k4aXcaT4fNP0UcnZwJUVFk6LO0pINUx"
