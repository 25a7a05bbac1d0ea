"""What goes in and out over the API about signing in."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    StringConstraints,
)
from pydantic_core import PydanticCustomError

from app.auth.password_rules import MAX_LENGTH, MIN_LENGTH, normalised
from app.users.roles import Role
from app.users.schemas import UserCreate


def _check_length(password: SecretStr) -> SecretStr:
    """Refuse with a sentence for people; Pydantic's own would speak of items."""
    length = len(normalised(password.get_secret_value()))
    if not MIN_LENGTH <= length <= MAX_LENGTH:
        raise PydanticCustomError(
            "password_length",
            "The password should have {least} to {most} characters",
            {"least": MIN_LENGTH, "most": MAX_LENGTH},
        )
    return password


NewPassword = Annotated[
    SecretStr,
    AfterValidator(_check_length),
    Field(
        description="Any characters. Neither a common password nor the name of the account.",
        examples=["seven purple lanterns"],
        json_schema_extra={"minLength": MIN_LENGTH, "maxLength": MAX_LENGTH},
    ),
]

# Longer than any that can be set, so that nothing about a wrong one differs.
GivenPassword = Annotated[
    SecretStr, Field(min_length=1, max_length=1024, examples=["seven purple lanterns"])
]


class Registration(UserCreate):
    """What someone sends to get an account of their own."""

    password: NewPassword
    terms_accepted: Literal[True] = Field(description="Has to be true.")


class AccountCreate(UserCreate):
    """An account that an administrator makes for someone."""

    password: NewPassword
    role: Role = Role.USER
    is_active: bool = True


class SignInForm(BaseModel):
    """The password flow of OAuth 2 (RFC 6749, section 4.3)."""

    grant_type: Literal["password"] = "password"
    username: Annotated[str, StringConstraints(max_length=254, pattern=r"^[^\x00-\x1F\x7F]+$")] = (
        Field(description="The e-mail address or the username.", examples=["ada@example.com"])
    )
    password: GivenPassword


class RefreshRequest(BaseModel):
    """The refresh token of the last answer."""

    model_config = ConfigDict(extra="forbid")

    refresh_token: SecretStr = Field(max_length=4096)


class TokenResponse(BaseModel):
    """What a client keeps to be signed in."""

    access_token: str = Field(description="Goes with each request: `Authorization: Bearer …`.")
    refresh_token: str = Field(description="Good for one new pair of tokens.")
    token_type: Literal["bearer"] = "bearer"  # noqa: S105, the name of the type
    expires_in: int = Field(description="Seconds until the access token expires.", examples=[1800])


class PasswordChange(BaseModel):
    """The password of the caller, and the one to be."""

    model_config = ConfigDict(extra="forbid")

    current_password: GivenPassword
    new_password: NewPassword


class SessionResponse(BaseModel):
    """A device on which the caller is signed in."""

    id: UUID
    is_current: bool = Field(description="Whether this request came from it.")
    signed_in_at: datetime
    refreshed_at: datetime = Field(description="When it was last in use, roughly.")
    expires_at: datetime
    address: str | None = Field(examples=["203.0.113.7"])
    user_agent: str | None = Field(examples=["Mozilla/5.0 (X11; Linux x86_64) Firefox/145.0"])
