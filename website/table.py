"""Tables in Markdown."""

from collections.abc import Iterable, Iterator
from typing import Any

from website.costs import written


def table(*head: str) -> Iterator[str]:
    """Yield the head of a table."""
    yield row(*head)
    yield "|---" * len(head) + "|"


def row(*cells: str) -> str:
    """Return a row of a table."""
    return f"| {' | '.join(cells)} |"


def code(value: Any) -> str:
    """Return an answer or a name as code."""
    return f"`{written(value)}`"


def codes(values: Iterable[str]) -> str:
    """Return names as code, with commas between them."""
    return ", ".join(map(code, values))
