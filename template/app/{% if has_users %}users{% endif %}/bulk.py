"""Changing many users at once."""

from collections.abc import Sequence

from app.core.errors import Problem
from app.database.failures import Collision
from app.database.session import UnitOfWork
from app.users import service
from app.users.repository import UserRepository
from app.users.schemas import UserBulkItem, UserBulkProblem, UserBulkResult, UserResponse


async def update_many(work: UnitOfWork, items: Sequence[UserBulkItem]) -> list[UserBulkResult]:
    """Change each user for itself: what one change is refused for does not undo another.

    The answers are in the order of the changes.
    """
    # Now, and not halfway, when rows are locked that another such call may wait for.
    await UserRepository(work.session).lock_administrators()
    return [await _update_one(work, item) for item in items]


async def _update_one(work: UnitOfWork, item: UserBulkItem) -> UserBulkResult:
    try:
        async with work.session.begin_nested():
            user = await service.update(work, item.id, item)
    except Collision:
        raise  # It has undone the transaction as a whole.
    except Problem as problem:
        refusal = UserBulkProblem(status=problem.status, code=problem.code, detail=problem.detail)
        return UserBulkResult(id=item.id, problem=refusal)
    return UserBulkResult(id=item.id, user=UserResponse.model_validate(user))
