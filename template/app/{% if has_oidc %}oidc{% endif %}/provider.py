"""The provider: where it is found, which keys it has, and what is known while it is away."""

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx2
import structlog
from pydantic import BaseModel, ValidationError

from app.oidc.documents import ask
from app.oidc.errors import ProviderAwayError, ProviderRefusedError, ProviderUnknown
from app.oidc.keys import KeySet, VerificationKey
from app.oidc.settings import OidcSettings, is_private_enough

logger = structlog.stdlib.get_logger(__name__)


RETRY_AFTER = 5
"""Seconds after which a caller may try again, where there is no plan for it."""


class Discovery(BaseModel):
    """What of its description is needed here (OpenID Connect Discovery 1.0, RFC 8414)."""

    issuer: str
    jwks_uri: str
    authorization_endpoint: str | None = None
    token_endpoint: str | None = None
    userinfo_endpoint: str | None = None
    introspection_endpoint: str | None = None


class Provider:
    """Knows the provider, and asks it no more often than it has to.

    Keys are fetched in time before anybody needs them, and at once when a token names one
    that is not known: the provider may have begun to use it. However many such tokens come,
    there is one fetch at a time, and a pause between two.
    """

    def __init__(self, settings: OidcSettings, client: httpx2.AsyncClient) -> None:
        self._settings = settings
        self._client = client
        self._fetching = asyncio.Lock()
        self._discovery: Discovery | None = None
        self._keys: KeySet | None = None
        self._keys_from = -float("inf")
        self._began = -float("inf")
        self._paused_until = -float("inf")
        self._failed = False
        self.fetches: Counter[str] = Counter()
        """How the fetches of keys have ended: `fetched` and `failed`."""

    @property
    def keys(self) -> KeySet | None:
        """What tokens can be checked with: another set after each fetch."""
        age = time.monotonic() - self._keys_from
        return self._keys if age <= self._settings.keys_grace_seconds else None

    @property
    def has_keys(self) -> bool:
        """Say whether tokens can be checked."""
        return self.keys is not None

    @property
    def state(self) -> Mapping[str, Any]:
        """What `/health/detailed` tells of it."""
        age = time.monotonic() - self._keys_from
        return {
            "issuer": self._settings.issuer,
            "keys": len(self._keys or ()),
            "keys_age_seconds": round(age) if self._keys else None,
            "fetches": dict(self.fetches),
        }

    async def find_key(self, key_id: str | None, algorithm: str) -> VerificationKey | None:
        """Return the key that a token names; None when the provider has no such key.

        Raises:
            ProviderUnknown: It has never answered, or is away and could have that key now.
        """
        key = self._known(key_id, algorithm)
        if key is None:
            await self._fetch_until(lambda: self._known(key_id, algorithm) is not None)
            key = self._known(key_id, algorithm)
            if key is None and (self._failed or not self.has_keys):
                raise self._unknown()
        return key

    async def discover(self) -> Discovery:
        """Return how the provider describes itself.

        Raises:
            ProviderUnknown: It has never answered.
        """
        if self._discovery is None:
            await self._fetch_until(lambda: self._discovery is not None)
        if self._discovery is None:
            raise self._unknown()
        return self._discovery

    async def ask(self, method: str, url: str, **options: Any) -> dict[str, Any]:
        """Return what one of its endpoints answers about a token.

        Raises:
            ProviderRefusedError: It will not tell.
            ProviderUnknown: It is away.
        """
        try:
            return await ask(self._client, method, url, **options)
        except ProviderRefusedError:
            raise
        except ProviderAwayError as error:
            _report(error)
            raise ProviderUnknown(RETRY_AFTER) from error

    @asynccontextmanager
    async def kept_fresh(self) -> AsyncIterator[None]:
        """Fetch the keys now and again, in the background."""
        task = asyncio.create_task(self._keep_fresh())
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    def _unknown(self) -> ProviderUnknown:
        return ProviderUnknown(self._paused_until - time.monotonic())

    async def _keep_fresh(self) -> None:
        while True:
            async with self._fetching:
                await self._fetch()
            settings = self._settings
            wait = settings.keys_pause_seconds if self._failed else settings.keys_refresh_seconds
            await asyncio.sleep(wait)

    def _known(self, key_id: str | None, algorithm: str) -> VerificationKey | None:
        keys = self.keys
        return keys.find(key_id, algorithm) if keys else None

    async def _fetch_until(self, found: Callable[[], bool]) -> None:
        """Fetch what is missing, unless somebody else has, or there has to be a pause."""
        asked = time.monotonic()
        async with self._fetching:
            # A fetch that had begun before may have come too early for a new key.
            if found() or self._began > asked or time.monotonic() < self._paused_until:
                return
            await self._fetch()
            self._paused_until = time.monotonic() + self._settings.keys_pause_seconds

    async def _fetch(self) -> None:
        self._began = time.monotonic()
        try:
            discovery = await self._describe()
            keys = KeySet(await ask(self._client, "GET", discovery.jwks_uri))
        except (ProviderAwayError, ValueError) as error:
            self.fetches["failed"] += 1
            self._failed = True
            self._paused_until = time.monotonic() + self._settings.keys_pause_seconds
            _report(error)
            return
        self.fetches["fetched"] += 1
        self._failed = False
        self._discovery = discovery
        self._keys = keys
        self._keys_from = time.monotonic()

    async def _describe(self) -> Discovery:
        """Fetch the description, which has to be that of this issuer."""
        url = self._settings.discovery_url
        try:
            discovery = Discovery.model_validate(await ask(self._client, "GET", url))
        except ValidationError as error:
            raise ProviderAwayError(f"{url} is no description of an OpenID provider") from error
        if discovery.issuer != self._settings.issuer:
            raise ProviderAwayError(
                f"{url} is that of {discovery.issuer!r}, and OIDC_ISSUER is "
                f"{self._settings.issuer!r}: they have to be the same, to the last slash"
            )
        asked = (
            discovery.jwks_uri,
            discovery.userinfo_endpoint,
            discovery.introspection_endpoint,
        )
        if is_private_enough(discovery.issuer):
            for endpoint in filter(None, asked):
                if not is_private_enough(endpoint):
                    raise ProviderAwayError(f"{url} names {endpoint}, which is not https")
        return discovery


def _report(error: Exception) -> None:
    """Tell the log why the provider could not be asked."""
    logger.warning("provider_away", reason=str(error))
