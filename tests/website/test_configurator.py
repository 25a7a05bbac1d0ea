"""The configurator shows what Copier renders, and whoever uses it gets there."""

import gzip
import random
import re
import shlex
import unicodedata
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
import yaml
from playwright.sync_api import Page, expect

from tests.generate import ANSWERS, TemplateRepository, files, generate
from tests.matrix.render import Renderer
from tests.test_text_answers import TEXT_QUESTIONS, TEXTS
from tests.variants import SPACE, chosen, refusal

SEED = 8
SETS = 50
BY_STOCK_COPIER = 2

OPEN_LINK = """
text => new Promise((done) => {
  addEventListener("hashchange", () => setTimeout(done), { once: true });
  location.hash = text;
})
"""
CONTENTS = """
(most) => {
  const buttons = [...document.querySelectorAll(".kc-tree button")];
  const looked = buttons.filter((_, index) => index % Math.ceil(buttons.length / most) === 0);
  const content = document.querySelector(".kc-content");
  return [
    buttons.map((button) => button.dataset.path),
    Object.fromEntries(looked.map((button) => {
      button.click();
      return [button.dataset.path, content.textContent];
    })),
  ];
}
"""
PROJECT = """
async ([answers, origin]) => {
  const { answer, project } = await import("/assets/configurator/project.js");
  window.data ??= await (await fetch("/assets/configurator/data.json")).json();
  return Object.fromEntries(project({ ...data, origin }, answer(data.questions, answers)));
}
"""


def open_link(page: Page, answers: dict[str, Any]) -> None:
    """Open the link of some answers."""
    said = {
        name: str(value).lower() if isinstance(value, bool) else value
        for name, value in answers.items()
    }
    page.evaluate(OPEN_LINK, urlencode(said))


def shown(page: Page, most: int = 10_000) -> tuple[set[str], dict[str, str]]:
    """Return the paths in the tree, and what the page shows of so many of the files."""
    paths, contents = page.evaluate(CONTENTS, most)
    return set(paths), contents


def some_answers(chance: random.Random) -> dict[str, Any]:
    """Return answers by chance, some of them texts that are hard to write into files."""
    answers = SPACE.asked(SPACE.sample(chance))
    del answers["project_slug"]
    for name in TEXT_QUESTIONS:
        text = chance.choice(list(TEXTS.values()))
        if refusal(name, text) is None:
            answers[name] = text
    return answers


def command(page: Page) -> str:
    """Return what the page says to type."""
    return page.locator(".kc-command code").first.inner_text()


def test_it_shows_the_files_that_the_matrix_renders(
    configurator: Page, template: TemplateRepository
) -> None:
    """Which are those of Copier; see tests/matrix/test_render.py."""
    renderer = Renderer(SPACE)
    chance = random.Random(SEED)
    origin = {"_commit": "v0.1.0", "_src_path": str(template.root)}
    for answers in (some_answers(chance) for _ in range(SETS)):
        every = chosen(answers)
        expected = {path: file.content.decode() for path, file in renderer.project(every).items()}
        made = configurator.evaluate(PROJECT, [answers, origin])
        open_link(configurator, answers)
        paths, contents = shown(configurator, most=20)
        assert paths == set(made), answers
        assert contents.items() <= made.items(), answers
        recorded = yaml.safe_load(made.pop(ANSWERS))
        assert recorded == origin | {name: every[name] for name in recorded if name[0] != "_"}
        assert made == expected, answers


def test_it_shows_what_stock_copier_writes(
    configurator: Page, template: TemplateRepository, tmp_path: Path
) -> None:
    """The answers file too, which holds where the service comes from."""
    chance = random.Random(SEED + 1)
    for number in range(BY_STOCK_COPIER):
        answers = some_answers(chance)
        open_link(configurator, answers)
        project = generate(template.root, tmp_path / str(number), answers)
        assert shown(configurator)[1] == files(project)


def test_answers_are_recorded_as_copier_records_them(configurator: Page) -> None:
    """Whatever can be typed: YAML reads some texts as something else, and folds long ones."""
    words = ["it's", "a: b", "c #d", "é", "🚀", "-", "2026-11-21", "1e5", "x" * 30, "no", "&y"]
    chance = random.Random(SEED)
    texts = [" ".join(chance.choices(words, k=chance.randint(1, 30)))[:200] for _ in range(300)]
    texts += [text.strip() for text in TEXTS.values()]
    texts += ["0o7", "0x1F", "1_000", "12:30:45", "12:30.5", ".5", "-.inf", "=", "<<", "?x", "-x"]
    texts = [text for text in texts if refusal("description", text) is None]
    to_nice_yaml = SPACE.worker.jinja_env.filters["to_nice_yaml"]
    ours = configurator.evaluate(
        """async (texts) => {
          const { answersAsYaml } = await import("/assets/configurator/yaml.js");
          return texts.map((text) => answersAsYaml({ description: text, author: text }));
        }""",
        texts,
    )
    for text, written in zip(texts, ours, strict=True):
        assert written == to_nice_yaml({"description": text, "author": text})


def test_a_text_is_refused_as_copier_refuses_it(configurator: Page) -> None:
    """With the same words."""
    pairs = [(name, text) for name in TEXT_QUESTIONS for text in TEXTS.values()]
    pairs += [("email", "team@example.com"), ("email", "team@example"), ("project_slug", "a-b")]
    said = configurator.evaluate(
        """async (pairs) => {
          const { answer } = await import("/assets/configurator/project.js");
          const { questions } = await (await fetch("/assets/configurator/data.json")).json();
          return pairs.map(([name, text]) => answer(questions, { [name]: text }).get(name).refusal);
        }""",
        pairs,
    )
    for (name, text), ours in zip(pairs, said, strict=True):
        theirs = (refusal(name, text) or "").partition("': ")[2]
        assert ours == theirs, (name, text)


def test_characters_are_letters_and_blanks_where_python_says_so(configurator: Page) -> None:
    """All that the Unicode of this Python knows."""
    known = [chr(code) for code in range(0x110000) if unicodedata.category(chr(code)) != "Cn"]
    known = [character for character in known if unicodedata.category(character) != "Cs"]
    for source in (r"^\W", r"\s$", r"^(\d+)"):
        matching = configurator.evaluate(
            """async ([source, text]) => {
              const { pattern } = await import("/assets/configurator/patterns.js");
              return [...text].filter((one) => pattern(source).test(one)).join("");
            }""",
            [source, "".join(known)],
        )
        assert matching == "".join(one for one in known if re.search(source, one)), source


def test_the_commands_lead_to_the_answers_that_are_shown(configurator: Page) -> None:
    """Both of them, read by a shell."""
    chance = random.Random(SEED + 2)
    for answers in (some_answers(chance) for _ in range(5)):
        open_link(configurator, answers)
        words = shlex.split(command(configurator).replace("\\\n", ""))
        given = dict(words[i + 1].split("=", 1) for i, word in enumerate(words) if word == "--data")
        assert chosen(given) == chosen(answers)
        short = shlex.split(configurator.locator(".kc-command code").nth(1).inner_text())
        data = "".join(word.removeprefix("DATA=") for word in short if word.startswith("DATA="))
        assert dict(pair.split("=", 1) for pair in shlex.split(data)) == given


def test_only_what_differs_from_the_defaults_is_typed(configurator: Page) -> None:
    """So that the command says what was chosen."""
    assert "--data" not in command(configurator)
    configurator.get_by_role("radio", name=re.compile("^Production")).check()
    assert re.findall(r"--data \S+", command(configurator)) == ["--data preset=production"]
    configurator.get_by_role("switch", name="audit_log").uncheck()
    assert "--data audit_log=false" in command(configurator)
    configurator.get_by_role("button", name="Start again").click()
    assert "--data" not in command(configurator)


def test_a_link_brings_back_what_was_chosen(configurator: Page) -> None:
    """Somebody else sees the same."""
    configurator.get_by_text("Who and what").click()
    configurator.get_by_label("What is the service called?").fill("Käse & Brötchen")
    configurator.get_by_role("radio", name="PostgreSQL", exact=True).check()
    link, typed = configurator.url, command(configurator)
    configurator.goto("about:blank")
    configurator.goto(link)
    configurator.wait_for_selector(".kc-tree button", state="attached")
    assert command(configurator) == typed
    configurator.get_by_role("link", name="Skip to content").press("Enter")
    assert command(configurator) == typed
    expect(configurator.get_by_role("radio", name="PostgreSQL", exact=True)).to_be_checked()


def test_what_cannot_be_chosen_says_why(configurator: Page) -> None:
    """A choice by its own words, a question by what it needs."""
    configurator.get_by_role("group", name="database").get_by_label("None").check()
    accounts = configurator.get_by_role("radio", name=re.compile("^Accounts"))
    expect(accounts).to_be_disabled()
    expect(configurator.locator("label", has=accounts)).to_contain_text("needs a database")
    expect(configurator.get_by_role("switch", name="audit_log")).to_be_disabled()
    audit = configurator.locator("fieldset", has=configurator.locator("[name=audit_log]"))
    expect(audit).to_contain_text("Needs database: sqlite or postgresql or mysql")


def test_a_link_to_what_cannot_be_says_what_was_left_out(configurator: Page) -> None:
    """Instead of showing something else in silence."""
    open_link(configurator, {"preset": "minimal", "auth": "jwt"})
    sign_in = configurator.locator("fieldset", has=configurator.locator("[name=auth]"))
    expect(sign_in).to_contain_text("Left at its default")
    assert "auth" not in command(configurator)


def test_a_wrong_text_is_marked_and_not_used(configurator: Page) -> None:
    """The message is that of Copier."""
    configurator.get_by_text("Who and what").click()
    name = configurator.get_by_label("What is the service called?")
    name.fill("{{ 7*7 }}")
    expect(name).to_have_attribute("aria-invalid", "true")
    expect(configurator.get_by_text("Leave out line breaks")).to_be_visible()
    assert "--data" not in command(configurator)


def test_what_an_option_adds_is_marked(configurator: Page) -> None:
    """Files, and lines in files that are there without it as well."""
    configurator.get_by_label("Show what is there for").select_option("cache")
    tree = configurator.locator(".kc-tree")
    expect(tree.locator("[data-path='app/cache/keys.py']")).to_contain_text("added")
    expect(tree.locator("[data-path='app/users/service.py']")).to_have_count(0)
    tree.locator("[data-path='pyproject.toml']").click()
    expect(configurator.locator(".kc-line-added").first).to_be_visible()
    assert "cashews" in "".join(configurator.locator(".kc-line-added").all_inner_texts())


def test_a_keyboard_is_enough(configurator: Page) -> None:
    """To choose, to go through the tree, and to open a file."""
    configurator.get_by_role("radio", name=re.compile("^Starter")).focus()
    configurator.keyboard.press("ArrowDown")
    assert "preset=api" in command(configurator)
    configurator.keyboard.press("Tab")
    configurator.keyboard.press("ArrowUp")
    assert "database=sqlite" in command(configurator)
    configurator.get_by_role("switch", name="example").focus()
    configurator.keyboard.press("Space")
    assert "example=false" in command(configurator)
    configurator.locator(".kc-tree summary", has_text=".github/").focus()
    for key in ("ArrowRight", "ArrowDown", "ArrowRight", "ArrowDown", "Enter"):
        configurator.keyboard.press(key)
    expect(configurator.locator(".kc-path")).to_have_text(".github/ISSUE_TEMPLATE/bug.yml")
    for key in ("ArrowUp", "ArrowUp", "ArrowLeft", "ArrowDown"):
        configurator.keyboard.press(key)
    assert configurator.evaluate("document.activeElement.dataset.path") == "app"


@pytest.mark.parametrize("width", [390, 800])
def test_nothing_is_wider_than_a_narrow_screen(configurator: Page, width: int) -> None:
    """A phone, and half a screen."""
    configurator.set_viewport_size({"width": width, "height": 844})
    configurator.get_by_text("Who and what").click()
    configurator.get_by_role("radio", name=re.compile("^Production")).check()
    assert configurator.evaluate("document.documentElement.scrollWidth") <= width


def test_all_of_it_is_small_enough_for_a_phone(site: Path) -> None:
    """As it travels: data compressed to less than half a megabyte."""
    sizes = {
        path.name: len(gzip.compress(path.read_bytes()))
        for path in (site / "assets/configurator").iterdir()
    }
    assert sizes["data.json"] < 600_000
    assert sum(sizes.values()) - sizes["data.json"] < 30_000
