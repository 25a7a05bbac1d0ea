"""How many requests in how long a time, and what counting them has found."""

import math
import re
from dataclasses import dataclass
from typing import Annotated, Self

from pydantic import AfterValidator

DEFAULT = "default"
"""The name of the limit that every request counts for."""

_SECONDS = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}

_NOTATION = re.compile(
    rf"\s*([0-9]+)\s*(?:/|per\b)\s*([0-9]+)?\s*({'|'.join(_SECONDS)})s?\s*", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class Limit:
    """So many requests within so many seconds, whichever seconds those are."""

    name: str
    amount: int
    seconds: int

    @classmethod
    def parse(cls, name: str, notation: str) -> Self:
        """Return the limit of a notation such as `100/minute` or `5 per 15 minutes`.

        Raises:
            ValueError: It is not one.
        """
        match = _NOTATION.fullmatch(notation)
        amount, times = (int(match[1]), int(match[2] or 1)) if match else (0, 0)
        if match is None or amount < 1 or times < 1:
            raise ValueError("give one limit of at least 1, such as 100/minute")
        return cls(name, amount, times * _SECONDS[match[3].lower()])


def _check(notation: str) -> str:
    Limit.parse(DEFAULT, notation)
    return notation


Notation = Annotated[str, AfterValidator(_check)]
"""A limit in settings, such as `100/minute`."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a request may pass, and how its caller stands.

    `until_more` is the seconds until more than `remaining` may be sent; `wait` the seconds
    until this request may be, 0 when it may now.
    """

    limit: Limit
    remaining: int
    until_more: float
    wait: float = 0.0


def whole_seconds(seconds: float) -> int:
    """Return the whole seconds after which so many have passed, but for what a float is off."""
    return math.ceil(round(seconds, 6))
