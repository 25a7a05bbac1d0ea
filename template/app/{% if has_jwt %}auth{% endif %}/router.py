"""The endpoints of signing in, and those of accounts that need a password."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Form, Request, Response, status

from app.auth import accounts, sessions
from app.auth.dependencies import CallingDevice, SignedIn
from app.auth.schemas import (
    AccountCreate,
    PasswordChange,
    RefreshRequest,
    Registration,
    SessionResponse,
    SignInForm,
    TokenResponse,
)
from app.core.access import PUBLIC, Principal, Requires
from app.core.dependencies import AppRegistry
from app.core.openapi import problems
from app.database.session import ReadSession, Work
from app.users.models import User
from app.users.schemas import UserResponse

router = APIRouter(prefix="/auth", tags=["auth"])
users_router = APIRouter(prefix="/users", tags=["users"])


async def forbid_storing(response: Response) -> None:
    """Keep tokens out of caches (RFC 6749, section 5.1)."""
    response.headers["Cache-Control"] = "no-store"


@router.post(
    "/register",
    status_code=status.HTTP_201_CREATED,
    response_model=UserResponse,
    dependencies=[PUBLIC],
    summary="Register",
    responses=problems(409, 503),
)
async def register(data: Registration, work: Work, registry: AppRegistry) -> User:
    """Make an account for yourself.

    It begins as an ordinary user. That an e-mail address or a username is taken is said
    here, because each can be had only once; signing in never says it.
    """
    return await accounts.register(work, registry, data)


@router.post(
    "/login",
    response_model=TokenResponse,
    dependencies=[PUBLIC, Depends(forbid_storing)],
    summary="Sign in",
    responses=problems(401, 429, 503),
)
async def sign_in(
    form: Annotated[SignInForm, Form()], device: CallingDevice, registry: AppRegistry
) -> sessions.TokenPair:
    """Begin a session, with an e-mail address or a username, and a password.

    After five wrong passwords the name has to wait, for longer each time.
    """
    return await sessions.sign_in(registry, form.username, form.password.get_secret_value(), device)


@router.post(
    "/refresh",
    response_model=TokenResponse,
    dependencies=[PUBLIC, Depends(forbid_storing)],
    summary="Refresh the tokens",
    responses=problems(401),
)
async def refresh(data: RefreshRequest, registry: AppRegistry) -> sessions.TokenPair:
    """Exchange the refresh token for a new pair of tokens.

    Each refresh token is good once. If it comes again, the session ends for everyone
    who holds a token of it.
    """
    return await sessions.refresh(registry, data.refresh_token.get_secret_value())


@router.post(
    "/logout", status_code=status.HTTP_204_NO_CONTENT, summary="Sign out", responses=problems(404)
)
async def sign_out(caller: SignedIn, work: Work) -> None:
    """End the session that this request belongs to."""
    await sessions.end(work, caller, caller.session_id)


@router.get("/sessions", summary="List your sessions")
async def list_sessions(caller: SignedIn, session: ReadSession) -> list[SessionResponse]:
    """List where you are signed in: the latest 100, newest first."""
    return await sessions.list_own(session, caller)


@router.delete("/sessions", status_code=status.HTTP_204_NO_CONTENT, summary="Sign out everywhere")
async def end_sessions(caller: SignedIn, work: Work) -> None:
    """End all of your sessions, this one as well."""
    await sessions.end_all(work, caller.user.id)


@router.delete(
    "/sessions/{session_id}",
    status_code=status.HTTP_204_NO_CONTENT,
    summary="Sign out elsewhere",
    responses=problems(404),
)
async def end_session(session_id: UUID, caller: SignedIn, work: Work) -> None:
    """End one of your sessions."""
    await sessions.end(work, caller, session_id)


@users_router.put(
    "/me/password",
    status_code=status.HTTP_204_NO_CONTENT,
    summary="Change your password",
    responses=problems(409, 429, 503),
)
async def change_password(data: PasswordChange, caller: SignedIn, registry: AppRegistry) -> None:
    """Set another password. Your other sessions end, this one stays."""
    await accounts.change_password(registry, caller, data)


@users_router.post(
    "",
    status_code=status.HTTP_201_CREATED,
    response_model=UserResponse,
    summary="Create a user",
    responses=problems(409, 503),
)
async def create_user(
    data: AccountCreate,
    _caller: Annotated[Principal, Requires("users:write")],
    request: Request,
    response: Response,
    work: Work,
    registry: AppRegistry,
) -> User:
    """Make an account for someone else. `Location` says where it is."""
    user = await accounts.create(work, registry, data)
    response.headers["Location"] = f"{request.url.path}/{user.id}"
    return user
