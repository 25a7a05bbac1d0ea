"""What the fields of a user may hold."""

from typing import Annotated

from pydantic import AfterValidator, EmailStr, Field, StringConstraints

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
