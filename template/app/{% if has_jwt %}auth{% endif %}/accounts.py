"""Accounts: users together with the password they sign in with."""

from app.auth import attempts
from app.auth.events import PasswordChanged
from app.auth.models import Credential
from app.auth.password_rules import refuse_weak
from app.auth.passwords import Passwords
from app.auth.principal import SessionPrincipal
from app.auth.repository import CredentialRepository, SessionRepository
from app.auth.schemas import AccountCreate, PasswordChange, Registration
from app.core.errors import Conflict, Unprocessable
from app.core.registry import Registry
from app.database.base import now
from app.database.session import Database, UnitOfWork, unit_of_work
from app.users import service as users
from app.users.models import User


class WrongPassword(Unprocessable):
    """What was given as the current password is not."""

    code = "wrong_password"

    def __init__(self) -> None:
        detail = "The current password is wrong."
        error = {"field": "body.current_password", "message": detail, "code": self.code}
        super().__init__(detail, errors=[error])


async def register(work: UnitOfWork, registry: Registry, data: Registration) -> User:
    """Make the account that someone wants for themselves: an ordinary, active user.

    Raises:
        WeakPassword: The password is easy to guess.
        ServiceUnavailable: Too many passwords are being hashed right now.
    """
    password_hash = await _hash_new(registry, data)
    user = await users.create(work, data, terms_accepted_at=now())
    await _keep_hash(work, user, password_hash)
    return user


async def create(work: UnitOfWork, registry: Registry, data: AccountCreate) -> User:
    """Make an account for someone, with the role that an administrator gives them.

    Raises:
        WeakPassword: The password is easy to guess.
        ServiceUnavailable: Too many passwords are being hashed right now.
    """
    password_hash = await _hash_new(registry, data)
    user = await users.create(work, data, role=data.role, is_active=data.is_active)
    await _keep_hash(work, user, password_hash)
    return user


async def change_password(
    registry: Registry, caller: SessionPrincipal, data: PasswordChange
) -> None:
    """Give the caller another password and end their other sessions.

    It opens its units of work itself: a wrong current password stays counted, and no
    connection is held while hashing.

    Raises:
        WrongPassword: It is not the current one.
        TooManyRequests: It was wrong too often.
        WeakPassword: The new one is easy to guess.
        Conflict: The password was changed by someone else at the same time.
        ServiceUnavailable: Too many passwords are being hashed right now.
    """
    user = caller.user
    name = attempts.name_of(registry, "password change", caller.subject)
    async with registry.get(Database).read_session() as session:
        await attempts.refuse_waiting(session, name)
        seen = await CredentialRepository(session).get(user.id)
    current = data.current_password.get_secret_value()
    matches, _ = await registry.get(Passwords).verify(current, seen.password_hash if seen else None)
    if seen is None or not matches:
        await attempts.failed(registry, name, user.id)
        raise WrongPassword
    new = data.new_password.get_secret_value()
    refuse_weak(new, names=(user.email, user.username), field="new_password")
    new_hash = await registry.get(Passwords).hash(new)
    async with unit_of_work(registry) as work:
        credential = await CredentialRepository(work.session).lock(seen)
        if credential is None:
            raise Conflict("The account was changed at the same time. Sign in again.")
        await attempts.succeeded(work, name)
        credential.password_hash = new_hash
        credential.changed_at = now()
        await SessionRepository(work.session).end_all(user.id, but=caller.session_id)
        await work.events.emit(PasswordChanged(user.id))


async def _hash_new(registry: Registry, data: Registration | AccountCreate) -> str:
    password = data.password.get_secret_value()
    refuse_weak(password, names=(data.email, data.username))
    return await registry.get(Passwords).hash(password)


async def _keep_hash(work: UnitOfWork, user: User, password_hash: str) -> None:
    work.session.add(Credential(user_id=user.id, password_hash=password_hash))
    await work.session.flush()
