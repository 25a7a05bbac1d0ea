"""The built site, a server for it, and a browser."""

import json
import subprocess
import sys
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests import environment
from tests.conftest import once
from tests.generate import ROOT, TemplateRepository
from website.browser import BrowserAway, launched

PATIENCE = 120_000
"""How many milliseconds something may take; a busy machine is no fault of the page."""

expect.set_options(timeout=PATIENCE)


@pytest.fixture(scope="session")
def site(shared: Path, template: TemplateRepository) -> Path:
    """The site, built as strictly as `make docs` does. Not to be changed.

    Its services come from the template of the tests, so that stock Copier can be asked too.
    """

    def make(folder: Path) -> None:
        build(folder)
        path = folder / "assets/configurator/data.json"
        data = json.loads(path.read_text())
        data["origin"] = {"_commit": "v0.1.0", "_src_path": str(template.root)}
        path.write_text(json.dumps(data, ensure_ascii=False))

    return once(shared / "site", make)


def build(folder: Path) -> None:
    """Build the site into a folder."""
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", folder],
        cwd=ROOT,
        env=environment.clean(NO_MKDOCS_2_WARNING="1"),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="session")
def address(site: Path) -> Iterator[str]:
    """Where the site is served."""
    handler = partial(_Silent, directory=str(site))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


class _Silent(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:  # noqa: A002, its name there
        """Say nothing of requests."""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """A browser without a window.

    Not for the whole session: Playwright keeps an event loop running in this thread, and as
    long as it does, tests of other modules cannot run one of their own.
    """
    with sync_playwright() as playwright:
        try:
            browser = launched(playwright)
        except BrowserAway as error:
            pytest.fail(str(error), pytrace=False)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page. The test fails on an error in it, and on what it asks of other hosts."""
    page = browser.new_page(viewport={"width": 1360, "height": 900})
    page.set_default_timeout(PATIENCE)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda said: wrong.append(said.text) if said.type == "error" else None)
    page.on(
        "request",
        lambda request: (
            None if "//127.0.0.1:" in request.url[:18] else wrong.append(f"asks for {request.url}")
        ),
    )
    yield page
    page.close()
    assert wrong == []


@pytest.fixture
def configurator(page: Page, address: str) -> Page:
    """The configurator, with what the defaults lead to."""
    page.goto(f"{address}/configurator/")
    page.wait_for_selector(".kc-tree button", state="attached")
    return page
