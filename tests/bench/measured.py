"""The programs that are measured: services of ours, and the least that does the same."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests import interpreters
from tests.bench.load import Request
from tests.bench.receiver import receiving_spans
from tests.service import Service, generated
from tests.services import SERVERS

PROGRAMS = Path(__file__).with_name("programs")
POSTGRESQL = SERVERS["postgresql"]

USERS = 10_000
EMAIL = "admin@example.com"
PASSWORD = "seven purple lanterns"
UNLIMITED = "100000/second"

DEPLOYED = {
    "APP_ENVIRONMENT": "production",
    "APP_ALLOWED_HOSTS": "127.0.0.1",
    "APP_SHUTDOWN_DELAY": "0",
    # They are counted all the same.
    "RATE_LIMIT_DEFAULT": UNLIMITED,
    "RATE_LIMIT_SIGN_IN": UNLIMITED,
}
"""As a service is deployed, but for the two that would end the measuring."""

ANSWERS: dict[str, dict[str, str | bool]] = {
    "production": {"preset": "production", "example": True},
    "no-cache": {"preset": "production", "example": True, "cache": "none"},
    "starter": {"preset": "starter"},
    "minimal": {"preset": "minimal"},
}

SIGN_IN = {"username": EMAIL, "password": PASSWORD}
OURS = {
    "health": Request("/health"),
    "me": Request("/api/v1/users/me", signed_in=True, holds=EMAIL),
    "list": Request("/api/v1/users?size=20", signed_in=True, holds=f'"total":{USERS}'),
    "not-found": Request("/api/v1/nowhere", status=404),
    "no-token": Request("/api/v1/users/me", status=401),
    "sign-in": Request("/api/v1/auth/login", "POST", form=SIGN_IN, holds="access_token"),
}
BARE = {
    "health": Request("/health"),
    "me": Request("/users/me", signed_in=True, holds=EMAIL),
    "list": Request("/users?limit=20", signed_in=True, holds=f'"total":{USERS}'),
    "not-found": Request("/nowhere", status=404),
    "no-token": Request("/users/me", status=401),
    "sign-in": Request("/login", "POST", form=SIGN_IN, holds="access_token"),
}
READS = ("health", "me", "list", "not-found", "no-token")
CROWDS = ("me-128", "me-1000")
SIGN_INS = ("sign-in", "busy-health")
TITLES = {
    "production": ("production, cache=redis", (*READS, *CROWDS, *SIGN_INS)),
    "no-cache": ("production, cache=none", ("me", "list", "no-token", *CROWDS)),
    "starter": ("starter, on SQLite", ("health", "me")),
    "minimal": ("minimal", ("health", "not-found")),
}
"""What our programs are called in tables, and what they are measured in."""


@dataclass(frozen=True, slots=True)
class Program:
    """Something that serves requests."""

    name: str
    """What it is called after ONLY."""
    title: str
    folder: Path
    command: tuple[str, ...]
    """How it is started; `{port}` stands for the port to listen on."""
    requests: Mapping[str, Request]
    scenarios: tuple[str, ...]
    variables: Mapping[str, str] = field(default_factory=dict)

    def with_variables(self, more: Mapping[str, str]) -> "Program":
        """Return it with more settings."""
        return replace(self, variables={**self.variables, **more})


@contextmanager
def prepared(
    template: Path, folder: Path, run: str, names: frozenset[str]
) -> Iterator[list[Program]]:
    """Generate the services, fill their databases, and remove these at the end.

    Args:
        template: The repository of the template.
        folder: Where everything goes.
        run: What stands in the names of the databases.
        names: The programs that are wanted.

    Raises:
        ServerAway: PostgreSQL or Redis does not answer.
    """
    newest, python = list(interpreters.installed().items())[-1]
    with ExitStack() as stack:
        services = {}
        for name, answers in ANSWERS.items():
            if name in _needed(names):
                print(f"preparing {name}", flush=True)
                making = generated(
                    template,
                    folder / name,
                    {**answers, "python_version": newest},
                    f"{run}_{name}",
                    {"UV_PYTHON": python},
                )
                services[name] = stack.enter_context(making)
                filled(services[name])
        bare = services["production"]
        address = {}
        if "orm" in names:
            stack.callback(POSTGRESQL.drop, [f"{run}_orm"])
            address = {"DATABASE_URL": _fill_bare(bare, f"{run}_orm")}
        receiver = stack.enter_context(receiving_spans())
        yield [
            program
            for program in (*_bare(bare, address), *_ours(services, receiver))
            if program.name in names
        ]


def names() -> list[str]:
    """Return what the programs are called."""
    return ["starlette", "fastapi", "orm", *ANSWERS, "traced", "two-workers"]


def versions(service: Path) -> dict[str, str]:
    """Return the versions of what a service runs on."""
    wanted = (
        *("fastapi", "starlette", "pydantic", "sqlalchemy", "asyncpg", "redis"),
        *("uvicorn", "uvloop", "httptools"),
    )
    program = (
        "import json, platform, importlib.metadata as metadata\n"
        f"print(json.dumps({{'Python': platform.python_version(), "
        f"**{{name: metadata.version(name) for name in {wanted!r}}}}}))"
    )
    said = Service(service, {}).run(".venv/bin/python", "-c", program)
    found: dict[str, str] = json.loads(said)
    server = POSTGRESQL.query("postgres", "SHOW server_version")[0]
    return {**found, "PostgreSQL": server.split()[0]}


def filled(service: Service, users: int = USERS) -> None:
    """Make its database, with an administrator and other users; run it once without one."""
    if service.answers["preset"] == "minimal":
        service.app("openapi")  # so that everything has been compiled before the first start
        return
    variables = {**DEPLOYED, "PYTHONPATH": str(service.root)}
    service.app("database", "create", variables=DEPLOYED)
    service.make("migrate", variables=DEPLOYED)
    service.app(
        *("admin", "create", "--email", EMAIL, "--username", "admin", "--password-stdin"),
        typed=f"{PASSWORD}\n",
        variables=DEPLOYED,
    )
    if users > 1:
        fill = str(PROGRAMS / "fill.py")
        service.run(".venv/bin/python", fill, str(users - 1), variables=variables)


def _needed(names: Iterable[str]) -> set[str]:
    """Return the services to generate: the first also lends the bare programs its packages."""
    return {"production", *names}


def _fill_bare(service: Service, name: str) -> str:
    """Make the database of the ORM program and return its URL."""
    password_hash = service.run(
        *(".venv/bin/python", "-c"),
        f"from orm import HASHER; print(HASHER.hash({PASSWORD!r}))",
        variables={"PYTHONPATH": str(PROGRAMS), "DATABASE_URL": POSTGRESQL.url(name)},
    ).strip()
    POSTGRESQL.create(name)
    for statement in (PROGRAMS / "users.sql").read_text().split(";"):
        POSTGRESQL.query(name, statement)
    POSTGRESQL.query(
        name,
        "INSERT INTO users VALUES "
        f"(gen_random_uuid(), '{EMAIL}', 'Admin', '{password_hash}', true, true, now())",
    )
    POSTGRESQL.query(name, "VACUUM ANALYZE users")
    return POSTGRESQL.url(name)


def _bare(service: Service, address: Mapping[str, str]) -> Iterable[Program]:
    scenarios = {
        "starlette": ("Starlette", "starlette_only", ("health", "not-found")),
        "fastapi": ("FastAPI", "fastapi_only", ("health", "not-found")),
        "orm": ("FastAPI with ORM and JWT", "orm", ("me", "list", "no-token", "me-128", *SIGN_INS)),
    }
    for name, (title, module, wanted) in scenarios.items():
        yield Program(
            name,
            title,
            service.root,
            (
                *(".venv/bin/python", "-m", "uvicorn", f"{module}:app", "--port", "{port}"),
                *("--app-dir", str(PROGRAMS), "--no-access-log", "--log-level", "warning"),
            ),
            BARE,
            wanted,
            address,
        )


def program_of(name: str, service: Service) -> Program:
    """Return a service as a program."""
    title, scenarios = TITLES[name]
    command = (".venv/bin/python", "-m", "app", "run", "--port", "{port}")
    variables = {**service.variables, **DEPLOYED}
    return Program(name, title, service.root, command, OURS, scenarios, variables)


def _ours(services: Mapping[str, Service], receiver: str) -> Iterable[Program]:
    for name, service in services.items():
        ours = program_of(name, service)
        yield ours
        if name == "production":
            tracing = {"TRACING_ENDPOINT": receiver, "TRACING_SAMPLE_RATIO": "0.1"}
            yield replace(
                ours.with_variables(tracing),
                name="traced",
                title=f"{ours.title}, traced at 10 %",
                scenarios=("health", "me", "list"),
            )
            yield replace(
                ours,
                name="two-workers",
                title=f"{ours.title}, two workers",
                command=(*ours.command, "--workers", "2"),
                scenarios=("health", "me"),
            )
