"""Asking the provider about tokens that only it can read (RFC 7662)."""

import hashlib
import time
from collections import OrderedDict
from collections.abc import Mapping
from typing import Any

import structlog

from app.oidc.errors import InvalidToken, ProviderRefusedError, ProviderUnknown
from app.oidc.provider import RETRY_AFTER, Provider
from app.oidc.settings import OidcSettings

logger = structlog.stdlib.get_logger(__name__)

MOST_KEPT = 10_000
"""How many answers a process keeps. Beyond that it forgets those that nobody needed for longest."""

Answer = Mapping[str, Any]


class Introspection:
    """Asks about opaque tokens, and keeps the answers for a moment.

    So a token that the provider revokes is good until the answer is forgotten, and at most as
    long. While the provider is away, nobody with a token that it was not asked about gets in.
    """

    def __init__(self, settings: OidcSettings, provider: Provider) -> None:
        self._settings = settings
        self._provider = provider
        self._kept: OrderedDict[bytes, tuple[float, Answer]] = OrderedDict()

    async def ask(self, token: str) -> Answer:
        """Return what the provider says of a token.

        Raises:
            InvalidToken: It is not good, or not any longer.
            ProviderUnknown: The provider is away.
        """
        name = hashlib.sha256(token.encode()).digest()  # the token itself is kept nowhere
        until, answer = self._kept.get(name, (0.0, {}))
        if until < time.monotonic():
            answer = await self._fetch(token)
            self._keep(name, answer)
        else:
            self._kept.move_to_end(name)
        self._check(answer)
        return answer

    def _keep(self, name: bytes, answer: Answer) -> None:
        self._kept[name] = (time.monotonic() + self._settings.introspection_seconds, answer)
        self._kept.move_to_end(name)
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)

    def _check(self, answer: Answer) -> None:
        if answer.get("active") is not True:
            raise InvalidToken("the provider says that it is not good")
        if answer.get("iss", self._settings.issuer) != self._settings.issuer:
            raise InvalidToken("it is of another issuer")
        if str(answer.get("token_type", "Bearer")).lower() not in ("bearer", "access_token"):
            raise InvalidToken("it is for something else, by what the provider says")
        if not isinstance(answer.get("sub"), str) or "cnf" in answer:
            raise InvalidToken("it has no subject, or is good only together with a proof")
        for claim, sign in (("exp", -1), ("nbf", 1)):
            moment = answer.get(claim, time.time() - sign)
            if not isinstance(moment, int | float):
                raise InvalidToken(f"its {claim} is no time")
            if sign * (moment - time.time()) > self._settings.leeway:
                raise InvalidToken("it has expired, or is not good yet")

    async def _fetch(self, token: str) -> Answer:
        discovery = await self._provider.discover()
        if discovery.introspection_endpoint is None:
            logger.warning("introspection_refused", reason="the provider has no such endpoint")
            raise ProviderUnknown(RETRY_AFTER)
        secret = self._settings.introspection_client_secret.get_secret_value()
        try:
            return await self._provider.ask(
                "POST",
                discovery.introspection_endpoint,
                data={"token": token, "token_type_hint": "access_token"},
                auth=(self._settings.introspection_client_id, secret),
            )
        except ProviderRefusedError as error:
            logger.warning("introspection_refused", reason=str(error))
            raise ProviderUnknown(RETRY_AFTER) from error
