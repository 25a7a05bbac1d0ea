"""Every query about API keys."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import or_, select, update

from app.api_keys.models import ApiKey
from app.database.repository import Repository

ONCE_IN = timedelta(minutes=1)
"""How often it is written at most that a key is in use."""


class ApiKeyRepository(Repository[ApiKey]):
    """The API keys."""

    model = ApiKey

    async def list_of(self, owner: str) -> Sequence[ApiKey]:
        """Return all keys of an owner, locked until the unit of work ends."""
        query = select(ApiKey).where(ApiKey.owner == owner).order_by(ApiKey.id).with_for_update()
        return (await self.session.scalars(query)).all()

    async def ids_of(self, owner: str) -> Sequence[UUID]:
        """Return the ids of all keys of an owner."""
        return (await self.session.scalars(select(ApiKey.id).where(ApiKey.owner == owner))).all()

    async def mark_used(self, uses: Mapping[UUID, datetime]) -> None:
        """Write down when keys were used last, unless another process has done so just now."""
        # In one order everywhere, so that no two processes wait for each other.
        for key_id, moment in sorted(uses.items()):
            await self.session.execute(
                update(ApiKey)
                .where(
                    ApiKey.id == key_id,
                    or_(ApiKey.last_used_at.is_(None), ApiKey.last_used_at <= moment - ONCE_IN),
                )
                # To be used is no change of a key.
                .values(last_used_at=moment, updated_at=ApiKey.updated_at)
                .execution_options(synchronize_session=False)
            )
