"""How schemathesis signs in to a service; it loads this through SCHEMATHESIS_HOOKS.

Not as a part of the package `tests`, which is what a service calls its own.

Most calls share the session of an administrator, who may call everything. A call that
would end the session, or the account, gets an account of its own.
"""

import os
import re
import time
from typing import Any
from uuid import uuid4

import httpx2
import schemathesis

URL = os.environ.get("FUZZED_URL", "")
PASSWORD = os.environ.get("FUZZING_PASSWORD", "")
ISSUER = os.environ.get("FUZZING_ISSUER", "")
"""The provider to ask for tokens, where people do not sign in to the service itself."""
ENDS_THE_SESSION = re.compile(r"(DELETE|POST) .*/(auth/logout|auth/sessions.*|users/me)$")


def sign_in(username: str) -> str:
    """Begin a session and return its access token."""
    form = {"username": username, "password": PASSWORD}
    answer = httpx2.post(f"{URL}/api/v1/auth/login", data=form)
    token: str = answer.raise_for_status().json()["access_token"]
    return token


def mint(subject: str, *groups: str) -> str:
    """Return a token that the provider has made for somebody."""
    said = {"subject": subject, "email": f"{subject}@example.com", "groups": groups}
    answer = httpx2.post(f"{ISSUER}/mint", json={**said, "exp": int(time.time()) + 3600})
    token: str = answer.raise_for_status().json()["access_token"]
    return token


def register() -> str:
    """Make an account and return its username."""
    username = f"u{uuid4().hex[:16]}"
    person = {
        "email": f"{username}@example.com",
        "username": username,
        "password": PASSWORD,
        "terms_accepted": True,
    }
    httpx2.post(f"{URL}/api/v1/auth/register", json=person).raise_for_status()
    return username


@schemathesis.auth(refresh_interval=None)
class SignIn:
    """Gives each call the bearer token that it needs."""

    shared: str | None = None

    def get(self, case: schemathesis.Case[Any], context: schemathesis.AuthContext) -> str:
        """Return an access token."""
        if ENDS_THE_SESSION.fullmatch(f"{case.operation.method.upper()} {case.operation.path}"):
            return mint(f"u{uuid4().hex[:16]}") if ISSUER else sign_in(register())
        if SignIn.shared is None:
            SignIn.shared = mint("admin", "boss") if ISSUER else sign_in("admin")
        return SignIn.shared

    def set(
        self, case: schemathesis.Case[Any], data: str, context: schemathesis.AuthContext
    ) -> None:
        """Put the token into a call."""
        case.headers["Authorization"] = f"Bearer {data}"
