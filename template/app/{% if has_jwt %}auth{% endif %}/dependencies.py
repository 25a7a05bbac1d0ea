"""What the endpoints of signing in ask for.

These functions are coroutines although they wait for nothing: FastAPI would run plain
ones in threads, which costs more than they do.
"""

from typing import Annotated

from fastapi import Depends
from starlette.requests import Request

from app.auth.principal import SessionPrincipal
from app.auth.sessions import Device
from app.core.access import Principal, Requires
from app.core.errors import Forbidden


async def get_device(request: Request) -> Device:
    """Return where a request comes from."""
    return Device(
        address=request.client.host if request.client else None,
        user_agent=request.headers.get("User-Agent", "")[:255] or None,
    )


async def get_session_principal(
    caller: Annotated[Principal, Requires("profile:write")],
) -> SessionPrincipal:
    """Return the caller, who has to be signed in with a password.

    Raises:
        Forbidden: They came in another way, which has no session.
    """
    if not isinstance(caller, SessionPrincipal):
        raise Forbidden("Sign in with a password to do this.")
    return caller


CallingDevice = Annotated[Device, Depends(get_device)]
SignedIn = Annotated[SessionPrincipal, Depends(get_session_principal)]
