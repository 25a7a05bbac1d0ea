"""Settings of the audit log."""

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from app.core.settings import FeatureSettings


class AuditSettings(FeatureSettings):
    """For how long it is known who did what."""

    model_config = SettingsConfigDict(env_prefix="AUDIT_")

    retention_days: int = Field(default=365, ge=0, le=36500)
    """Days after which `python -m app audit prune` deletes an entry; 0 keeps all of them."""
