"""What one application holds, looked up by type."""

from typing import Self, TypeVar, cast

T = TypeVar("T")


class Registry:
    """The objects that one application shares: its settings, connections, events.

    Each application has its own, so two of them can live in one process. A child
    registry adds what exists only for one unit of work, such as its session, and
    asks its parent for the rest.
    """

    def __init__(self, parent: Self | None = None) -> None:
        self._parent = parent
        self._instances: dict[type[object], object] = {}

    def add(self, instance: T, kind: type[T] | None = None) -> T:
        """Hold an object under its own type, or under the more general `kind`.

        Adding the same kind again replaces the object.
        """
        self._instances[kind or type(instance)] = instance
        return instance

    def get(self, kind: type[T]) -> T:
        """Return the object held for a type.

        Raises:
            LookupError: Nobody added one; its feature is missing from `wiring.py`,
                or its lifespan has not started.
        """
        if kind in self._instances:
            return cast("T", self._instances[kind])
        if self._parent is not None:
            return self._parent.get(kind)
        raise LookupError(
            f"This application holds no {kind.__name__}. "
            "Is its feature listed in app/wiring.py, and has the application started?"
        )

    def child(self) -> Self:
        """Return a registry that adds to this one without changing it."""
        return type(self)(self)
