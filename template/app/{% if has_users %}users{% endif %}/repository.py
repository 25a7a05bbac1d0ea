"""Every query about users."""

from uuid import UUID

from sqlalchemy import select

from app.database.repository import Repository
from app.users.models import User
from app.users.roles import Role


class UserRepository(Repository[User]):
    """The users."""

    model = User

    async def find(self, identifier: str) -> User | None:
        """Return the user with an e-mail address or a username, in lower case."""
        column = User.email if "@" in identifier else User.username
        return await self.session.scalar(select(User).where(column == identifier))

    async def lock_administrators(self) -> frozenset[UUID]:
        """Return the active administrators, who stay such until the unit of work ends.

        Whoever may make one less of them calls this first: a second one waits here, and
        then sees what the first one has left.
        """
        query = (
            select(User.id)
            .where(User.role == Role.ADMIN, User.is_active)
            .order_by(User.id)
            .with_for_update()
        )
        return frozenset(await self.session.scalars(query))
