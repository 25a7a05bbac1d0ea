"""Take the pictures that the pages show: `python -m website.screenshots`.

Each is of the real thing: Copier's wizard in a terminal, and `/docs` of a service that is
generated and started for it, in Chromium. What a browser would fetch from the CDN for `/docs`
comes from npm, where the CDN has it from, so that this works without it.
"""

import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from functools import partial
from html import escape
from itertools import groupby
from pathlib import Path
from typing import Any

import pexpect
import pyte
from playwright.sync_api import Browser, Route, sync_playwright

from tests import environment
from tests.generate import ROOT, TemplateRepository, questions
from tests.service import generated
from website.browser import launched

PLACE = ROOT / "docs" / "assets" / "screenshots"
COLUMNS, LINES = 100, 34
SECONDS = 60
ENTER, DOWN = "\r", "\x1b[B"
ANSWERS = {
    questions()["project_name"]["help"]: "\x15Order Desk" + ENTER,
    questions()["preset"]["help"]: DOWN * 2 + ENTER,
    questions()["database"]["help"]: DOWN * 2 + ENTER,
}
"""What is typed instead of Enter: the preset `production`, and no database."""
CDN = "https://cdn.jsdelivr.net/npm/swagger-ui-dist@5/"
COLOURS = {
    "default": "#d7dde5",
    "black": "#5c6773",
    "red": "#f28b82",
    "green": "#8fd694",
    "brown": "#e6c07b",
    "yellow": "#e6c07b",
    "blue": "#82aaff",
    "magenta": "#c792ea",
    "cyan": "#7fdbca",
    "white": "#d7dde5",
}
GROUND = "#10161d"
TERMINAL = f"""
<style>
  body {{ margin: 0; background: {GROUND}; }}
  pre {{ color: {COLOURS["default"]}; font: 15px/1.35 "DejaVu Sans Mono", monospace; margin: 0;
        padding: 18px 22px; width: fit-content; }}
</style>
"""


def main() -> None:
    """Take all of them."""
    PLACE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        place = Path(folder)
        template = TemplateRepository.from_working_tree(place / "keelson")
        browser = launched(playwright)
        _take_wizard(browser, template.root, place / "wizard")
        _take_docs(browser, template.root, place)
        browser.close()


def _take_wizard(browser: Browser, template: Path, destination: Path) -> None:
    """Answer some questions, and take the terminal as it then is."""
    screen = pyte.Screen(COLUMNS, LINES)
    terminal = Terminal(
        pexpect.spawn(
            sys.executable,
            ["-m", "copier", "copy", str(template), str(destination)],
            # Nobody is there to answer when the wizard asks where the cursor is.
            env=environment.clean(PROMPT_TOOLKIT_NO_CPR="1"),
            encoding="utf-8",
            dimensions=(LINES, COLUMNS),
        ),
        screen,
    )
    asked = [details["help"] for details in questions().values() if "help" in details]
    for question in asked[: asked.index(questions()["auth"]["help"])]:
        terminal.answer(question, ANSWERS.get(question, ENTER))
    terminal.answer(questions()["auth"]["help"], "")
    terminal.close()
    page = browser.new_page(device_scale_factor=1.5)
    page.set_content(f"{TERMINAL}<pre>{as_html(screen)}</pre>")
    page.locator("pre").screenshot(path=PLACE / "wizard.png")
    page.close()


class Terminal:
    """A program in a terminal, and what the terminal shows."""

    def __init__(self, program: Any, screen: pyte.Screen) -> None:
        self._program = program
        self._screen = screen
        self._stream = pyte.Stream(screen)

    def answer(self, question: str, keys: str) -> None:
        """Wait until a question is shown, and type something.

        Raises:
            TimeoutError: It is not.
        """
        deadline = time.monotonic() + SECONDS
        while question not in " ".join(" ".join(self._screen.display).split()):
            if time.monotonic() > deadline:
                raise TimeoutError("\n".join(self._screen.display))
            self._read()
        self._program.send(keys)

    def close(self) -> None:
        """Read what is left to be shown, and end the program."""
        self._read()
        self._program.close(force=True)

    def _read(self) -> None:
        with suppress(pexpect.TIMEOUT):
            while True:
                self._stream.feed(self._program.read_nonblocking(4096, timeout=0.3))


def as_html(screen: pyte.Screen) -> str:
    """Return what a terminal shows, without the empty lines below."""
    lines = [_line(screen, number) for number in range(screen.lines)]
    while lines and not lines[-1].strip():
        lines.pop()
    return "\n".join(lines)


def _line(screen: pyte.Screen, number: int) -> str:
    row = screen.buffer[number]
    cells = [row[column] for column in range(screen.columns)]
    parts = []
    for style, group in groupby(cells, _style):
        text = escape("".join(cell.data for cell in group))
        parts.append(f'<span style="{style}">{text}</span>' if style else text)
    return "".join(parts).rstrip()


def _style(cell: pyte.screens.Char) -> str:
    text, ground = _colour(cell.fg, COLOURS["default"]), _colour(cell.bg, GROUND)
    if cell.reverse:
        text, ground = ground, text
    shown = {
        "color": text if text != COLOURS["default"] else "",
        "background": ground if ground != GROUND else "",
        "font-weight": "bold" if cell.bold else "",
    }
    return "; ".join(f"{name}: {value}" for name, value in shown.items() if value)


def _colour(name: str, default: str) -> str:
    """Return a colour of the terminal: one of its own, or six digits."""
    return default if name == "default" else COLOURS.get(name.removeprefix("bright"), f"#{name}")


def _take_docs(browser: Browser, template: Path, place: Path) -> None:
    """Start a service, and take its documentation page."""
    swagger = _swagger(place / "swagger")
    answers = {"preset": "starter", "project_name": "Order Desk"}
    with generated(template, place / "service", answers, "screenshots") as service:
        service.make("migrate")
        with service.running(place / "service.log", {}) as process:
            page = browser.new_page(viewport={"width": 1180, "height": 860})
            page.route(f"{CDN}*", partial(_from_npm, swagger))
            page.goto(f"{process.url}/docs")
            page.locator(".opblock").first.wait_for()
            page.screenshot(path=PLACE / "docs.png")
            page.close()


def _swagger(folder: Path) -> Path:
    """Fetch what the CDN has."""
    folder.mkdir()
    command = ("npm", "install", "--no-audit", "--no-fund", "--ignore-scripts", "swagger-ui-dist@5")
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder / "node_modules" / "swagger-ui-dist"


def _from_npm(folder: Path, route: Route) -> None:
    route.fulfill(path=folder / route.request.url.removeprefix(CDN))


if __name__ == "__main__":
    main()
