"""A caller who is one of the users."""

from dataclasses import dataclass

from app.core.access import Principal
from app.core.errors import Forbidden
from app.users.schemas import UserResponse


@dataclass(frozen=True, slots=True, kw_only=True)
class UserPrincipal(Principal):
    """A user who has signed in, as they were when their sign-in was checked."""

    user: UserResponse


def user_of(caller: Principal) -> UserResponse:
    """Return the user who is calling.

    Raises:
        Forbidden: The caller is a program, which is none.
    """
    if not isinstance(caller, UserPrincipal):
        raise Forbidden("Only users have a profile.")
    return caller.user
