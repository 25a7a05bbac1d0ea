"""Settings of API keys."""

import re
from typing import Annotated

from pydantic import Field, NonNegativeInt, PositiveInt, StringConstraints
from pydantic_settings import SettingsConfigDict

from app.core.settings import FeatureSettings, read_project


def _default_prefix() -> str:
    """Make a prefix of the name of the service: its letters and digits, from a letter on."""
    name: str = read_project().get("name", "")
    return re.sub(r"^[0-9]+|[^a-z0-9]", "", name.lower())[:40] or "service"


class ApiKeySettings(FeatureSettings):
    """What keys look like, and for how long they are good."""

    model_config = SettingsConfigDict(env_prefix="API_KEYS_")

    prefix: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9]{0,39}$")] = Field(
        default_factory=_default_prefix
    )
    """What every key begins with. With another one, the keys that exist are not accepted."""
    longest_days: PositiveInt = 365
    """For how long a key is good at most, and where nothing else is asked for."""
    overlap_hours: NonNegativeInt = 24
    """For how long the old secret of a rotated key is good, where nothing else is asked for."""
