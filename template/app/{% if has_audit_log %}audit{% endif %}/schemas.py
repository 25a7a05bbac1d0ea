"""What goes out over the API about the audit log."""

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from app.audit.models import Outcome


class AuditEntryResponse(BaseModel):
    """Something that was done."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    at: datetime = Field(description="When.")
    actor: str = Field(
        description="Who: the subject of the caller, `anonymous`, or `system` for commands.",
        examples=["0199d2a4-7c3e-7b52-9a44-3f0a5f2d9c11"],
    )
    via: str = Field(description="How the actor was recognised.", examples=["user"])
    agent: str | None = Field(description="Which program called for the actor, if one did.")
    action: str = Field(description="What.", examples=["order.exported"])
    outcome: Outcome
    object_type: str | None = Field(description="To what kind of thing.", examples=["order"])
    object_id: str | None = Field(
        description="To which one.", examples=["0199d2a4-7c3e-7b52-9a44-3f0a5f2d9c12"]
    )
    address: str | None = Field(description="From where.", examples=["192.0.2.7"])
    request_id: str | None = Field(
        description="With which request: its `X-Request-ID`.",
        examples=["checkout-4711"],
    )
    details: dict[str, Any] = Field(examples=[{"format": "csv"}])
