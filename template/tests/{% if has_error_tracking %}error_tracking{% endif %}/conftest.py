"""Where errors are reported in these tests."""

from collections.abc import Iterator

import pytest

from tests.error_tracking.sentry import Sentry


@pytest.fixture
def sentry() -> Iterator[Sentry]:
    with Sentry() as sentry:
        yield sentry
