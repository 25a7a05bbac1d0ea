"""Why somebody is not let in."""

from app.core.access import Access
from app.core.errors import ServiceUnavailable, Unauthorized


class InvalidToken(Exception):
    """A token must not be believed. The reason is for the log, not for who sent it."""


class ProviderAwayError(Exception):
    """The provider does not answer, or not what it should. The message is for the log."""


class ProviderRefusedError(ProviderAwayError):
    """The provider answers that it will not do what it is asked for."""


class ProviderUnknown(ServiceUnavailable):
    """Nobody can tell at the moment, for the provider is away."""

    code = "provider_away"

    def __init__(self, seconds: float) -> None:
        super().__init__(
            "Your sign-in cannot be checked at the moment. Try again later.",
            headers={"Retry-After": str(max(1, round(seconds)))},
        )


def refusal(access: Access) -> Unauthorized:
    """Return one answer for whatever is wrong with a token: the log says what."""
    return Unauthorized(
        "The access token is not valid, or not any longer, or not for this service.",
        code="invalid_token",
        headers=access.challenge(error="invalid_token"),
    )
