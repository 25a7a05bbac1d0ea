"""The table of API keys."""

from datetime import datetime

from sqlalchemy import JSON, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from app.database.base import Entity


class ApiKey(Entity):
    """A key with which a program calls for its owner.

    `owner` is the subject of the principal whose it is. Of secrets only the SHA-256 is kept:
    they are random enough that nothing slower is needed. The previous one is good until
    `previous_until`. When the row goes, so does the key.
    """

    __tablename__ = "api_keys"
    __table_args__ = (
        # What people see first: their own, the newest on top.
        Index(None, "owner", "created_at"),
        Index(None, "created_at"),
    )

    owner: Mapped[str] = mapped_column(String(255))
    name: Mapped[str] = mapped_column(String(100))
    begins_with: Mapped[str] = mapped_column(String(64))
    secret_hash: Mapped[str] = mapped_column(String(64))
    previous_hash: Mapped[str | None] = mapped_column(String(64))
    previous_until: Mapped[datetime | None]
    scopes: Mapped[list[str]] = mapped_column(JSON)
    networks: Mapped[list[str]] = mapped_column(JSON)
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
