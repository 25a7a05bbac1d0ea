"""The Chromium, or Chrome, of this machine: none is downloaded."""

import os
import shutil

from playwright.sync_api import Browser, Playwright

CHROMIUM = "KEELSON_CHROMIUM"
"""The environment variable for a browser that is not on PATH."""

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
QUIET = ("gpu", "quic", "background-networking", "component-update", "sync")


class BrowserAway(Exception):
    """There is no browser. The message says how to get one."""


def launched(playwright: Playwright) -> Browser:
    """Start a browser without a window.

    Raises:
        BrowserAway: This machine has none.
    """
    named = os.environ.get(CHROMIUM)
    found = [path for name in ([named] if named else BROWSERS) if (path := shutil.which(name))]
    if not found:
        raise BrowserAway(
            "This needs Chromium: apt-get install chromium, or brew install --cask chromium, "
            f"or say where Chrome is in {CHROMIUM}."
        )
    return playwright.chromium.launch(
        executable_path=found[0],
        args=["--no-first-run", *(f"--disable-{name}" for name in QUIET)],
    )
