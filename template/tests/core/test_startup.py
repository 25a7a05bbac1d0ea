"""A start is quick and small: it imports nothing that no request needs."""

import pytest

from tests.core.starting import started


@pytest.mark.parametrize("name", ["typer", "rich", "pygments", "app.core.cli"])
def test_what_only_commands_need_is_not_imported(name: str) -> None:
    assert name not in started().modules


def test_nor_are_the_commands_of_features() -> None:
    ours = {name for name in started().modules if name.startswith("app.")}
    assert "app.wiring" in ours
    assert not {name for name in ours if name.endswith((".commands", ".cli"))}


def test_nor_is_what_only_tests_and_tools_need() -> None:
    assert started().modules.isdisjoint({"pytest", "unittest", "pdb", "doctest", "mypy", "ruff"})


def test_garbage_is_collected_once_all_is_imported() -> None:
    assert started().collects
