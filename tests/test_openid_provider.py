"""A service takes the tokens of a real OpenID provider, at which people sign in."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx2
import pytest

from tests import owner
from tests.generate import Answers, TemplateRepository, update
from tests.openid import BANK, OPAQUE, SECRET, SHOP, OpenIdProvider, part, provider_at, sign_in
from tests.service import Service, free_port, generated
from tests.services import SERVERS
from tests.variants import chosen

pytestmark = pytest.mark.live

SERVICES: dict[str, Answers] = {
    "with people": {
        "preset": "production",
        "database": "postgresql",
        "example": True,
        "cache": "memory",
        "rate_limit": "none",
    },
    "without a database": {"preset": "minimal"},
}

DETAILS = "/health/detailed"
"""What every service has for administrators alone, so for grace."""

SECONDS_TO_NOTICE = 60


@pytest.fixture(scope="module", params=SERVICES)
def service(
    request: pytest.FixtureRequest,
    template: TemplateRepository,
    tmp_path_factory: pytest.TempPathFactory,
    testrun_uid: str,
) -> Iterator[Service]:
    """A service whose people sign in at a provider."""
    place = list(SERVICES).index(request.param)
    run = f"openid_{place}_{testrun_uid[:8]}"
    answers = {**SERVICES[request.param], "auth": "oidc", "project_slug": run.replace("_", "-")}
    folder = tmp_path_factory.mktemp("openid") / "service"
    with generated(template.root, folder, answers, run) as prepared:
        if chosen(answers)["has_database"]:
            prepared.app("database", "create")
            prepared.make("migrate")
        yield prepared


@pytest.fixture(scope="module")
def port() -> int:
    """Where the provider is in all of these tests: people of another one would be others."""
    return free_port()


@pytest.fixture
def provider(tmp_path: Path, port: int) -> Iterator[OpenIdProvider]:
    """A provider that runs."""
    with provider_at(tmp_path / "provider", port) as running:
        yield running


Start = Callable[..., httpx2.Client]


@pytest.fixture
def start(service: Service, provider: OpenIdProvider, tmp_path: Path) -> Iterator[Start]:
    """Start the service as it is deployed, and return a client for it."""
    with ExitStack() as stack:

        def start(**settings: str) -> httpx2.Client:
            variables = deployed(provider) | settings
            process = stack.enter_context(service.running(tmp_path / "service.log", variables))
            return stack.enter_context(httpx2.Client(base_url=process.url))

        yield start


def deployed(provider: OpenIdProvider) -> dict[str, str]:
    """Return what an operator sets."""
    return {
        "APP_ENVIRONMENT": "production",
        "APP_ALLOWED_HOSTS": "127.0.0.1",
        "APP_SHUTDOWN_DELAY": "0",
        "OIDC_ISSUER": provider.issuer,
        "OIDC_AUDIENCE": SHOP,
        "OIDC_CLIENTS": "shop-web,shop-docs,shop-export",
        "OIDC_TOKEN_TYPES": "at+jwt",
        "OIDC_ROLE_CLAIM": "roles",
        "OIDC_ROLES": "boss=admin",
    }


def status(client: httpx2.Client, token: str, path: str = DETAILS) -> int:
    """Return the status of a request with a token."""
    answer = client.get(path, headers={"Authorization": f"Bearer {token}"})
    if answer.status_code == 401:
        assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]
    return answer.status_code


def wait_for(client: httpx2.Client, token: str, expected: int) -> None:
    """Wait until a request with a token is answered so."""
    deadline = time.monotonic() + SECONDS_TO_NOTICE
    while status(client, token) != expected:
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_people_sign_in_and_may_do_what_their_role_says(
    start: Start, provider: OpenIdProvider
) -> None:
    """The provider tells roles, and nobody gets in without a token."""
    client = start()
    boss, ada = sign_in(provider, "grace"), sign_in(provider, "ada")
    assert status(client, boss["access_token"]) == 200
    refused = client.get(DETAILS, headers={"Authorization": f"Bearer {ada['access_token']}"})
    assert refused.status_code == 403
    assert 'error="insufficient_scope"' in refused.headers["WWW-Authenticate"]
    nobody = client.get(DETAILS)
    assert nobody.status_code == 401
    assert nobody.headers["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("service", ["with people"], indirect=True, scope="module")
def test_whoever_comes_is_one_user_from_then_on(
    service: Service, start: Start, provider: OpenIdProvider
) -> None:
    """However often they sign in; a program is no user."""
    client = start()
    found = set()
    for _ in range(3):
        token = sign_in(provider, "linus")["access_token"]
        me = client.get("/api/v1/users/me", headers={"Authorization": f"Bearer {token}"})
        assert me.status_code == 200, me.text
        assert me.json()["email"] == "linus@example.com"
        found.add(me.json()["id"])
    assert len(found) == 1
    headers = {"Authorization": f"Bearer {token}"}
    made = client.post("/api/v1/items", json={"name": "Lamp"}, headers=headers)
    assert made.status_code == 201
    assert made.json()["owner"] in found

    program = provider.tokens_of_program("shop-export", scope="items:read")["access_token"]
    assert status(client, program, "/api/v1/items") == 200
    assert status(client, program, "/api/v1/users") == 403
    database = service.variables["DATABASE_URL"].rpartition("/")[2]
    (users, identities) = (
        SERVERS["postgresql"].query(database, f"SELECT count(*) FROM {table} WHERE {condition}")
        for table, condition in (
            ("users", "email LIKE 'linus%' OR username LIKE 'shop%'"),
            ("identities", "subject IN ('linus', 'shop-export')"),
        )
    )
    assert users == identities == ["1"]


def test_the_provider_changes_its_keys(start: Start, provider: OpenIdProvider) -> None:
    """A key that comes works at once, and one that is shown no longer does not for long."""
    client = start(OIDC_KEYS_REFRESH_SECONDS="0.5")
    old = sign_in(provider, "grace")["access_token"]
    assert status(client, old) == 200
    provider.show_keys("second", "first")
    new = sign_in(provider, "grace")["access_token"]
    assert part(new, 0)["kid"] != part(old, 0)["kid"]
    assert status(client, new) == 200
    assert status(client, old) == 200
    provider.show_keys("second")
    wait_for(client, old, 401)
    assert status(client, new) == 200


def test_the_provider_may_be_away(start: Start, provider: OpenIdProvider) -> None:
    """Whoever has a token stays in; what nobody can tell meanwhile is neither good nor bad."""
    client = start(OIDC_KEYS_PAUSE_SECONDS="0.5")
    old = sign_in(provider, "grace")["access_token"]
    assert status(client, old) == 200
    provider.show_keys("second", "first")
    new = sign_in(provider, "grace")["access_token"]
    provider.stop()
    assert status(client, old) == 200
    unknown = client.get(DETAILS, headers={"Authorization": f"Bearer {new}"})
    assert unknown.status_code == 503
    assert int(unknown.headers["Retry-After"]) > 0
    assert client.get("/ready").status_code == 200
    provider.start()
    wait_for(client, new, 200)


def test_the_service_may_start_first(start: Start, provider: OpenIdProvider) -> None:
    """Nobody gets in until the provider has answered once."""
    token = sign_in(provider, "grace")["access_token"]
    provider.stop()
    client = start(OIDC_KEYS_PAUSE_SECONDS="0.5")
    assert status(client, token) == 503
    provider.start()
    wait_for(client, token, 200)


def test_what_the_provider_makes_for_others_is_refused(
    start: Start, provider: OpenIdProvider, tmp_path: Path
) -> None:
    """Another audience, another client, an ID token, and somebody else in the provider's place."""
    client = start()
    good = sign_in(provider, "grace")
    refused = {
        "an ID token": good["id_token"],
        "for another service": sign_in(provider, "grace", resource=BANK)["access_token"],
        "of another client": sign_in(provider, "grace", client="other-web")["access_token"],
        "of a program of another client": provider.tokens_of_program("shop-service")[
            "access_token"
        ],
        "opaque": sign_in(provider, "grace", resource=OPAQUE)["access_token"],
    }
    provider.show_keys("of somebody else")
    refused["of another provider"] = sign_in(provider, "grace")["access_token"]
    provider.show_keys("first")
    assert {name: status(client, token) for name, token in refused.items()} == dict.fromkeys(
        refused, 401
    )
    assert status(client, good["access_token"]) == 200


def test_the_provider_is_asked_about_opaque_tokens(start: Start, provider: OpenIdProvider) -> None:
    """By introspection, until it says that one is good no longer."""
    client = start(
        OIDC_INTROSPECTION_CLIENT_ID="shop-service",
        OIDC_INTROSPECTION_CLIENT_SECRET=SECRET,
        OIDC_INTROSPECTION_SECONDS="1",
    )
    token = sign_in(provider, "grace", resource=OPAQUE)["access_token"]
    assert "." not in token
    assert status(client, token) == 200
    assert status(client, token[:-1]) == 401
    assert status(client, sign_in(provider, "grace")["access_token"]) == 200
    provider.revoke(token)
    wait_for(client, token, 401)


def test_people_with_accounts_go_on_at_a_provider(
    template: TemplateRepository, provider: OpenIdProvider, tmp_path: Path, testrun_uid: str
) -> None:
    """As docs/features/oidc.md says: they stay who they were, with what is theirs."""
    run = f"switched_{testrun_uid[:8]}"
    answers = {"preset": "production", "example": True, "cache": "none", "rate_limit": "none"}
    slug = {"project_slug": run.replace("_", "-")}
    with generated(template.root, tmp_path / "service", {**answers, **slug}, run) as service:
        service.app("database", "create")
        service.make("migrate")
        about = ("--email", "ada@example.com", "--username", "ada", "--password-stdin")
        service.app("admin", "create", *about, typed=f"{SECRET}\n")
        with service.running(tmp_path / "before.log", {}) as process:
            ada, mallory = Account(process.url, "ada"), Account(process.url, "mallory")

        service.make("downgrade", "to=auth@base")
        update(service.root, {"auth": "oidc"}, same_version=True)
        owner.assert_merged(service.root)
        service.make("setup")
        service.make("migrate")
        service.run(".venv/bin/python", "-m", "alembic", "check")
        tables = SERVERS["postgresql"].query(
            service.variables["DATABASE_URL"].rpartition("/")[2],
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public'",
        )
        assert {"users", "items", "api_keys", "identities"} <= set(tables)
        assert not {"credentials", "sessions", "failed_attempts"} & set(tables)

        given_here = {"OIDC_ROLE_CLAIM": "", "OIDC_ROLES": "", "OIDC_LINK_VERIFIED_EMAIL": "true"}
        with (
            service.running(tmp_path / "after.log", deployed(provider) | given_here) as process,
            httpx2.Client(base_url=f"{process.url}/api/v1") as client,
        ):
            refused = client.get("/users/me", headers=bearer(sign_in(provider, "mallory")))
            assert refused.status_code == 403
            assert refused.json()["code"] == "account_not_linked"
            settings = {"OIDC_ISSUER": provider.issuer}
            service.app("oidc", "link", "mallory@example.com", "mallory", variables=settings)

            for account in (ada, mallory):
                headers = bearer(sign_in(provider, account.name))
                me = client.get("/users/me", headers=headers).json()
                assert {me[name] for name in SAME} == {account.profile[name] for name in SAME}
                assert client.get(account.item, headers=headers).status_code == 200
                key = {"X-API-Key": account.key}
                assert client.get(account.item, headers=key).status_code == 200
            assert client.get("/users", headers=bearer(sign_in(provider, "ada"))).status_code == 200


SAME = ("id", "email", "username", "role", "created_at")
"""What nothing changes of a user."""


class Account:
    """Somebody with a password, an item and an API key."""

    def __init__(self, url: str, name: str) -> None:
        self.name = name
        person = {"email": f"{name}@example.com", "username": name, "password": SECRET}
        with httpx2.Client(base_url=f"{url}/api/v1") as client:
            client.post("/auth/register", json={**person, "terms_accepted": True})
            form = {"username": name, "password": SECRET}
            client.headers.update(bearer(client.post("/auth/login", data=form).json()))
            self.profile = client.get("/users/me").json()
            made = client.post("/items", json={"name": f"Lamp of {name}"})
            self.item = made.headers["Location"].removeprefix("/api/v1")
            key = client.post("/api-keys", json={"name": "export", "scopes": ["items:read"]})
            self.key = key.json()["key"]


def bearer(tokens: dict[str, Any]) -> dict[str, str]:
    """Return the header that a token is sent in."""
    return {"Authorization": f"Bearer {tokens['access_token']}"}
