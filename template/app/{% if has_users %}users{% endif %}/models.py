"""The table of users."""

from datetime import datetime

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database.base import Entity
from app.users.roles import Role


class User(Entity):
    """Someone who uses this service.

    `email` and `username` are kept in lower case, so that their unique constraints hold
    without regard to case on every database. How someone proves who they are is not
    here: that belongs to the way they sign in.
    """

    __tablename__ = "users"
    __table_args__ = (
        Index(None, "created_at"),
        # Serves the filter by role and the look-up of the remaining administrators.
        Index(None, "role", "is_active"),
    )

    email: Mapped[str] = mapped_column(String(254), unique=True)
    username: Mapped[str] = mapped_column(String(32), unique=True)
    full_name: Mapped[str | None] = mapped_column(String(100))
    role: Mapped[Role] = mapped_column(default=Role.USER)
    is_active: Mapped[bool] = mapped_column(default=True)
    terms_accepted_at: Mapped[datetime | None]

    @property
    def is_administrator(self) -> bool:
        """Say whether this user can administrate now."""
        return self.role is Role.ADMIN and self.is_active
