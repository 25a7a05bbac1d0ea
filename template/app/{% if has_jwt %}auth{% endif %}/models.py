"""The tables of signing in."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column
from uuid_utils.compat import uuid7

from app.database.base import Base, now
from app.users.models import User


class Credential(Base):
    """The password of a user, as an Argon2id hash."""

    __tablename__ = "credentials"

    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), primary_key=True)
    password_hash: Mapped[str] = mapped_column(String(255))
    changed_at: Mapped[datetime] = mapped_column(default=now)


class SignedInSession(Base):
    """A sign-in that lasts: one device of one user, one family of refresh tokens.

    Only the newest refresh token is good, and only its SHA-256 is kept: the token is
    random enough that nothing slower is needed. When the row goes, so do the tokens.
    """

    __tablename__ = "sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id, ondelete="CASCADE"), index=True)
    refresh_token_hash: Mapped[str] = mapped_column(String(64))
    signed_in_at: Mapped[datetime]
    refreshed_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    address: Mapped[str | None] = mapped_column(String(45))
    user_agent: Mapped[str | None] = mapped_column(String(255))


class FailedAttempts(Base):
    """How often a password was wrong lately, for one name that someone tried to be.

    `name` is a keyed hash of what was typed, whether or not anybody is called that: so
    the table tells nothing of who has an account, and neither does the waiting time.
    """

    __tablename__ = "failed_attempts"

    name: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int]
    waits_until: Mapped[datetime]
    forgotten_at: Mapped[datetime] = mapped_column(index=True)
