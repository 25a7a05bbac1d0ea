"""Every service comes to life: installed, checked, migrated, tested, deployed and called."""

import json
import os
import re
import secrets
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests import interpreters
from tests.generate import TemplateRepository, git, questions
from tests.matrix.render import Renderer
from tests.matrix.rows import VARIABLE, asked_for
from tests.matrix.suites import shared_out, shown
from tests.service import Process, Service, free_port, generated
from tests.test_text_answers import TEXTS
from tests.variants import SPACE, chosen

pytestmark = pytest.mark.live

ROWS = dict(
    sorted(
        asked_for(SPACE).items(),
        key=lambda row: sum(chosen(row[1])[flag] for flag in SPACE.flags),
        reverse=True,
    )
)
"""The longest first, so that those who run them side by side end at about the same time."""

MEASURED = {next(iter(ROWS)), next(reversed(ROWS))}
"""The rows whose coverage is measured: the one with most in it and the one with least."""

PASSWORD = secrets.token_urlsafe(24)

DEPLOYED = {
    "APP_ENVIRONMENT": "production",
    "APP_ALLOWED_HOSTS": "127.0.0.1",
    "APP_TRUSTED_PROXIES": "1",
    "APP_SHUTDOWN_DELAY": "0.2",
    # More than anybody sends but schemathesis.
    **dict.fromkeys(
        (f"RATE_LIMIT_{name}" for name in ("DEFAULT", "SIGN_IN", "REGISTRATION", "REFRESH")),
        "1000000/minute",
    ),
}
"""What an operator sets, beside what `.env` holds already."""

THROUGH_A_PROXY = {"X-Forwarded-For": "203.0.113.7", "X-Forwarded-Proto": "https"}

CHECKS = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "ignored_auth",
)
"""What schemathesis looks at in each answer."""

UNAVOIDABLE = ("400", "405", "413", "415")
"""What HTTP itself is answered with: a bad header, method, size or type of body."""

PEOPLE = ("oauth2", "openIdConnect")
"""The kinds of security schemes by which people sign in."""


def rows(*flags: str, without: str = "") -> pytest.MarkDecorator:
    """Run a test for each row that has all of these computed flags, and has not the other."""
    names = [
        name
        for name, answers in ROWS.items()
        if all(chosen(answers)[flag] for flag in flags) and not chosen(answers).get(without)
    ]
    # With ids, as pytest would number long names: each row has one, by which it stays together.
    return pytest.mark.parametrize("service", names, ids=names, indirect=True, scope="module")


def python_of(row: str) -> str:
    """Return the version of Python that a row runs on: they take turns."""
    pythons = list(interpreters.installed())
    return pythons[list(ROWS).index(row) % len(pythons)]


@cache
def left_to_others() -> dict[str, list[str]]:
    """Return which folders of its own tests each row need not run, as other rows do.

    None where a row is asked for by its name, or every triple.
    """
    if VARIABLE in os.environ:
        return {row: [] for row in ROWS}
    renderer = Renderer(SPACE)
    # Of rows that show as much, the one with least in it: its tests are the quickest.
    shows = {row: shown(renderer, ROWS[row], python_of(row)) for row in reversed(ROWS)}
    chosen = shared_out(shows, MEASURED)
    return {row: sorted(shows[row].keys() - chosen[row]) for row in ROWS}


@pytest.fixture(scope="module")
def service(
    request: pytest.FixtureRequest,
    template: TemplateRepository,
    tmp_path_factory: pytest.TempPathFactory,
    testrun_uid: str,
) -> Iterator[Service]:
    """A service that was generated and prepared, on one of the Pythons of this machine."""
    minor = python_of(request.param)
    run = f"row-{list(ROWS).index(request.param)}-{testrun_uid[:8]}"
    answers = {**ROWS[request.param], "project_slug": run, "python_version": minor}
    caches = tmp_path_factory.getbasetemp()
    with generated(
        template.root,
        tmp_path_factory.mktemp("row") / "service",
        answers,
        run.replace("-", "_"),
        {
            "UV_PYTHON": interpreters.installed()[minor],
            "MYPY_CACHE_DIR": str(caches / f"mypy-{minor}"),
        },
    ) as prepared:
        yield prepared


@pytest.fixture(scope="module")
def issuer(service: Service, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where the provider is whose tokens the service takes: that of its own tests."""
    if not chosen(service.answers)["has_oidc"]:
        yield ""
        return
    port = free_port()
    command = (".venv/bin/python", "-m", "tests.oidc.issuer", str(port))
    log = tmp_path_factory.mktemp("issuer") / "issuer.log"
    with service.started(command, f"http://127.0.0.1:{port}", log) as process:
        yield process.url


@pytest.fixture(scope="module")
def deployed(
    service: Service, issuer: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Process]:
    """The service as it runs in production, with an administrator where it has people."""
    is_on = chosen(service.answers)
    if is_on["has_database"]:
        service.app("database", "create")
        service.make("migrate")
    if is_on["has_jwt"]:
        about = ("--email", "admin@example.com", "--username", "admin", "--password-stdin")
        service.app("admin", "create", *about, typed=f"{PASSWORD}\n")
    log = tmp_path_factory.mktemp("log") / "service.log"
    with service.running(log, {**DEPLOYED, **(trusting(issuer) if issuer else {})}) as process:
        yield process


@rows()
def test_the_first_commit_holds_everything_but_secrets(service: Service) -> None:
    """The lock file is in it, and nothing is left over."""
    assert len(git(service.root, "log", "--format=%s").splitlines()) == 1
    assert git(service.root, "status", "--porcelain") == ""
    tracked = git(service.root, "ls-files").splitlines()
    assert "uv.lock" in tracked
    assert ".env" not in tracked


@rows()
def test_no_package_that_is_installed_could_be_its_own_name(service: Service) -> None:
    """Since uv would take the service for the package."""
    locked = tomllib.loads((service.root / "uv.lock").read_text())["package"]
    names = {package["name"] for package in locked} - {service.answers["project_slug"]}
    assert names <= set(questions()["refused_slugs"]["default"])


@rows()
def test_its_code_is_formatted_linted_and_typed(service: Service) -> None:
    """By its own targets, untouched; and git would let each file pass."""
    service.make("lint")
    service.make("types")
    service.make("hooks")


@rows()
def test_it_declares_the_packages_that_it_uses_and_no_others(service: Service) -> None:
    """Checked with deptry in its own environment."""
    with_others = "starlette|pydantic_core"  # come with FastAPI and Pydantic, as fits them
    by_others = "aiosqlite|asyncpg|asyncmy|python-multipart|email-validator"  # call on these
    ignored = f"DEP003={with_others},DEP002={by_others}"
    deptry = ("uv", "run", "--quiet", "--no-sync", "--with", "deptry==0.25.1", "deptry")
    service.run(*deptry, "--no-ansi", "--per-rule-ignores", ignored, ".")


@rows("has_database")
def test_its_migrations_go_up_down_and_up_without_drift(service: Service) -> None:
    """On an empty database of its real server."""
    service.make("check-migrations")
    service.make("downgrade", "to=base")
    service.make("check-migrations")


@rows()
def test_its_own_tests_pass(service: Service, request: pytest.FixtureRequest) -> None:
    """On its real server, with warnings as errors, and where it is measured with the coverage."""
    row = request.node.callspec.params["service"]
    others = [f"--ignore=tests/{folder}" for folder in left_to_others()[row]]
    said = service.test(*others, measured=row in MEASURED)
    assert re.search(r"\b\d+ passed\b", said), said
    assert not re.search(r"\b(?:skipped|xfailed|warnings?)\b", said.splitlines()[-1]), said
    if row in MEASURED:
        assert re.search(r"^TOTAL\s.*\s\d+%", said, re.MULTILINE), said
        assert "**TOTAL**" in service.make("coverage")
        assert (service.root / "coverage.xml").read_text().startswith("<?xml")


@rows()
def test_it_refuses_to_be_deployed_with_dangerous_settings(service: Service) -> None:
    """All of them in one message, each with its mend, without a traceback."""
    dangerous = {
        "APP_ENVIRONMENT": "production",
        "APP_DEBUG": "true",
        "APP_CORS_ORIGINS": "*",
        "APP_CORS_CREDENTIALS": "true",
        "APP_ALLOWED_HOSTS": "*",
    }
    if chosen(service.answers)["has_jwt"]:
        dangerous["AUTH_SECRET_KEY"] = "change-me"
    if chosen(service.answers)["has_oidc"]:
        dangerous["OIDC_ISSUER"] = "http://login.example.com"
    said = service.app("run", status=1, variables=dangerous)
    for name in ("APP_DEBUG", "APP_CORS_ORIGINS", "APP_ALLOWED_HOSTS", *list(dangerous)[5:]):
        assert len(re.findall(rf"^  - {name}: .{{30}}", said, re.MULTILINE)) == 1, said
    assert "Traceback" not in said

    unreadable = service.app("run", status=1, variables={**DEPLOYED, "APP_PORT": "eighty"})
    assert re.search(r"^  - APP_PORT: ", unreadable, re.MULTILINE), unreadable
    assert "Traceback" not in unreadable


@rows()
def test_it_is_alive_and_ready_and_hides_what_is_not_for_everybody(deployed: Process) -> None:
    """Probes are answered; the documentation is off in production."""
    with httpx2.Client(base_url=deployed.url) as client:
        alive = client.get("/health", headers=THROUGH_A_PROXY)
        assert alive.status_code == 200
        assert alive.headers["X-Content-Type-Options"] == "nosniff"
        assert alive.headers["Strict-Transport-Security"]
        assert client.get("/ready").status_code == 200
        for path in ("/docs", "/openapi.json", "/redoc", "/nowhere"):
            answer = client.get(path, headers={"X-Request-ID": "from-the-test-1"})
            assert answer.status_code == 404
            assert answer.headers["Content-Type"] == "application/problem+json"
            assert answer.json()["request_id"] == "from-the-test-1"
        assert client.get("/health/detailed").status_code == 401


@rows(without="has_database")
def test_its_documentation_page_shows_any_name_as_it_is(service: Service, tmp_path: Path) -> None:
    """As text, which it is: nothing in it is taken for HTML."""
    names = [*filter(None, TEXTS.values()), "Tom &amp; Jerry", "</title><script>alert(1)"]
    pages = tmp_path / "pages.json"
    demanded = trusting("http://127.0.0.1:1") if chosen(service.answers)["has_oidc"] else {}
    show = (".venv/bin/python", "-c", SHOW_DOCS, str(pages))
    service.run(*show, typed=json.dumps(names), variables=demanded)
    shown = [(Page(page).title, Page(page).scripts) for page in json.loads(pages.read_text())]
    assert shown == [(name, 2) for name in names]


SHOW_DOCS = """
import asyncio, json, pathlib, sys
from httpx2 import ASGITransport, AsyncClient
from app.core.application import create_app
from app.core.settings import CoreSettings
from app.wiring import FEATURES

async def show(name):
    app = create_app(FEATURES, settings=[CoreSettings(name=name)], env_file=None)
    transport = ASGITransport(app=app)
    client = AsyncClient(transport=transport, base_url="http://testserver")
    async with app.router.lifespan_context(app), client:
        return (await client.get("/docs")).raise_for_status().text

pages = [asyncio.run(show(name)) for name in json.load(sys.stdin)]
pathlib.Path(sys.argv[1]).write_text(json.dumps(pages))
"""


class Page(HTMLParser):
    """Reads a page like a browser: its title, and how many scripts it would run."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.title = ""
        self.scripts = 0
        self._in_title = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: object) -> None:
        """Note what begins."""
        self._in_title = tag == "title"
        self.scripts += tag == "script"

    def handle_endtag(self, tag: str) -> None:
        """Note that the title ends."""
        self._in_title = self._in_title and tag != "title"

    def handle_data(self, data: str) -> None:
        """Note the text of the title."""
        if self._in_title:
            self.title += data


@rows("has_jwt")
def test_a_person_registers_signs_in_and_out(deployed: Process) -> None:
    """And a token that is used twice ends the session of whoever holds one."""
    with httpx2.Client(base_url=f"{deployed.url}/api/v1") as client:
        person = {
            "email": "Ada@Example.com",
            "username": "Ada",
            "password": PASSWORD,
            "terms_accepted": True,
        }
        registered = client.post("/auth/register", json=person)
        assert registered.status_code == 201, registered.text
        assert registered.json()["email"] == "ada@example.com"
        assert registered.json()["role"] == "user"
        assert client.post("/auth/register", json=person).status_code == 409
        greedy = client.post("/auth/register", json={**person, "role": "admin"})
        assert greedy.status_code == 422
        assert PASSWORD not in greedy.text

        wrong = client.post("/auth/login", data={"username": "ada", "password": "wrong"})
        nobody = client.post("/auth/login", data={"username": "nobody", "password": "wrong"})
        assert wrong.status_code == nobody.status_code == 401
        assert {**wrong.json(), "request_id": ""} == {**nobody.json(), "request_id": ""}

        tokens = sign_in(client, "ADA@example.com")
        me = client.get("/users/me", headers=bearer(tokens))
        assert me.status_code == 200
        assert me.json()["username"] == "ada"
        assert client.get("/users/me").status_code == 401
        assert client.get("/users", headers=bearer(tokens)).status_code == 403

        renewed = client.post("/auth/refresh", json={"refresh_token": tokens["refresh_token"]})
        assert renewed.status_code == 200
        assert client.get("/users/me", headers=bearer(renewed.json())).status_code == 200
        stolen = client.post("/auth/refresh", json={"refresh_token": tokens["refresh_token"]})
        assert stolen.status_code == 401
        assert client.get("/users/me", headers=bearer(renewed.json())).status_code == 401

        again = sign_in(client, "ada")
        assert client.post("/auth/logout", headers=bearer(again)).status_code == 204
        assert client.get("/users/me", headers=bearer(again)).status_code == 401


@rows("has_oidc")
def test_whom_the_provider_knows_gets_in_and_nobody_else(
    deployed: Process, service: Service, issuer: str
) -> None:
    """A person, an operator and a program, by their tokens; where it has people, as users."""
    with httpx2.Client(base_url=deployed.url) as client:
        detailed = "/health/detailed"
        assert client.get(detailed, headers=minted(issuer, "ada")).status_code == 403
        forged = client.get(detailed, headers={"Authorization": "Bearer forged.by.somebody"})
        assert forged.status_code == 401
        assert 'error="invalid_token"' in forged.headers["WWW-Authenticate"]
        told = client.get(detailed, headers=minted(issuer, "admin", groups=["boss"]))
        assert told.status_code == 200
        assert told.json()["status"] == "ok"
        program = minted(issuer, "export", azp="export", scope="health:read")
        assert client.get(detailed, headers=program).status_code == 200
        if chosen(service.answers)["has_users"]:
            me = client.get("/api/v1/users/me", headers=minted(issuer, "ada"))
            assert me.json()["email"] == "ada@example.com"
            assert client.get("/api/v1/users/me", headers=program).status_code == 403


@rows("has_example")
def test_items_are_created_read_changed_and_deleted(
    deployed: Process, service: Service, issuer: str
) -> None:
    """With entity tags, in both versions of the API."""
    with httpx2.Client(base_url=f"{deployed.url}/api") as client:
        if issuer:
            assert client.post("/v1/items", json={"name": "Lamp"}).status_code == 401
            client.headers.update(minted(issuer, "admin", groups=["boss"]))
        if chosen(service.answers)["has_jwt"]:
            assert client.post("/v1/items", json={"name": "Lamp"}).status_code == 401
            client.headers.update(bearer(sign_in(client, "admin", "/v1/auth/login")))
        created = client.post("/v1/items", json={"name": "Lamp", "quantity": 3})
        assert created.status_code == 201, created.text
        where = created.headers["Location"].removeprefix("/api")
        tag = created.headers["ETag"]
        assert client.get(where).json() == created.json()
        assert client.get(where, headers={"If-None-Match": tag}).status_code == 304

        changed = client.patch(where, json={"quantity": 4}, headers={"If-Match": tag})
        assert changed.status_code == 200
        assert changed.json()["quantity"] == 4
        stale = client.patch(where, json={"quantity": 5}, headers={"If-Match": tag})
        assert stale.status_code == 412

        old = client.get("/v1/items", params={"search": "lamp", "sort": "-created_at,name"})
        new = client.get("/v2/items", params={"search": "lamp", "size": 1})
        assert old.json()["total"] == 1
        assert old.headers["Deprecation"]
        assert old.headers["Sunset"]
        assert [item["id"] for item in new.json()["items"]] == [created.json()["id"]]
        assert client.get("/v1/items", params={"colour": "red"}).status_code == 422

        assert client.delete(where).status_code == 204
        assert client.get(where).status_code == 404


@rows()
def test_every_answer_is_one_that_its_documentation_describes(
    deployed: Process, service: Service, issuer: str
) -> None:
    """Schemathesis calls every endpoint: no 5xx, no undocumented status, type or content."""
    service.make("openapi")
    path = service.root / "openapi.json"
    document = json.loads(path.read_text())
    name_each_status(document)
    leave_one_way_in(document)
    path.write_text(json.dumps(document))
    sign_in = {}
    if chosen(service.answers)["has_jwt"]:
        sign_in = {
            "SCHEMATHESIS_HOOKS": "fuzzing",
            "PYTHONPATH": str(Path(__file__).parent),
            "FUZZED_URL": deployed.url,
            "FUZZING_PASSWORD": PASSWORD,
        }
    if issuer:
        sign_in = {
            "SCHEMATHESIS_HOOKS": "fuzzing",
            "PYTHONPATH": str(Path(__file__).parent),
            "FUZZING_ISSUER": issuer,
        }
    service.run(
        *(sys.executable, "-m", "schemathesis.cli", "run", "openapi.json", "--url", deployed.url),
        *("--checks", ",".join(CHECKS), "--phases", "examples,coverage,fuzzing"),
        *("--max-examples", "20", "--seed", "1", "--generation-database", "none", "--no-color"),
        variables=sign_in,
    )


@rows()
def test_it_stops_when_it_is_told_and_has_logged_each_request_without_a_secret(
    deployed: Process, service: Service
) -> None:
    """With status 0; every line is JSON that says where it comes from."""
    httpx2.get(f"{deployed.url}/health")
    assert deployed.stop() == 0
    lines = [json.loads(line) for line in deployed.log.read_text().splitlines()]
    assert {line["environment"] for line in lines} == {"production"}
    assert {line["service"] for line in lines} == {"My Service"}
    assert all(line["version"] and line["level"] and line["event"] for line in lines)
    assert not [line for line in lines if line["level"] in {"error", "critical"}]
    text = deployed.log.read_text()
    assert PASSWORD not in text
    written = (service.root / ".env").read_text()
    for secret in re.findall(r"^\w*(?:SECRET|KEY|TOKEN)\w*=(.{16,})$", written, re.MULTILINE):
        assert secret not in text


def name_each_status(document: dict[str, Any]) -> None:
    """Leave of the answers that any operation may give only those that none can avoid.

    "Another problem" would let every status pass.
    """
    for operations in document["paths"].values():
        for operation in operations.values():
            responses = operation["responses"]
            unnamed = responses.pop("default")
            responses |= {status: unnamed for status in UNAVOIDABLE if status not in responses}


def leave_one_way_in(document: dict[str, Any]) -> None:
    """Leave the sign-in of people, which is how schemathesis comes in.

    To see what happens without, it would take away the credentials of another way only.
    """
    schemes = document["components"].get("securitySchemes", {})
    other = {name for name, scheme in schemes.items() if scheme["type"] not in PEOPLE}
    for operations in document["paths"].values():
        for operation in operations.values():
            if "security" in operation:
                ways = [way for way in operation["security"] if not other & way.keys()]
                operation["security"] = ways


def sign_in(client: httpx2.Client, username: str, path: str = "/auth/login") -> dict[str, str]:
    """Begin a session and return its tokens."""
    answer = client.post(path, data={"username": username, "password": PASSWORD})
    assert answer.status_code == 200, answer.text
    tokens: dict[str, str] = answer.json()
    return tokens


def trusting(issuer: str) -> dict[str, str]:
    """Return the settings of a service that takes the tokens of a provider."""
    return {
        "OIDC_ISSUER": issuer,
        "OIDC_AUDIENCE": "orders",
        "OIDC_ROLE_CLAIM": "groups",
        "OIDC_ROLES": "boss=admin",
    }


def minted(issuer: str, subject: str, **claims: object) -> dict[str, str]:
    """Return the header that carries a token which the provider has made with these claims."""
    said = {"subject": subject, "email": f"{subject}@example.com", **claims}
    return bearer(httpx2.post(f"{issuer}/mint", json=said).raise_for_status().json())


def bearer(tokens: dict[str, str]) -> dict[str, str]:
    """Return the header that carries an access token."""
    return {"Authorization": f"Bearer {tokens['access_token']}"}
