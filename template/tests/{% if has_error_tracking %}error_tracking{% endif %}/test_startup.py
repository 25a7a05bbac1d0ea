"""Where nothing is reported, the SDK takes neither time nor memory."""

from tests.core.starting import started


def test_the_sdk_is_imported_only_where_errors_are_reported() -> None:
    assert "app.error_tracking.feature" in started().modules
    assert started().modules.isdisjoint({"sentry_sdk", "urllib3"})
