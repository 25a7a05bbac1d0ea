"""Any text can be typed as an answer: it is refused with a sentence, or held as it is."""

import re
import tomllib
from io import StringIO
from pathlib import Path

import pytest
from dotenv import dotenv_values
from hypothesis import Phase, given, settings
from hypothesis import strategies as some
from markdown_it import MarkdownIt

from tests.generate import TemplateRepository, generate, questions, recorded
from tests.matrix.render import Renderer
from tests.reading import faults
from tests.variants import SPACE, chosen, refusal

RENDERER = Renderer(SPACE)

TEXT_QUESTIONS = [
    name
    for name, details in questions().items()
    if details["type"] == "str" and "choices" not in details and details.get("when") is not False
]

TEXTS = {
    "a plain name": "Order Desk",
    "one letter": "x",
    "double quotes": 'Say "hello"',
    "single quotes": "It's ours",
    "triple quotes": "a '''b''' \"\"\"c\"\"\"",
    "only a quote": '"',
    "a backslash": "C:\\new\\table",
    "a backslash at the end": "path\\",
    "braces": "{a} {{b}} }{",
    "a Jinja expression": "{{ 7*7 }}",
    "a Jinja tag": "{% raw %}",
    "a Jinja comment": "{# hidden #}",
    "a hash": "C # Sharp",
    "a hash at the start": "# Title",
    "a newline": "one\ntwo",
    "a carriage return": "one\rtwo",
    "a tab": "one\ttwo",
    "a null character": "one\0two",
    "a bell": "one\atwo",
    "a delete character": "one\x7ftwo",
    "a C1 control": "one\x85two",
    "a line separator": "one\u2028two",
    "emoji": "Rocket 🚀",
    "umlauts": "Käse & Brötchen",
    "Chinese": "订单服务",
    "Arabic": "خدمة الطلبات",
    "a reversal of direction": "abc\u202edef",
    "a zero-width space": "ab\u200bcd",
    "very long": "long " * 2_000,
    "empty": "",
    "blanks": "   ",
    "blanks around": "  Order Desk  ",
    "yes": "yes",
    "null": "null",
    "a tilde": "~",
    "a number": "1.0",
    "an exponent": "1e5",
    "a date": "2026-11-21",
    "YAML": "key: [value, *anchor]",
    "a YAML tag": "!!python/object:os.system",
    "a dash": "- item",
    "an interpolation": "${HOME} $HOME $(HOME) $$",
    "a percent sign": "100 %(here)s %s",
    "backticks": "`id` ```code```",
    "HTML": "<script>alert(1)</script> & <b>bold</b>",
    "Markdown": "[link](https://example.com) *bold* _under_ | cell |",
    "an HTML comment": "<!-- gone -->",
    "an assignment": "A=B",
    "a path": "../../etc/passwd",
    "test": "test",
    "tests": "tests",
    "app": "app",
    "class": "class",
    "None": "None",
    "a digit first": "1x",
    "fastapi": "fastapi",
    "pydantic": "Pydantic",
    "CON": "con",
    "dots": "..",
    "dashes": "--help",
    "capitals": "ORDERS",
    "underscores": "order__desk_",
    "an address": "owner@example.com",
    "an address with a name": "Owner <owner@example.com>",
    "an address with a plus": "o'neil+keelson@sub.example.co.uk",
    "no domain": "owner@",
}


def accepted(text: str) -> dict[str, str]:
    """Return the text as the answer to every question that takes it."""
    return {name: text for name in TEXT_QUESTIONS if refusal(name, text) is None}


@pytest.mark.parametrize("text", TEXTS.values(), ids=TEXTS)
@pytest.mark.parametrize("name", TEXT_QUESTIONS)
def test_a_refusal_is_a_sentence_that_says_what_to_type(name: str, text: str) -> None:
    """It is about the question that was asked, and Copier's own message is not enough."""
    said = refusal(name, text)
    if said is not None:
        question, _, sentence = said.partition(": ")
        assert question == f"Validation error for question '{name}'"
        assert re.fullmatch(r"(?:[A-Z]|\S+ is taken).{20,}\.", sentence, re.DOTALL), sentence


@pytest.mark.parametrize("name", TEXT_QUESTIONS)
def test_a_question_takes_a_good_text_and_refuses_a_control_character(name: str) -> None:
    """Nobody means one, and TOML, YAML and HTML cannot hold them all."""
    assert refusal(name, "one\0two") is not None
    assert refusal(name, "one\ntwo") is not None
    good = {"email": "owner@example.com", "project_slug": "order-desk"}
    assert refusal(name, good.get(name, "Order Desk")) is None


TAKEN = {name: text for name, text in TEXTS.items() if accepted(text)}


@pytest.mark.parametrize("text", TAKEN.values(), ids=TAKEN)
def test_a_text_that_is_taken_stands_in_every_file_as_it_was_typed(text: str) -> None:
    """In TOML, YAML, `.env`, Python and Markdown."""
    check_a_project_with({**accepted(text), "preset": "minimal"})


@pytest.mark.parametrize("text", [TEXTS["YAML"], TEXTS["a date"], TEXTS["emoji"]])
def test_copier_records_a_text_as_it_was_typed(
    template: TemplateRepository, tmp_path: Path, text: str
) -> None:
    """An update asks no question again, and has to find the same answers."""
    answers = {**accepted(text), "preset": "minimal"}
    project = generate(template.root, tmp_path / "project", answers)
    assert answers.items() <= recorded(project).items()


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    phases=[Phase.explicit, Phase.generate],
)
@given(text=some.text(min_size=1, max_size=60))
def test_no_text_at_all_breaks_a_project(text: str) -> None:
    """Whatever nobody has thought of."""
    check_a_project_with(accepted(text))


def check_a_project_with(answers: dict[str, str]) -> None:
    """Render a project and find each answer where it belongs, unchanged."""
    every = chosen(answers)
    project = {
        file.path: file.content.decode()
        for source in RENDERER.sources
        if source.is_template and (file := RENDERER.render(source, every))
    }
    assert [f for name, text in project.items() for f in faults(name, text)] == []

    about = tomllib.loads(project["pyproject.toml"])["project"]
    assert about["name"] == every["project_slug"]
    assert about.get("description", "") == every["description"]
    assert about["authors"][0]["name"] == every["author"]
    assert about["authors"][0].get("email", "") == every["email"]

    assert (
        dotenv_values(stream=StringIO(project[".env.example"]))["APP_NAME"] == every["project_name"]
    )

    page = MarkdownIt().parse(project["README.md"])
    heading = page[[token.type for token in page].index("heading_open") + 1]
    assert shown(heading) == every["project_name"]
    if every["description"]:
        paragraph = page[[token.type for token in page].index("paragraph_open") + 1]
        assert shown(paragraph) == every["description"]


def shown(block: object) -> str:
    """Return the text that a reader of rendered Markdown sees."""
    assert hasattr(block, "children")
    assert all(part.type in {"text", "text_special"} for part in block.children), block.children
    return "".join(part.content for part in block.children)
