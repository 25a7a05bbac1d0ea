"""Serving requests takes no tools for migrations."""

from tests.core.starting import started


def test_what_only_migrations_need_is_not_imported() -> None:
    assert "app.database.feature" in started().modules
    assert started().modules.isdisjoint({"alembic", "mako"})
