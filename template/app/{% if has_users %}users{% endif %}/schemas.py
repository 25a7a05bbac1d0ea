"""What goes in and out over the API about users."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import (
    MISSING,
    AfterValidator,
    BaseModel,
    ConfigDict,
    EmailStr,
    Field,
    StringConstraints,
)

from app.users.roles import Role

EmailAddress = Annotated[
    EmailStr,
    AfterValidator(str.lower),
    Field(max_length=254, description="Unique without regard to case, kept in lower case."),
]

# No @, so that a username can never be taken for somebody's e-mail address at sign-in.
Username = Annotated[
    str,
    StringConstraints(to_lower=True, pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{2,31}$"),
    Field(description="Unique without regard to case, kept in lower case."),
]

FullName = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, min_length=1, max_length=100, pattern=r"^[^\x00-\x1F\x7F]+$"
    ),
]


class UserCreate(BaseModel):
    """What a new user says about themselves."""

    model_config = ConfigDict(extra="forbid")

    email: EmailAddress = Field(examples=["ada@example.com"])
    username: Username = Field(examples=["ada"])
    full_name: FullName | None = Field(default=None, examples=["Ada Lovelace"])


class UserUpdate(BaseModel):
    """What users may change about themselves. What is left out stays as it is."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"minProperties": 1})

    email: EmailAddress | MISSING = Field(default=MISSING, examples=["ada@example.com"])
    username: Username | MISSING = Field(default=MISSING, examples=["ada"])
    full_name: FullName | MISSING | None = Field(default=MISSING, examples=["Ada King"])


class UserAdminUpdate(UserUpdate):
    """What administrators may change about a user."""

    role: Role | MISSING = Field(default=MISSING, examples=["moderator"])
    is_active: bool | MISSING = Field(
        default=MISSING, description="Whether the user may come in.", examples=[True]
    )


class UserBulkItem(UserAdminUpdate):
    """The changes to one of many users."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 2})

    id: UUID


class UserBulkUpdate(BaseModel):
    """Changes to many users at once."""

    model_config = ConfigDict(extra="forbid")

    users: list[UserBulkItem] = Field(
        min_length=1,
        max_length=100,
        examples=[[{"id": "0199d2a4-7c3e-7b52-9a44-3f0a5f2d9c11", "role": "moderator"}]],
    )


class UserResponse(BaseModel):
    """A user."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    email: str = Field(examples=["ada@example.com"])
    username: str = Field(examples=["ada"])
    full_name: str | None = Field(examples=["Ada Lovelace"])
    role: Role
    is_active: bool
    created_at: datetime
    updated_at: datetime


class UserBulkProblem(BaseModel):
    """Why one user was not changed."""

    status: int = Field(examples=[404])
    code: str = Field(description="For programs.", examples=["not_found"])
    detail: str = Field(description="For people.", examples=["User not found."])


class UserBulkResult(BaseModel):
    """What became of one user: how they are now, or why they were not changed."""

    id: UUID
    user: UserResponse | None = None
    problem: UserBulkProblem | None = None
