"""Settings of signing in."""

from collections.abc import Iterable
from typing import Self

from pydantic import PositiveInt, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from app.core.settings import CoreSettings, FeatureSettings, weak_secret

_OWASP_MEMORY_KIB = 19 * 1024
_OWASP_ITERATIONS = 2


class AuthSettings(FeatureSettings):
    """How people sign in, and for how long."""

    model_config = SettingsConfigDict(env_prefix="AUTH_")

    secret_key: SecretStr
    """What tokens are signed with. The same for all processes of one service."""
    previous_secret_keys: SecretStr = SecretStr("")
    """Keys that signed before, separated by commas: their tokens are good until they expire."""

    access_token_minutes: PositiveInt = 30
    """How long an access token is good for."""
    refresh_token_days: PositiveInt = 7
    """How long someone stays signed in without coming back."""
    session_days: PositiveInt = 30
    """How long someone stays signed in at most, however often they come back."""

    hash_memory_kib: PositiveInt = _OWASP_MEMORY_KIB
    """Memory for one Argon2id hash, in KiB."""
    hash_iterations: PositiveInt = _OWASP_ITERATIONS
    """How many times Argon2id passes over that memory."""
    hash_parallelism: PositiveInt = 1
    """How many threads one hash is computed with."""
    hash_concurrency: PositiveInt = 2
    """How many passwords a process hashes at a time. Memory and cores are bound by it."""
    hash_queue: PositiveInt = 100
    """How many more may wait for that. Who comes on top is answered 503 at once."""

    @model_validator(mode="after")
    def _check_memory(self) -> Self:
        if self.hash_memory_kib < 8 * self.hash_parallelism:
            raise ValueError("Argon2 needs 8 KiB of AUTH_HASH_MEMORY_KIB for each thread.")
        return self

    @property
    def secret_keys(self) -> tuple[str, ...]:
        """All keys whose tokens are accepted; the first one signs."""
        previous = self.previous_secret_keys.get_secret_value().split(",")
        return (
            self.secret_key.get_secret_value(),
            *(key.strip() for key in previous if key.strip()),
        )

    def dangers(self, core: CoreSettings) -> Iterable[str]:
        """Say what must not be deployed like this."""
        signing, *previous = self.secret_keys
        yield from weak_secret("AUTH_SECRET_KEY", signing)
        for key in previous:
            yield from weak_secret("AUTH_PREVIOUS_SECRET_KEYS", key)
        if self.hash_memory_kib < _OWASP_MEMORY_KIB or self.hash_iterations < _OWASP_ITERATIONS:
            yield (
                "AUTH_HASH_MEMORY_KIB, AUTH_HASH_ITERATIONS: make hashes that are too cheap to "
                f"guess. Set at least {_OWASP_MEMORY_KIB} and {_OWASP_ITERATIONS}, or neither."
            )
