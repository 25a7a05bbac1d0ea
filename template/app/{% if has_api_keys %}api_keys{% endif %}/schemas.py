"""What goes in and out over the API about API keys."""

from datetime import datetime
from ipaddress import IPv4Network, IPv6Network
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from app.core.listing.moments import Moment

KeyName = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1F\x7F]+$"
    ),
]


class ApiKeyCreate(BaseModel):
    """What a new key may do, from where and until when."""

    model_config = ConfigDict(extra="forbid")

    name: KeyName = Field(examples=["nightly export"])
    scopes: set[Annotated[str, StringConstraints(max_length=64)]] = Field(
        min_length=1,
        max_length=100,
        description="What it may do: some of the scopes that you hold.",
        examples=[["profile:read"]],
    )
    networks: list[IPv4Network | IPv6Network] = Field(
        default=[],
        max_length=20,
        description="The addresses and networks it may be used from; none for anywhere.",
        examples=[["203.0.113.0/24"]],
    )
    expires_at: Moment | None = Field(
        default=None, description="Until when it is good; without one, as long as possible."
    )


class ApiKeyRotate(BaseModel):
    """How a key gets a new secret."""

    model_config = ConfigDict(extra="forbid")

    overlap_hours: int | None = Field(
        default=None,
        ge=0,
        le=720,
        strict=True,
        description="For how long the old secret stays good; 0 for not at all.",
        examples=[24],
    )


class ApiKeyResponse(BaseModel):
    """A key, without its secret."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str = Field(examples=["nightly export"])
    owner: str = Field(description="Whose it is, and whom it calls for.")
    begins_with: str = Field(description="How to find it where it is used.")
    scopes: list[str] = Field(
        description="What it may do, as long as its owner may.", examples=[["profile:read"]]
    )
    networks: list[str] = Field(examples=[["203.0.113.0/24"]])
    expires_at: datetime
    previous_until: datetime | None = Field(
        description="Until when the secret before the last rotation is good."
    )
    last_used_at: datetime | None = Field(description="To a minute or two.")
    created_at: datetime
    updated_at: datetime


class NewApiKeyResponse(ApiKeyResponse):
    """A key with its secret, which is shown this once."""

    key: str = Field(description="Goes with each request: `X-API-Key: …`. Keep it safe.")
