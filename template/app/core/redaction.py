"""Keeps secrets out of log lines, by the names of fields and by the form of texts."""

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

REDACTED = "[redacted]"

_DEEPEST = 8
"""Nested values below this are left out: no log line needs them, and they may go in circles."""

_SHORT = 100
"""Texts up to this length are remembered: events, routes, methods, names come again and again."""

_NUMBERS = (bool, int, float)
_SEQUENCES = (list, tuple, set, frozenset)

_NAME = r"pass(?:word|wd|phrase)|secret|token|authorization|cookie|credential|(?:api|private).?key"
_SECRET_NAME = re.compile(_NAME, re.IGNORECASE)
# None of these can fail after it has begun, so that no text takes long to search.
_VALUE = r"""(?:"[^"]*"?|'[^']*'?|\[[^]]*]?|{[^}]*}?|(?:bearer |basic )?[^\s'"&,;)}]+)"""
_SECRET_TEXT = re.compile(
    r"(?P<scheme>\b(?:bearer|basic) )[\w.~+/=-]+"  # an Authorization header
    r"|(?P<user>://[^:/?#@\s]*:)[^@/\s]+(?=@)"  # a URL with a password
    rf"|(?P<name>(?:{_NAME})\w{{0,40}}['\"]?\s?[=:]\s?){_VALUE}"  # name=… or "name": …
    # What Pydantic was given, in its own errors, which show up to 50 characters of it.
    r"|(?P<input>\binput_value=)[^\n]{0,100}?(?=, input_type=)",
    re.IGNORECASE,
)


@lru_cache(maxsize=1024)
def is_secret(name: str) -> bool:
    """Say whether what has this name is a secret."""
    return _SECRET_NAME.search(name) is not None


def redact(fields: Mapping[Any, Any], depth: int = 1) -> dict[str, Any]:
    """Return the fields with the values of those that hold secrets replaced, nested ones too."""
    safe: dict[str, Any] = {}
    for key, value in fields.items():
        name = str(key)
        safe[name] = REDACTED if is_secret(name) else _redact_value(value, depth)
    return safe


def redact_text(text: str) -> str:
    """Return a text without the passwords and tokens that stand in it like `token=…`."""
    return _search_short(text) if len(text) <= _SHORT else _search(text)


def _search(text: str) -> str:
    return _SECRET_TEXT.sub(lambda found: f"{found[found.lastgroup or 0]}{REDACTED}", text)


_search_short = lru_cache(maxsize=1024)(_search)


def _redact_value(value: object, depth: int) -> object:
    if isinstance(value, str):
        return redact_text(value)
    if value is None or isinstance(value, _NUMBERS):
        return value
    if isinstance(value, Mapping):
        return redact(value, depth + 1) if depth < _DEEPEST else "…"
    if isinstance(value, _SEQUENCES):
        return [_redact_value(one, depth + 1) for one in value] if depth < _DEEPEST else "…"
    return redact_text(str(value))
