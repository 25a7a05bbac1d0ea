"""Signing in, staying signed in, signing out.

Where a failure has to be remembered although the answer is an error, and where hashing
a password must not keep a connection waiting, the functions take the registry and open
the units of work themselves.
"""

import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from app.auth import attempts
from app.auth.events import RefreshTokenReused, SignedIn, SignedOut
from app.auth.models import SignedInSession
from app.auth.passwords import Passwords
from app.auth.principal import SessionPrincipal
from app.auth.repository import (
    CredentialRepository,
    FailedAttemptsRepository,
    SessionRepository,
)
from app.auth.schemas import SessionResponse
from app.auth.settings import AuthSettings
from app.auth.tokens import Claims, InvalidToken, Tokens, TokenType
from app.core.access import Access
from app.core.errors import NotFound, Unauthorized
from app.core.registry import Registry
from app.database.base import now
from app.database.session import Database, UnitOfWork, unit_of_work

logger = structlog.stdlib.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Device:
    """Where a sign-in comes from, so that people recognise it in the list of theirs."""

    address: str | None
    user_agent: str | None


@dataclass(frozen=True, slots=True)
class TokenPair:
    """The tokens of a session; the access token expires in so many seconds."""

    access_token: str
    refresh_token: str
    expires_in: int


async def sign_in(registry: Registry, identifier: str, password: str, device: Device) -> TokenPair:
    """Begin a session for whoever has this e-mail address or username, and this password.

    Raises:
        Unauthorized: Nobody has, or they may not come in. It does not say which, and
            takes as long in each case.
        TooManyRequests: There were too many wrong passwords for this name.
        ServiceUnavailable: Too many are signing in right now.
    """
    identifier = unicodedata.normalize("NFC", identifier.strip()).lower()
    name = attempts.name_of(registry, "sign-in", identifier)
    async with registry.get(Database).read_session() as session:
        await attempts.refuse_waiting(session, name)
        seen = await CredentialRepository(session).find(identifier)
    # No connection is held while this waits for its turn and hashes.
    matches, better_hash = await registry.get(Passwords).verify(
        password, seen.password_hash if seen else None
    )
    if seen is not None and matches:
        async with unit_of_work(registry) as work:
            credential = await CredentialRepository(work.session).lock(seen)
            if credential is not None:
                await attempts.succeeded(work, name)
                if better_hash is not None:
                    credential.password_hash = better_hash
                return await _begin(work, registry, seen.user_id, device)
    await attempts.failed(registry, name, seen.user_id if seen else None)
    raise Unauthorized(
        "The name or the password is wrong.",
        code="wrong_credentials",
        headers=registry.get(Access).challenge(),
    )


async def _begin(work: UnitOfWork, registry: Registry, user_id: UUID, device: Device) -> TokenPair:
    moment = now()
    session = SignedInSession(
        id=uuid7(),
        user_id=user_id,
        signed_in_at=moment,
        address=device.address,
        user_agent=device.user_agent,
    )
    pair = _renew(registry, session, moment)
    work.session.add(session)
    await work.session.flush()
    await work.events.emit(SignedIn(user_id, session.id))
    return pair


def _renew(registry: Registry, session: SignedInSession, moment: datetime) -> TokenPair:
    """Give a session new tokens. The refresh token that it had is good no longer."""
    settings = registry.get(AuthSettings)
    tokens = registry.get(Tokens)
    claims = Claims(user_id=session.user_id, session_id=session.id)
    session.refreshed_at = moment
    session.expires_at = min(
        moment + timedelta(days=settings.refresh_token_days),
        session.signed_in_at + timedelta(days=settings.session_days),
    )
    refresh_token = tokens.make(TokenType.REFRESH, claims, session.expires_at)
    session.refresh_token_hash = _hash(refresh_token)
    expires_at = min(moment + timedelta(minutes=settings.access_token_minutes), session.expires_at)
    return TokenPair(
        access_token=tokens.make(TokenType.ACCESS, claims, expires_at),
        refresh_token=refresh_token,
        expires_in=int((expires_at - moment).total_seconds()),
    )


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


async def refresh(registry: Registry, token: str) -> TokenPair:
    """Exchange a refresh token for new tokens.

    One that has been exchanged before is in the hands of two, and nobody can tell who is
    who: the session ends for both (RFC 9700, section 4.14.2).

    Raises:
        Unauthorized: The token is not good, or not any longer.
    """
    try:
        claims = registry.get(Tokens).read(TokenType.REFRESH, token)
    except InvalidToken:
        pair = None
    else:
        async with unit_of_work(registry) as work:
            pair = await _exchange(work, registry, token, claims)
    if pair is None:
        raise Unauthorized(
            "The refresh token is not valid, or not any longer. Sign in again.",
            code="invalid_token",
            headers=registry.get(Access).challenge(error="invalid_token"),
        )
    return pair


async def _exchange(
    work: UnitOfWork, registry: Registry, token: str, claims: Claims
) -> TokenPair | None:
    sessions = SessionRepository(work.session)
    session = await sessions.lock(claims.session_id)
    moment = now()
    if session is None or not await sessions.find_user(claims.user_id, session.id, moment):
        return None
    if session.refresh_token_hash != _hash(token):
        logger.warning("refresh_token_reused", user=str(session.user_id), session=str(session.id))
        await sessions.end(session.user_id, session.id)
        await work.events.emit(RefreshTokenReused(session.user_id, session.id))
        return None
    return _renew(registry, session, moment)


async def list_own(session: AsyncSession, caller: SessionPrincipal) -> list[SessionResponse]:
    """List the sessions of the caller, the latest used first."""
    return [
        SessionResponse(
            id=one.id,
            is_current=one.id == caller.session_id,
            signed_in_at=one.signed_in_at,
            refreshed_at=one.refreshed_at,
            expires_at=one.expires_at,
            address=one.address,
            user_agent=one.user_agent,
        )
        for one in await SessionRepository(session).list_of(caller.user.id, now())
    ]


async def end(work: UnitOfWork, caller: SessionPrincipal, session_id: UUID) -> None:
    """End one of the caller's sessions.

    Raises:
        NotFound: The caller has no such session.
    """
    if not await SessionRepository(work.session).end(caller.user.id, session_id):
        raise NotFound("Session not found.")
    await work.events.emit(SignedOut(caller.user.id, session_id))


async def end_all(work: UnitOfWork, user_id: UUID) -> None:
    """End every session of a user."""
    await SessionRepository(work.session).end_all(user_id)
    await work.events.emit(SignedOut(user_id, None))


async def delete_expired(work: UnitOfWork) -> int:
    """Remove what is over: sessions and forgotten failures. Return how many rows."""
    moment = now()
    sessions = await SessionRepository(work.session).delete_expired(moment)
    return sessions + await FailedAttemptsRepository(work.session).delete_forgotten(moment)
