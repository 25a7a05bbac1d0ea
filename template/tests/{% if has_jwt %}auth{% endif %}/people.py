"""Where modules that were made before `tests/users/people.py` look for accounts for tests."""

from tests.users.people import PASSWORD, People

__all__ = ["PASSWORD", "People"]
