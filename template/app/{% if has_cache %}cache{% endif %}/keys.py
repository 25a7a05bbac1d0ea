"""What cached values are called.

A key is a template with the names of arguments in it, such as `user:{user_id}`. It begins
with the family that statistics are kept of, here `user`.
"""

import hashlib
from collections.abc import Collection
from datetime import date
from enum import Enum
from string import Formatter
from urllib.parse import quote
from uuid import UUID

from pydantic import BaseModel

NOTHING = "!"
"""Stands for None; in a text it would be escaped."""


def fill(template: str, **arguments: object) -> str:
    """Return the key that a template makes of these arguments.

    Whatever they hold, two keys are only the same when all arguments are.

    Raises:
        TypeError: An argument is of a kind that does not identify anything.
    """
    return template.format_map({name: _part(name, value) for name, value in arguments.items()})


def names_in(template: str, allowed: Collection[str]) -> frozenset[str]:
    """Return the names of the arguments in a template.

    Raises:
        TypeError: It has something else in it, or names what is not among those allowed.
    """
    try:
        parts = [part[1:] for part in Formatter().parse(template) if part[1] is not None]
    except ValueError as error:
        raise TypeError(f"The key {template!r} cannot be read: {error}.") from error
    for name, specification, conversion in parts:
        if not name or not name.isidentifier() or specification or conversion:
            raise TypeError(
                f"The key {template!r} may hold plain names of arguments only, such as {{user_id}}."
            )
        if name not in allowed:
            raise TypeError(
                f"The key {template!r} names {name!r}. Arguments that can stand in it are: "
                f"{', '.join(allowed) or 'none'}."
            )
    return frozenset(str(name) for name, _, _ in parts)


def family_of(key: str) -> str:
    """Return what a template, or a key without arguments, begins with.

    Raises:
        TypeError: It begins with an argument.
    """
    family = key.partition("{")[0].rstrip(":")
    if not family:
        raise TypeError(f"The key {key!r} has to begin with a word, such as user:{{user_id}}.")
    return family


def _part(name: str, value: object) -> str:
    match value:
        case None:
            return NOTHING
        case BaseModel():
            document = value.model_dump_json().encode()
            return hashlib.blake2b(document, digest_size=16).hexdigest()
        case Enum():
            return _part(name, value.value)
        case date():  # or a datetime
            return quote(value.isoformat(), safe="")
        case str() | int() | UUID():
            return quote(str(value), safe="")
        case _:
            kind = type(value).__name__
            raise TypeError(f"The argument {name!r} is a {kind}, which cannot stand in a key.")


def stamp_names(key: str, tags: Collection[str]) -> list[str]:
    """Return what the stamps are called that a value depends on: its key's, its tags'."""
    return [f"key:{key}", *(f"tag:{tag}" for tag in tags)]
