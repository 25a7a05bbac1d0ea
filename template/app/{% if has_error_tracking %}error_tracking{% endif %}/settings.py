"""The settings of error tracking."""

import re

from pydantic import PositiveInt, SecretStr, field_validator
from pydantic_core import PydanticCustomError
from pydantic_settings import SettingsConfigDict

from app.core.settings import CoreSettings, FeatureSettings


class SentrySettings(FeatureSettings):
    """Where errors are reported, and how much is told."""

    model_config = SettingsConfigDict(env_prefix="SENTRY_")

    dsn: SecretStr | None = None
    """The address of the project in Sentry, as its page *Client Keys* shows it: without one,
    nothing is reported. Such as `https://<key>@sentry.example.com/1`."""
    release: str | None = None
    """What the reports name the version by. Without one, the name and version of the service."""
    send_personal_data: bool = False
    """Whether reports hold the address of the caller and what the query of the URL says."""
    max_repeats: PositiveInt = 10
    """How often in a minute a process reports the same error."""

    @field_validator("dsn")
    @classmethod
    def _can_be_read(cls, dsn: SecretStr | None) -> SecretStr | None:
        if dsn is None:
            return None
        from sentry_sdk.utils import Dsn  # noqa: PLC0415, see feature.py

        try:
            Dsn(dsn.get_secret_value())
        except ValueError:
            raise PydanticCustomError(
                "sentry_dsn", "a DSN is https://<key>@<host>/<number of the project>"
            ) from None
        return dsn

    def release_of(self, core: CoreSettings) -> str:
        """Return the name of the version that is running, such as `my-service@1.2.0`."""
        name = re.sub(r"[^\w.-]+", "-", core.name)  # Sentry takes no slashes
        return self.release or f"{name}@{core.version}"
