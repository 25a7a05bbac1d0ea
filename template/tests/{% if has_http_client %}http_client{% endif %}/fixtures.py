"""Another service to call, and the client that calls it."""

from collections.abc import AsyncIterator

import pytest

from tests.http_client.remote import Remote


@pytest.fixture
async def remote() -> AsyncIterator[Remote]:
    """A server that does what it is asked to, also failing."""
    async with Remote() as remote:
        yield remote
