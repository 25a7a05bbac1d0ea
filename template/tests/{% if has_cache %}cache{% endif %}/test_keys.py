"""Keys: mistakes are found when a module is loaded, and no two questions share one."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

import pytest
from pydantic import BaseModel

from app.cache.decorator import cached
from app.cache.keys import fill
from app.core.registry import Registry


async def find(registry: Registry, name: str, size: int = 1) -> str:
    return name * size


async def find_all(registry: Registry, *names: str) -> str:
    return "".join(names)


async def find_alone(name: str) -> str:
    return name


async def find_anything(registry: Registry, name):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN201
    return name


@pytest.mark.parametrize(
    ("function", "key", "message"),
    [
        (find, "thing:{name}", "size must stand in the key"),
        (find, "thing:{name}:{size}:{colour}", "names 'colour'. .* name, size"),
        (find, "thing:{name}:{size}:{registry}", "names 'registry'"),
        (find, "thing:{0}:{size}", "plain names"),
        (find, "thing:{}:{size}", "plain names"),
        (find, "thing:{name.title}:{size}", "plain names"),
        (find, "thing:{name!r}:{size}", "plain names"),
        (find, "thing:{name:>3}:{size}", "plain names"),
        (find, "thing:{name", "cannot be read"),
        (find, "{name}:{size}", "begin with a word"),
        (find_all, "thing", r"\*names"),
        (find_alone, "thing:{name}", "needs an argument `registry`"),
        (find_anything, "thing:{name}", "declare what it returns"),
    ],
)
def test_a_key_that_does_not_fit_its_function_is_refused(
    function: Callable[..., Awaitable[Any]], key: str, message: str
) -> None:
    with pytest.raises(TypeError, match=message):
        cached(ttl=60, key=key)(function)


def test_a_tag_that_does_not_fit_is_refused() -> None:
    with pytest.raises(TypeError, match="names 'colour'"):
        cached(ttl=60, key="thing:{name}:{size}", tags=("colour:{colour}",))(find)


class Colour(StrEnum):
    RED = "red"


class Query(BaseModel):
    text: str = ""


def test_whatever_arguments_hold_no_two_keys_are_the_same() -> None:
    pairs = [("a:b", "c"), ("a", "b:c"), ("a", None), ("a", "!"), (None, "a"), ("a{b}", "c")]
    keys = {fill("thing:{one}:{two}", one=one, two=two) for one, two in pairs}
    assert len(keys) == len(pairs)


def test_what_can_stand_in_a_key() -> None:
    moment = datetime(2026, 11, 21, tzinfo=UTC)
    values = (7, True, UUID(int=7), Colour.RED, moment, moment.date(), Query(), Query(text="a"))
    keys = {fill("thing:{value}", value=value) for value in values}
    assert len(keys) == len(values)
    assert fill("thing:{value}", value=Colour.RED) == "thing:red"
    with pytest.raises(TypeError, match="'value' is a list"):
        fill("thing:{value}", value=[1])
