"""An OpenID provider of the tests' own, on a real socket of this machine.

    python -m tests.oidc.issuer 8080

runs it alone. It knows nobody and asks for no password: whoever posts claims to `/mint` gets
a token with them.
"""

import json
import sys
import threading
import time
from base64 import b64encode
from typing import Any
from urllib.parse import parse_qs

import jwt

from tests.core.web_server import Asked, WebServer
from tests.oidc.keys import SigningKey

AUDIENCE = "orders"
CLIENT = "shop-web"
ASKING = ("orders-api", "a secret of the tests")
"""As whom the service asks about opaque tokens."""


class Issuer(WebServer):
    """Its `url` is how tokens name it."""

    def __init__(self, port: int = 0) -> None:
        super().__init__(port)
        self.keys = [SigningKey("first")]
        self.published: list[dict[str, Any]] | None = None
        """What stands in place of the keys, if a test wants it so."""
        self.people: dict[str, dict[str, Any]] = {}
        """What the userinfo endpoint answers of a subject."""
        self.opaque: dict[str, dict[str, Any]] = {}
        """What the introspection endpoint answers of a token."""
        self.description: dict[str, Any] = {}
        """What is different in the description, if a test wants it so."""

    def claims(self, subject: str = "ada", **claims: Any) -> dict[str, Any]:
        """Return the claims of a good token; None takes one away."""
        moment = int(time.time())
        good = {
            "iss": self.url,
            "sub": subject,
            "aud": AUDIENCE,
            "azp": CLIENT,
            "iat": moment,
            "exp": moment + 300,
        }
        return {name: value for name, value in {**good, **claims}.items() if value is not None}

    def token(
        self,
        subject: str = "ada",
        *,
        key: SigningKey | None = None,
        header: dict[str, Any] | None = None,
        **claims: Any,
    ) -> str:
        """Return a token, which is good unless the arguments say otherwise."""
        key = key or self.keys[0]
        return key.sign(self.claims(subject, **claims), header or {})

    def rotate(self, key: SigningKey) -> None:
        """Sign with another key from now on, and forget the others."""
        self.keys = [key]

    def times_asked(self, path: str) -> int:
        """Return how often a path was asked for."""
        return sum(asked.path == path for asked in self.asked)

    def answer(self, asked: Asked) -> tuple[int, bytes]:
        """Answer as each endpoint of a provider does."""
        status, document = self._document(asked)
        return status, json.dumps(document).encode()

    def _document(self, asked: Asked) -> tuple[int, dict[str, Any]]:  # noqa: PLR0911, one for each endpoint
        authorization = asked.headers.get("authorization", "")
        match asked.path:
            case "/.well-known/openid-configuration":
                return 200, self._describe()
            case "/keys":
                listed = [key.public for key in self.keys]
                return 200, {"keys": listed if self.published is None else self.published}
            case "/userinfo":
                return self._tell_user(authorization.removeprefix("Bearer "))
            case "/introspect":
                basic = b64encode(":".join(ASKING).encode()).decode()
                if authorization != f"Basic {basic}":
                    return 401, {"error": "invalid_client"}
                [token] = parse_qs(asked.body.decode())["token"]
                return 200, self.opaque.get(token, {"active": False})
            case "/ready":
                return 200, {}
            case "/mint":
                return 200, {"access_token": self.token(**json.loads(asked.body))}
            case _:
                return 404, {}

    def _describe(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "jwks_uri": f"{self.url}/keys",
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "introspection_endpoint": f"{self.url}/introspect",
            **self.description,
        }

    def _tell_user(self, token: str) -> tuple[int, dict[str, Any]]:
        if token in self.opaque:
            subject = self.opaque[token]["sub"]
        else:
            subject = jwt.decode(token, options={"verify_signature": False})["sub"]
        told = self.people.get(subject)
        return (200, {"sub": subject, **told}) if told else (403, {"error": "insufficient_scope"})


def main() -> None:
    """Serve until stopped, and say where."""
    with Issuer(int(sys.argv[1]) if len(sys.argv) > 1 else 0) as issuer:
        sys.stdout.write(f"{issuer.url}\n")
        sys.stdout.flush()
        threading.Event().wait()


if __name__ == "__main__":
    main()
