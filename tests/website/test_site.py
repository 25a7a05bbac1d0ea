"""The site as a whole: every link leads somewhere, and nothing comes from elsewhere."""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.variants import SPACE

OWN_ANCHORS = {"configurator"}
"""What stands after the # of these pages is for their script."""


class Links(HTMLParser):
    """What a page links to, what it loads, and the places in it that can be linked to."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.loaded: list[str] = []
        self.places: set[str] = set()
        self.feed(path.read_text())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note one element."""
        found = {name: value for name, value in attrs if value is not None}
        self.places |= {found[name] for name in ("id", "name") if name in found}
        if tag == "a" and "href" in found:
            self.links.append(found["href"])
        elif tag in {"script", "img", "iframe"} and "src" in found:
            self.loaded.append(found["src"])
        elif tag == "link" and found.get("rel") in {"stylesheet", "preconnect", "icon"}:
            self.loaded.append(found["href"])


@pytest.fixture(scope="session")
def pages(site: Path) -> dict[Path, Links]:
    """Every page of the site, by its path."""
    return {path: Links(path) for path in site.rglob("*.html")}


def test_every_link_leads_to_a_place_that_is_there(site: Path, pages: dict[Path, Links]) -> None:
    """A page, and the heading in it."""
    dead = [
        f"{path.relative_to(site)}: {link}"
        for path, page in pages.items()
        if path.name != "404.html"
        for link in page.links
        if not leads(path, link, pages)
    ]
    assert dead == []


def leads(path: Path, link: str, pages: dict[Path, Links]) -> bool:
    """Say whether a link on a page leads to something in the site, or out of it."""
    parts = urlsplit(link)
    if parts.scheme:
        return True
    target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
    target = target / "index.html" if target.is_dir() else target
    if target not in pages or not parts.fragment or target.parent.name in OWN_ANCHORS:
        return target.exists()
    return unquote(parts.fragment) in pages[target].places


def test_nothing_is_loaded_from_another_host(pages: dict[Path, Links]) -> None:
    """No fonts, scripts or pictures: whoever reads this is known to nobody else."""
    foreign = [one for page in pages.values() for one in page.loaded if urlsplit(one).netloc]
    assert foreign == []


def test_diagrams_are_drawn(page: Page, address: str, site: Path) -> None:
    """All of them, by a Mermaid of the site's own, without an error in their text."""
    drawn = [path for path in site.rglob("*.html") if '<pre class="mermaid">' in path.read_text()]
    assert len(drawn) >= 3
    for path in drawn:
        page.goto(f"{address}/{path.parent.relative_to(site)}/")
        count = path.read_text().count('<pre class="mermaid">')
        expect(page.locator("div.mermaid")).to_have_count(count)
        expect(page.locator("pre.mermaid")).to_have_count(0)


def test_search_finds_a_page(page: Page, address: str) -> None:
    """Also one that nobody typed."""
    page.goto(f"{address}/")
    page.get_by_role("textbox", name="Search").click()
    page.get_by_role("textbox", name="Search").press_sequentially("which option needs")
    expect(page.locator(".md-search-result__link").first).to_contain_text("needs which")


def test_every_question_and_answer_stands_on_its_page(site: Path) -> None:
    """With where to read more of what is a feature."""
    page = (site / "choose/questions/index.html").read_text()
    rows = {
        row[0]: row[1]
        for row in re.findall(r"<tr>\s*<td><code>(\w+)</code></td>(.*?)</tr>", page, re.DOTALL)
    }
    assert list(rows) == list(SPACE.askable)
    for name in SPACE.choices:
        for answer in SPACE.question(name, SPACE.answered({}))._formatted_choices:
            assert f"<code>{answer.value}</code>" in rows[name]
    for page_of_a_feature in ("cache", "redis"):
        assert f'href="../../features/{page_of_a_feature}/"' in rows["cache"]
    assert "Use at most 200 characters" in rows["description"]
    assert "needs <code>container</code>: <code>docker</code>" in rows["devcontainer"]
