"""What one application holds, looked up by type."""

import pytest

from app.core.registry import Registry


class Animal:
    pass


class Cat(Animal):
    pass


def test_what_was_added_is_found_by_its_type() -> None:
    registry = Registry()
    cat = registry.add(Cat())
    assert registry.get(Cat) is cat


def test_a_more_general_type_has_to_be_named() -> None:
    registry = Registry()
    cat = registry.add(Cat(), Animal)
    assert registry.get(Animal) is cat
    with pytest.raises(LookupError):
        registry.get(Cat)


def test_the_last_one_added_counts() -> None:
    registry = Registry()
    registry.add(Cat())
    second = registry.add(Cat())
    assert registry.get(Cat) is second


def test_what_is_missing_is_named_with_a_hint() -> None:
    with pytest.raises(LookupError, match=r"holds no Cat.*app/wiring\.py"):
        Registry().get(Cat)


def test_a_child_adds_without_changing_its_parent() -> None:
    parent = Registry()
    shared = parent.add(Animal())
    child = parent.child()
    own = child.add(Cat())
    assert child.get(Animal) is shared
    assert child.get(Cat) is own
    with pytest.raises(LookupError):
        parent.get(Cat)


def test_a_child_may_hold_another_of_the_same_kind() -> None:
    parent = Registry()
    shared = parent.add(Cat())
    child = parent.child()
    own = child.add(Cat())
    assert child.get(Cat) is own
    assert parent.get(Cat) is shared
