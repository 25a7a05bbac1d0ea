"""Who is calling, where everybody may."""

import pytest
from httpx2 import AsyncClient


@pytest.fixture
def signed_in(client: AsyncClient) -> AsyncClient:
    """A caller who may do what ordinary people may: here, anyone."""
    return client
