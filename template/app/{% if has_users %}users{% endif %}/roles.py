"""What someone may be in this service, and how far that reaches."""

from enum import StrEnum

from app.core.access import Reach


class Role(StrEnum):
    """The standing of a user. It decides which scopes their sign-in carries."""

    ADMIN = "admin"
    MODERATOR = "moderator"
    USER = "user"

    @property
    def reach(self) -> Reach:
        """Say how far the scopes of this role reach."""
        return _REACH[self]


_REACH = {
    Role.ADMIN: Reach.SERVICE,
    Role.MODERATOR: Reach.EVERYONE,
    Role.USER: Reach.OWN,
}
