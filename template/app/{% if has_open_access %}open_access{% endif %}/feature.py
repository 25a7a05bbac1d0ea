"""No sign-in: whoever reaches the service may do everything it offers.

Right behind a gateway that decides who gets here, or on a private network. To let
people sign in, replace this feature in `app/wiring.py` by one with an authenticator
of your own (see `app/core/access.py`).
"""

from fastapi.security.base import SecurityBase
from starlette.requests import HTTPConnection

from app.core.access import Access, Principal
from app.core.feature import Feature
from app.core.registry import Registry


class OpenAccess:
    """Takes every caller for the same anonymous principal, who holds every scope."""

    name = "open access"
    scheme: SecurityBase | None = None
    challenge: str | None = None

    async def __call__(self, connection: HTTPConnection, registry: Registry) -> Principal | None:
        """Recognise the caller, whoever it is."""
        scopes = frozenset(registry.get(Access).scopes)
        return Principal(subject="anonymous", via=self.name, scopes=scopes, is_anonymous=True)


feature = Feature(name="open access", authenticators=(OpenAccess(),))
