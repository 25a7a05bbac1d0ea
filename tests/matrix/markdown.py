"""What must hold for a Markdown file: its fences, tables and reference links.

Most forms of a README share most of their sections, so each section is read once.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from markdown_it import MarkdownIt
from markdown_it.rules_block.table import escapedSplit
from markdown_it.token import Token

PARSER = MarkdownIt("commonmark").enable("table")

REFERENCE = re.compile(r"\[([^\[\]]+)\]\[([^\[\]]*)\]")
"""A link by reference that stayed text, so one whose definition the parser has not seen."""

RULE = re.compile(r"\|?(\s*:?-+:?\s*\|)+(\s*:?-+:?\s*)?")
"""What stands below the head of a table; it is text where the two differ in their cells."""


@dataclass(frozen=True)
class Section:
    """What a section says that concerns the file as a whole."""

    problems: tuple[str, ...]
    defined: frozenset[str]
    """The labels of its definitions, as the parser normalizes them."""
    missing: frozenset[str]
    """The labels that its links refer to, and that it does not define itself."""
    headings: frozenset[str]
    """What links to its headings end in on GitHub."""
    links: frozenset[str]


def check(text: str) -> Iterator[str]:
    """Yield what is wrong with a Markdown file."""
    sections = [read(section) for section in re.split(r"^(?=## )", text, flags=re.MULTILINE)]
    for section in sections:
        yield from section.problems
    defined = frozenset().union(*(section.defined for section in sections))
    missing = frozenset().union(*(section.missing for section in sections))
    for label in sorted(missing - defined):
        yield f"links to [{label}], which it does not define"


@cache
def read(text: str) -> Section:
    """Read one section, or any other part of a file."""
    env: dict[str, dict[str, object]] = {}
    tokens = PARSER.parse(text, env)
    lines = text.splitlines()
    inline = [token for token in tokens if token.type == "inline"]
    parts = [part for token in inline for part in token.children or []]
    plain = [
        "".join(part.content for part in token.children or [] if part.type == "text")
        for token in inline
    ]
    references = [match for content in plain for match in REFERENCE.finditer(content)]
    return Section(
        problems=tuple(_check_blocks(tokens, lines)),
        defined=frozenset(env.get("references", {})),
        missing=frozenset((match[2] or match[1]).strip().upper() for match in references),
        headings=frozenset(
            _slug(content) for before, content in pairwise(tokens) if before.type == "heading_open"
        ),
        links=frozenset(str(part.attrs["href"]) for part in parts if part.type == "link_open"),
    )


def _check_blocks(tokens: list[Token], lines: list[str]) -> Iterator[str]:
    for before, token in zip([None, *tokens], tokens, strict=False):
        start, end = token.map or (0, 0)
        if token.type == "fence" and not (
            end - start > 1 and lines[end - 1].strip(" >").startswith(token.markup)
        ):
            yield f"does not close its fence: {lines[start].strip()}"
        if token.type == "table_open":
            head = _cells(lines[start])
            for row in lines[start + 2 : end]:
                if _cells(row) != head:
                    yield f"has a row of {_cells(row)} cells in a table of {head}: {row.strip()}"
        if token.type == "inline" and before and before.type == "paragraph_open":
            for line in token.content.splitlines():
                if RULE.fullmatch(line.strip()):
                    yield f"has a table whose head has other cells than its rule: {line.strip()}"


def _cells(row: str) -> int:
    """Count the cells of a row as GitHub does: a bar in code separates as well."""
    return len(escapedSplit(row.strip(" >").removeprefix("|").removesuffix("|")))


def _slug(heading: Token) -> str:
    """Return what a link to a heading ends in on GitHub.

    Which of two equal headings gets a number depends on what comes before: nothing that
    a link should rely on, so it is not known here.
    """
    text = "".join(part.content for part in heading.children or [])
    return re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-")
