"""What must hold for every file on its own, in every form it can take.

What ruff says of the Python among them is in `linting.py`.
"""

import ast
import configparser
import json
import re
import tomllib
from collections.abc import Iterator
from pathlib import PurePosixPath

import yaml

from tests.matrix import containers, dashboards, formatting, markdown, schemas, tools
from tests.matrix.render import Rendered


def check(file: Rendered) -> Iterator[str]:
    """Yield what is wrong with one file, whatever its kind."""
    try:
        text = file.content.decode()
    except UnicodeDecodeError:
        yield "is not UTF-8"
        return
    path = PurePosixPath(file.path)
    yield from _check_layout(path, text)
    yield from _check_leftovers(text)
    yield from _check_secrets(path, text)
    try:
        _parse(path, text)
    except (ValueError, SyntaxError, yaml.YAMLError, configparser.Error) as error:
        yield f"does not parse: {error}"
    yield from _check_kind(path, text)


def _check_layout(path: PurePosixPath, text: str) -> Iterator[str]:
    if not text:
        return
    if not text.endswith("\n"):
        yield "does not end in a newline"
    if text.endswith("\n\n"):
        yield "ends in a blank line"
    if text.startswith("\n"):
        yield "starts with a blank line"
    if "\r" in text:
        yield "has carriage returns"
    blank_lines_allowed = 2 if path.suffix in {".py", ".mako", ".tmpl"} else 1
    if "\n" * (blank_lines_allowed + 2) in text:
        yield f"has more than {blank_lines_allowed} blank lines in a row"
    for number, line in enumerate(text.splitlines(), 1):
        if line != line.rstrip():
            yield f"line {number} ends in white space"
        if "\t" in line and path.name not in {"Makefile", "Caddyfile"}:
            yield f"line {number} has a tab"


def _check_leftovers(text: str) -> Iterator[str]:
    # Workflow files write `${{ secrets.X }}`, alerts `{{ $labels.x }}`, and Python doubles braces
    # that are to stay.
    for leftover in re.findall(r"\{%.*?%\}|(?<!\$)\{\{ (?!\$).*? \}\}|\{#.*?#\}", text):
        yield f"has Jinja left over: {leftover}"


def _check_secrets(path: PurePosixPath, text: str) -> Iterator[str]:
    """Secrets are made by the hook into `.env`, the lock file by uv."""
    if path.name in {".env", "uv.lock"}:
        yield "is never rendered"
    if path.parts[0] == "tests":
        return
    for word in re.findall(r"[\w+/-]{32,}", text):
        # A commit that a workflow names is public, and meant to stay as it is.
        if _looks_random(word) and f"@{word}" not in text:
            yield f"holds what looks like a secret: {word}"
    for line in re.findall(
        r"^\w*(?:SECRET|KEYS?|PASSWORD)\w*=(?!$|change-me).*", text, re.MULTILINE
    ):
        yield f"sets a secret: {line}"


def _looks_random(word: str) -> bool:
    """Say whether a long word is hexadecimal, or mixes letters and digits as base64 does."""
    kinds = (str.isdigit, str.islower, str.isupper)
    return bool(re.fullmatch(r"[0-9a-f]{32,}", word)) or all(
        sum(map(kind, word)) >= 3 for kind in kinds
    )


def _check_kind(path: PurePosixPath, text: str) -> Iterator[str]:
    """Yield what those say who know the kind of a file."""
    yield from schemas.check(path, text)
    yield from formatting.check(path, text)
    yield from dashboards.check(path, text)
    yield from containers.check(path, text)
    if path.suffix == ".md":
        yield from markdown.check(text)
    if path.name == "Makefile":
        yield from tools.check_makefile(text)
    if path.name.startswith("Dockerfile"):
        yield from tools.check_dockerfile(text)
    if path.name == "Caddyfile":
        yield from tools.check_caddyfile(text)


def _parse(path: PurePosixPath, text: str) -> None:
    match path.suffix:
        case ".py":
            ast.parse(text)
        case ".toml":
            tomllib.loads(text)
        case ".yml" | ".yaml":
            list(yaml.safe_load_all(text))
        case ".json":
            json.loads(text)
        case ".ini" | ".cfg":
            configparser.ConfigParser(interpolation=None).read_string(text)
