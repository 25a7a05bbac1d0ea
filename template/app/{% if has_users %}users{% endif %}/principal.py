"""A caller who is one of the users."""

from dataclasses import dataclass

from app.core.access import Principal
from app.core.errors import Forbidden
from app.users.models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class UserPrincipal(Principal):
    """A user who has signed in, with the row that their sign-in was checked against.

    The row belongs to no open session: read it, but change the user through the service.
    """

    user: User


def user_of(caller: Principal) -> User:
    """Return the user who is calling.

    Raises:
        Forbidden: The caller is a program, which is none.
    """
    if not isinstance(caller, UserPrincipal):
        raise Forbidden("Only users have a profile.")
    return caller.user
