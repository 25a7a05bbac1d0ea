"""What goes in and out over the API about users."""

from datetime import datetime
from uuid import UUID

from pydantic import MISSING, BaseModel, ConfigDict, Field

from app.users.changes import UserUpdate
from app.users.fields import EmailAddress, FullName, Username
from app.users.roles import Role


class UserCreate(BaseModel):
    """What a new user says about themselves."""

    model_config = ConfigDict(extra="forbid")

    email: EmailAddress = Field(examples=["ada@example.com"])
    username: Username = Field(examples=["ada"])
    full_name: FullName | None = Field(default=None, examples=["Ada Lovelace"])


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
