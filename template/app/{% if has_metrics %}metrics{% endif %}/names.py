"""Labels whose values nobody can list beforehand."""

MOST = 100
"""How many names one label may have: each costs memory here and in Prometheus, for ever."""

OTHER = "other"


class Names:
    """Lets the first names pass, and calls all further ones `other`."""

    def __init__(self) -> None:
        self._known: set[str] = set()

    def label(self, name: str) -> str:
        """Return what a name is called in a label."""
        if name in self._known:
            return name
        if len(self._known) >= MOST:
            return OTHER
        self._known.add(name)
        return name
