"""Nothing of the developer's own OpenTelemetry gets into tests."""

import os
from collections.abc import Iterator

import pytest

from tests.tracing.receiver import Receiver


def pytest_configure() -> None:
    """Forget where the developer's own spans go."""
    for name in list(os.environ):
        if name.startswith("OTEL_"):
            del os.environ[name]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver of OTLP that takes whatever comes."""
    with Receiver() as receiver:
        yield receiver
