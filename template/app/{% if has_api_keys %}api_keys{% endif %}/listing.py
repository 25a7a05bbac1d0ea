"""What can be asked of the list of API keys."""

from typing import Annotated

from app.api_keys.models import ApiKey
from app.core.listing.names import SortableBy
from app.database.listing import Contains, Cursors, Equals


class ApiKeyCursors(Cursors):
    """The query of the list of API keys."""

    search: Annotated[str | None, Contains(ApiKey.name, ApiKey.begins_with)] = None
    owner: Annotated[str | None, Equals(ApiKey.owner)] = None
    sort: Annotated[str, SortableBy("created_at")] = "-created_at"
