"""What can be asked of the list of users."""

from typing import Annotated

from app.core.listing.moments import Moment
from app.core.listing.names import FieldsOf, SortableBy
from app.database.listing import AtLeast, AtMost, Contains, Equals, Pages
from app.users.models import User
from app.users.roles import Role
from app.users.schemas import UserResponse


class UserPages(Pages):
    """The pages of the list of users."""

    search: Annotated[str | None, Contains(User.email, User.username, User.full_name)] = None
    role: Annotated[Role | None, Equals(User.role)] = None
    is_active: Annotated[bool | None, Equals(User.is_active)] = None
    created_after: Annotated[Moment | None, AtLeast(User.created_at)] = None
    created_before: Annotated[Moment | None, AtMost(User.created_at)] = None
    sort: Annotated[str, SortableBy("created_at", "email", "username")] = "-created_at"
    fields: Annotated[str | None, FieldsOf(UserResponse)] = None
