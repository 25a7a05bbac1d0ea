"""Another service to call, and the client that calls it."""

from collections.abc import AsyncIterator, Iterator
from functools import cache

import httpx2
import pytest

from tests.http_client.remote import Remote


@pytest.fixture(scope="session", autouse=True)
def certificates() -> Iterator[None]:
    """Read the certificates to trust once, which takes longer than the rest of a start."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(httpx2, "create_ssl_context", cache(httpx2.create_ssl_context))
        yield


@pytest.fixture
async def remote() -> AsyncIterator[Remote]:
    """A server that does what it is asked to, also failing."""
    async with Remote() as remote:
        yield remote
