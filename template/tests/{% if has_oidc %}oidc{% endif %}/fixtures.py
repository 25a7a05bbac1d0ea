"""A provider, and the settings that trust it."""

from collections.abc import Iterator

import pytest

from app.oidc.settings import OidcSettings
from tests.oidc.issuer import AUDIENCE, Issuer


@pytest.fixture(scope="session")
def shared_issuer() -> Iterator[Issuer]:
    """A provider for all tests that do nothing to it."""
    with Issuer() as issuer:
        yield issuer


@pytest.fixture
def issuer(shared_issuer: Issuer) -> Issuer:
    """The provider of the application; a test that harms it has one of its own."""
    return shared_issuer


@pytest.fixture
def oidc_settings(issuer: Issuer) -> OidcSettings:
    return OidcSettings(issuer=issuer.url, audience=(AUDIENCE,))
