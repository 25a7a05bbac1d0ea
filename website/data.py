"""copier.yml and the template as data: everything that the configurator shows.

A file is kept once, as the texts and blocks that it is made of, and put together in the
browser for the answers there. So millions of combinations take as much room as the
template itself, and each comes out as Copier renders it: `tests/website` compares.
"""

import re
import subprocess
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from jinja2 import nodes

from tests.matrix.render import Renderer, Source
from tests.matrix.space import Space
from website.jinja import Json, translate

ADDRESS = "<address of Keelson>"
"""Stands for where Keelson is, as long as no server has it."""

ANSWERS_FILE = "{{ _copier_conf.answers_file }}.jinja"


class Data:
    """Translates one template."""

    def __init__(self, space: Space) -> None:
        self.space = space
        self.renderer = Renderer(space)
        self.env = self.renderer.env

    def all(self, version: str, address: str) -> dict[str, Json]:
        """Return all of it, as if the template were copied from this address in this version."""
        return {
            "origin": {"_commit": version, "_src_path": address},
            "questions": [self._question(name) for name in self.space.names],
            "files": [*map(self._file, self.renderer.sources), self._answers_file()],
        }

    @cached_property
    def sections(self) -> dict[str, str]:
        """The heading above each question in copier.yml."""
        found, section = {}, ""
        for line in (self.space.root / "copier.yml").read_text().splitlines():
            if heading := re.match(r"# --- (.+?) -+$", line):
                section = heading[1]
            elif question := re.match(r"(\w+):", line):
                found[question[1]] = section
        return found

    def _question(self, name: str) -> dict[str, Json]:
        details = self.space.details[name]
        default = details["default"]
        question = {
            "name": name,
            "section": self.sections.get(name, ""),
            "type": details["type"],
            "help": details.get("help", ""),
            "default": self._value("" if isinstance(default, list) else str(default)),
            "when": self._value(str(details.get("when", True))),
            "validator": self._value(details.get("validator", "")),
        }
        if isinstance(default, list):
            question["list"] = default
        if choices := details.get("choices"):
            pairs = (
                choices.items() if isinstance(choices, dict) else zip(choices, choices, strict=True)
            )
            question["choices"] = [self._choice(label, value) for label, value in pairs]
        return question

    def _choice(self, label: str, value: Any) -> dict[str, Json]:
        refusal = ""
        if isinstance(value, dict):
            value, refusal = value["value"], value.get("validator", "")
        return {"label": label, "value": value, "refusal": self._value(refusal)}

    def _file(self, source: Source) -> dict[str, Json]:
        path = source.path.removesuffix(".jinja")
        content: Json = source.content.decode()
        if source.is_template:
            content = _simplest(translate(self.renderer.parse(source), self._include))
        return {"path": [self._value(part) for part in path.split("/")], "content": content}

    def _answers_file(self) -> dict[str, Json]:
        tree = self._include(f"template/{ANSWERS_FILE}")
        return {
            "path": [str(self.renderer.worker.answers_relpath)],
            "content": translate(tree, self._include),
        }

    def _include(self, name: str) -> nodes.Template:
        return self.env.parse((self.space.root / name).read_text())

    def _value(self, value: str) -> Json:
        """Return a template that stands in copier.yml or in a path."""
        return _simplest(translate(self.env.parse(value), self._include))


def _simplest(parts: list[Json]) -> Json:
    """Return a template without Jinja as the text that it is."""
    match parts:
        case []:
            return ""
        case [str() as text]:
            return text
        case _:
            return parts


def version_of(root: Path) -> str:
    """Return the version of a repository, as Copier would record it."""
    return _git(root, "describe", "--tags", "--always") or "unknown"


def address_of(root: Path) -> str:
    """Return where others reach a repository, or words that stand for it."""
    address = _git(root, "remote", "get-url", "origin")
    return address if urlsplit(address).scheme in {"http", "https"} else ADDRESS


def _git(root: Path, *arguments: str) -> str:
    done = subprocess.run(
        ("git", *arguments), cwd=root, capture_output=True, text=True, check=False
    )
    return done.stdout.strip()
