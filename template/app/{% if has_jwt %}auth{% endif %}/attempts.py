"""Waiting after wrong passwords, so that guessing takes too long.

From the fifth wrong password on, each costs a wait, and each a longer one. They are
counted in the database, so that it holds across processes, and for any name alike, so
that it does not tell who has an account. At sign-in a name is what was typed: the e-mail
address and the username of one account are counted apart, because one wait for both
would tell that they belong together.

Many guesses at a time gain nothing: whether a password was right is told only while its
name is not to wait, and that is looked up again once the password has been checked.
"""

import hashlib
import hmac
import math
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from app.auth.events import PasswordRefused
from app.auth.models import FailedAttempts
from app.auth.repository import FailedAttemptsRepository
from app.auth.settings import AuthSettings
from app.auth.tokens import derive_key
from app.core.errors import TooManyRequests
from app.core.registry import Registry
from app.database.base import now
from app.database.failures import ConstraintViolated
from app.database.session import UnitOfWork, unit_of_work

logger = structlog.stdlib.get_logger(__name__)

FAILURES_UNTIL_WAIT = 5
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 4, 8, 15))
"""After the failure that is one too many, and after each further one."""
FORGOTTEN_AFTER = timedelta(minutes=15)
"""Failures count until so much time has passed since the last one, or since its wait."""


def name_of(registry: Registry, place: str, identifier: str) -> str:
    """Return what the wrong passwords for an identifier are counted under, in one place."""
    key = derive_key(registry.get(AuthSettings).secret_keys[0], "failed attempts")
    return hmac.new(key, f"{place}: {identifier}".encode(), hashlib.sha256).hexdigest()


async def refuse_waiting(session: AsyncSession, name: str) -> None:
    """Let an attempt through unless its name has to wait.

    Raises:
        TooManyRequests: It has to.
    """
    _refuse_waiting(await FailedAttemptsRepository(session).get(name), now())


async def failed(registry: Registry, name: str, user_id: UUID | None) -> None:
    """Count a wrong password, in a unit of work of its own: the answer is an error.

    Raises:
        TooManyRequests: The name has to wait by now, so this failure is not told.
    """
    while True:
        async with unit_of_work(registry) as work:
            attempts = await FailedAttemptsRepository(work.session).lock(name)
            if attempts is not None:
                moment = now()
                _refuse_waiting(attempts, moment)
                _count(attempts, moment)
                await work.events.emit(PasswordRefused(user_id))
                return
        try:
            # Apart from the counting: on some databases, two transactions that fail to insert
            # the same row would go on to wait for each other.
            async with unit_of_work(registry) as work:
                moment = now()
                work.session.add(
                    FailedAttempts(name=name, count=0, waits_until=moment, forgotten_at=moment)
                )
        except ConstraintViolated:
            continue  # Another attempt has added it.


async def succeeded(work: UnitOfWork, name: str) -> None:
    """Forget the wrong passwords of a name, since the right one was given.

    Raises:
        TooManyRequests: The name has to wait by now, so the success is not told.
    """
    attempts = await FailedAttemptsRepository(work.session).lock(name)
    if attempts is not None:
        _refuse_waiting(attempts, now())
        await work.session.delete(attempts)


def _count(attempts: FailedAttempts, moment: datetime) -> None:
    attempts.count = attempts.count + 1 if attempts.forgotten_at > moment else 1
    attempts.waits_until = moment
    excess = attempts.count - FAILURES_UNTIL_WAIT
    if excess >= 0:
        wait = WAITS[min(excess, len(WAITS) - 1)]
        attempts.waits_until += wait
        logger.warning(
            "sign_in_waits", name=attempts.name[:16], failures=attempts.count, seconds=wait.seconds
        )
    attempts.forgotten_at = attempts.waits_until + FORGOTTEN_AFTER


def _refuse_waiting(attempts: FailedAttempts | None, moment: datetime) -> None:
    if attempts is not None and attempts.waits_until > moment:
        seconds = math.ceil((attempts.waits_until - moment).total_seconds())
        raise TooManyRequests(
            f"Too many wrong passwords. Wait {seconds} seconds, then try again.",
            code="too_many_failures",
            headers={"Retry-After": str(seconds)},
        )
