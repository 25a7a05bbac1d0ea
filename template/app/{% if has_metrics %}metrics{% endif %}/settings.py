"""The settings of the metrics."""

from collections.abc import Iterator

from pydantic import Field, SecretStr
from pydantic_settings import SettingsConfigDict

from app.core.settings import CoreSettings, FeatureSettings, weak_secret


class MetricsSettings(FeatureSettings):
    """Where the metrics are, and who may read them."""

    model_config = SettingsConfigDict(env_prefix="METRICS_")

    token: SecretStr | None = None
    """Lets Prometheus read /metrics, as a bearer token."""
    port: int | None = Field(default=None, ge=0, le=65535)
    """A port of their own for the metrics, which are not at the port of the service then."""
    host: str = "127.0.0.1"
    """The address to listen on with a port of their own; 0.0.0.0 for all of them."""

    def dangers(self, core: CoreSettings) -> Iterator[str]:
        """Say what must not be deployed like this, a sentence each, with its mend."""
        if self.token is not None:
            yield from weak_secret("METRICS_TOKEN", self.token.get_secret_value())
