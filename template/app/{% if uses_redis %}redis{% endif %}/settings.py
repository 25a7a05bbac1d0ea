"""The settings of Redis."""

import re
from collections.abc import Iterator
from typing import Annotated

from pydantic import Field, PositiveFloat, PositiveInt, SecretStr, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import SettingsConfigDict

from app.core.settings import CoreSettings, FeatureSettings
from app.redis.addresses import Address, parse


class RedisSettings(FeatureSettings):
    """Where Redis is and how it is used. Times are in seconds."""

    model_config = SettingsConfigDict(env_prefix="REDIS_")

    url: SecretStr
    """Such as `redis://user:password@host:6379/0`; app/redis/addresses.py lists the forms."""
    prefix: Annotated[str, Field(pattern=r"^[^{}\s]*$")] = ""
    """What the names of all keys begin with. Without one, the name of the service."""
    timeout: PositiveFloat = 0.5
    """How long an answer may take. After that, Redis counts as away."""
    max_connections: PositiveInt = 50
    """Connections that a process opens."""
    allow_no_password: bool = False
    """Whether a Redis on the network may let everybody in, in staging and production too."""

    @field_validator("url")
    @classmethod
    def _can_be_read(cls, url: SecretStr) -> SecretStr:
        try:
            parse(url.get_secret_value())
        except ValueError as error:
            raise PydanticCustomError("redis_url", "{reason}", {"reason": str(error)}) from None
        return url

    @property
    def address(self) -> Address:
        """The URL, taken apart."""
        return parse(self.url.get_secret_value())

    def prefix_for(self, core: CoreSettings) -> str:
        """Return what the names of all keys of this service begin with."""
        return self.prefix or f"{re.sub(r'[^a-z0-9]+', '-', core.name.lower()).strip('-')}:"

    def dangers(self, core: CoreSettings) -> Iterator[str]:
        """Say what must not be deployed like this, a sentence each, with its mend."""
        if not (self.address.password or self.address.is_local or self.allow_no_password):
            yield (
                "REDIS_URL: has no password, so that whoever reaches that Redis can change what "
                f"{core.name} believes. Set one in Redis and write it into the URL, or set "
                "REDIS_ALLOW_NO_PASSWORD=true where nobody else reaches it."
            )
