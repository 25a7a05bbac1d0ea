"""How many requests in how long a time, and what counting them has found."""

from dataclasses import dataclass
from typing import Annotated, Self

from limits import parse_many
from pydantic import AfterValidator

DEFAULT = "default"
"""The name of the limit that every request counts for."""


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
        first, *more = parse_many(notation)
        if more or first.amount < 1 or first.get_expiry() < 1:
            raise ValueError("give one limit of at least 1, such as 100/minute")
        return cls(name, first.amount, first.get_expiry())


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
