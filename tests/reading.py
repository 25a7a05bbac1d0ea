"""What a rendered file must be, whatever was answered."""

import ast
import json
import re
import tomllib
from collections.abc import Iterator

import yaml


def faults(name: str, text: str) -> Iterator[str]:
    """Yield what is wrong with the text of a file."""
    if text and (not text.endswith("\n") or text.endswith("\n\n")):
        yield f"{name} does not end in one newline"
    if text.startswith("\n"):
        yield f"{name} begins with a blank line"
    if "\n" * (4 if name.endswith((".py", ".mako", ".tmpl")) else 3) in text:
        yield f"{name} has doubled blank lines"
    for number, line in enumerate(text.split("\n"), start=1):
        if line != line.rstrip():
            yield f"{name}:{number} ends in blanks: {line!r}"
    try:
        parse(name, text)
    except (SyntaxError, ValueError, yaml.YAMLError) as error:
        yield f"{name} is not what its name says: {error}"


def jinja_left_over(name: str, text: str) -> Iterator[str]:
    """Yield lines in which something was not rendered. Only for tame answers."""
    for number, line in enumerate(text.split("\n"), start=1):
        if re.search(r"{%|%}|{{ | }}|{#|#}", line):
            yield f"{name}:{number} holds Jinja: {line}"


def parse(name: str, text: str) -> None:
    """Read a file as what its name says it is.

    Raises:
        SyntaxError, ValueError, yaml.YAMLError: It is not that.
    """
    if name.endswith(".py"):
        ast.parse(text, name)
    elif name.endswith(".toml"):
        tomllib.loads(text)
    elif name.endswith((".yml", ".yaml")):
        list(yaml.safe_load_all(text))
    elif name.endswith(".json"):
        json.loads(text)
