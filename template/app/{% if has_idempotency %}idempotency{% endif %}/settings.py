"""Settings of repeating requests safely."""

from datetime import timedelta

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from app.core.settings import FeatureSettings


class IdempotencySettings(FeatureSettings):
    """For how long a request may be repeated."""

    model_config = SettingsConfigDict(env_prefix="IDEMPOTENCY_")

    keep_hours: int = Field(default=24, ge=1, le=24 * 365)
    """Hours for which an answer is kept, and its key stands for one request only."""

    @property
    def kept_for(self) -> timedelta:
        """How long an answer is kept."""
        return timedelta(hours=self.keep_hours)
