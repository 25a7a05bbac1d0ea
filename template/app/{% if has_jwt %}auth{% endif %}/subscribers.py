"""What signing in does about what happens elsewhere."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.auth.repository import SessionRepository
from app.core.registry import Registry
from app.users.events import UserDeactivated


async def end_sessions(event: UserDeactivated, unit: Registry) -> None:
    """End the sessions of a user, so that they do not come back to life with the user."""
    await SessionRepository(unit.get(AsyncSession)).end_all(event.user_id)
