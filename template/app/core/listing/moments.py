"""Moments in a query."""

from typing import Annotated, Any

from pydantic import AwareDatetime, BeforeValidator
from pydantic_core import PydanticCustomError

_NO_NUMBER = (TypeError, ValueError)


def _refuse_number(value: Any) -> Any:
    try:
        float(value)
    except _NO_NUMBER:
        return value
    raise PydanticCustomError("moment", "Input should be a moment such as 2026-01-31T12:00:00Z")


Moment = Annotated[AwareDatetime, BeforeValidator(_refuse_number)]
"""A moment with its time zone. Pydantic alone takes 2026 for seconds since 1970."""
