"""The page of all questions, from copier.yml and from what the pages of the features say."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from jinja2 import Environment, nodes

from tests.generate import ROOT
from website.choose import Choosing
from website.data import Data
from website.table import code, row, table

FEATURES = ROOT / "docs" / "features"


def questions(choosing: Choosing) -> Iterator[str]:
    """Yield the lines of the page."""
    space = choosing.space
    sections = Data(space).sections
    told = explained(FEATURES, space.choices)
    needs = needed(choosing)
    yield "# Every question"
    yield ""
    yield (
        "As `copier.yml` asks them. The answer in bold is that of the preset `starter`, which the "
        "defaults lead to. In italics stands what is said of a text that is refused. How to "
        "answer, and what a preset is, has [a page of its own](../questions.md)."
    )
    for section in dict.fromkeys(sections[name] for name in space.askable):
        names = [name for name in space.askable if sections[name] == section]
        yield ""
        yield f"## {section}"
        yield ""
        yield from table("question", "what it asks", "answers", "read more")
        for name in names:
            details = space.details[name]
            if name in space.choices:
                answers = "<br>".join(_choices(choosing, name, needs))
                links = ["[what it changes](" + _place(name) + ")", *told.get(name, ())]
            else:
                answers, links = "<br>".join(_text(details, space.worker.jinja_env)), []
            yield row(code(name), str(details["help"]), answers, ", ".join(links))


def _place(name: str) -> str:
    return "presets.md" if name == "preset" else f"options.md#{name}"


def _choices(
    choosing: Choosing, name: str, needs: dict[tuple[str, Any], list[str]]
) -> Iterator[str]:
    space = choosing.space
    labels = {value: label for label, value in _labelled(space.details[name].get("choices", {}))}
    default = space.default(name, space.answered({}))
    for value in choosing.values(name):
        shown = code(value)
        shown = f"**{shown}**" if value == default else shown
        label = labels.get(value)
        if label and label != value:
            shown += f" {label}"
        if needed := needs.get((name, value)):
            shown += f"; needs {', or '.join(needed)}"
        yield shown


def _labelled(choices: Any) -> Iterator[tuple[str, Any]]:
    pairs = choices.items() if isinstance(choices, dict) else zip(choices, choices, strict=True)
    for label, value in pairs:
        yield label, value["value"] if isinstance(value, dict) else value


def needed(choosing: Choosing) -> dict[tuple[str, Any], list[str]]:
    """Return what each answer needs, in words."""
    found: dict[tuple[str, Any], list[str]] = {}
    for name, value, other, enough in choosing.needs():
        said = f"`{other}`: {' or '.join(map(code, enough))}"
        found.setdefault((name, value), []).append(said)
    return found


def _text(details: Any, env: Environment) -> Iterator[str]:
    default = str(details["default"])
    otherwise = "what follows from the answers before" if "{" in default else code(default)
    yield f"any text; else {otherwise}" if default else "any text, or nothing"
    for message in refusals(str(details.get("validator", "")), env):
        yield f"*{message}*"


def refusals(validator: str, env: Environment) -> list[str]:
    """Return what a validator may say, with `…` for what depends on the answer."""
    said = []
    for output in env.parse(validator).find_all(nodes.Output):
        parts = (
            part.data if isinstance(part, nodes.TemplateData) else "…" for part in output.nodes
        )
        if message := "".join(parts).strip():
            said.append(re.sub(r"[^\w\s.,;'…-]", lambda one: f"&#{ord(one[0])};", message))
    return said


def explained(folder: Path, names: tuple[str, ...]) -> dict[str, list[str]]:
    """Return links to the pages that begin with a question, such as `cache: memory`."""
    found: dict[str, list[str]] = {}
    for page in sorted(folder.glob("*.md")):
        title, opening, *_ = page.read_text().split("\n\n")
        asked = dict.fromkeys(re.findall(r"`(\w+): ?\w+`", opening))
        for name in (name for name in asked if name in names):
            found.setdefault(name, []).append(
                f"[{title.removeprefix('# ')}](../features/{page.name})"
            )
    return found
