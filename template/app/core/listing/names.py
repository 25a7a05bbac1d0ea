"""Parameters that hold names: `sort=-created_at,name` and `fields=id,name`.

What may be named is declared in the annotation of the parameter. Another name is refused
with 422, and the message lists those that are allowed.
"""

import re
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema


@dataclass(frozen=True, slots=True)
class SortKey:
    """One name to sort by."""

    name: str
    descending: bool


class NameList:
    """Declares the names that a parameter may list, with commas between them."""

    def __init__(self, names: tuple[str, ...], description: str, sign: str = "") -> None:
        self.names = names
        self.description = f"{description} Any of {', '.join(names)}."
        name = f"{sign}({'|'.join(names)})"
        self.pattern = f"^{name}(,{name})*$"

    def __get_pydantic_core_schema__(
        self, source: Any, handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        """Let Pydantic check the names."""
        return core_schema.no_info_after_validator_function(self.check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        """Describe the names in OpenAPI."""
        return handler(schema) | {"pattern": self.pattern}

    def check(self, value: str | None) -> str | None:
        """Refuse a name that is not allowed."""
        if value is not None and not re.fullmatch(self.pattern, value):
            raise PydanticCustomError(
                "unknown_name",
                "Input should be names with commas between them, any of {allowed}",
                {"allowed": ", ".join(self.names)},
            )
        return value


class SortableBy(NameList):
    """Declares what a list can be sorted by: attributes of its model."""

    def __init__(self, *names: str) -> None:
        super().__init__(names, "What to sort by, first things first; `-` for descending.", "-?")


class FieldsOf(NameList):
    """Declares which fields of its entries a list can be reduced to: those of a model."""

    def __init__(self, model: type[BaseModel]) -> None:
        names = (*model.model_fields, *model.model_computed_fields)
        super().__init__(names, "Return only these fields of each entry.")


def sort_keys(sort: str) -> tuple[SortKey, ...]:
    """Take `-created_at,name` apart. A name that comes again changes nothing."""
    keys: dict[str, SortKey] = {}
    for part in sort.split(","):
        name = part.removeprefix("-")
        keys.setdefault(name, SortKey(name, descending=part.startswith("-")))
    return tuple(keys.values())
