"""What goes in and out over the API about items."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import MISSING, BaseModel, ConfigDict, Field, StringConstraints

from app.items.models import ItemStatus

ItemName = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1F\x7F]+$"
    ),
]

# Text with line breaks, but without the NUL that not every database can store.
ItemDescription = Annotated[str, StringConstraints(max_length=2000, pattern=r"^[^\x00]*$")]

ItemQuantity = Annotated[int, Field(ge=0, le=1_000_000)]


class ItemCreate(BaseModel):
    """What a new item starts with."""

    model_config = ConfigDict(extra="forbid")

    name: ItemName = Field(examples=["Desk lamp"])
    description: ItemDescription | None = Field(default=None, examples=["Warm white, 8 W"])
    status: ItemStatus = ItemStatus.DRAFT
    quantity: ItemQuantity = Field(default=0, strict=True, examples=[12])


class ItemUpdate(BaseModel):
    """What a change may touch. What is left out stays as it is; null empties."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"minProperties": 1})

    name: ItemName | MISSING = Field(default=MISSING, examples=["Desk lamp"])
    description: ItemDescription | MISSING | None = Field(
        default=MISSING, examples=["Warm white, 8 W"]
    )
    status: ItemStatus | MISSING = MISSING
    quantity: ItemQuantity | MISSING = Field(default=MISSING, strict=True, examples=[12])


class ItemResponse(BaseModel):
    """An item."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str = Field(examples=["Desk lamp"])
    description: str | None = Field(examples=["Warm white, 8 W"])
    status: ItemStatus
    quantity: int = Field(examples=[12])
    owner: str = Field(description="Whose it is.")
    created_at: datetime
    updated_at: datetime
