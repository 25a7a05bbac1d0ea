"""A start: quick, or with a plain word on why there is none."""

import gc
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module


class StartupError(Exception):
    """Something that the service cannot do without is not there.

    The lifespan of a feature raises it, with a sentence that says what to do. The process
    ends with status 1 and that sentence.
    """


@contextmanager
def loading() -> Iterator[None]:
    """Import what a process is made of, which stays until its end, in less time and memory."""
    # There is next to nothing to collect, and looking for it takes 11 % of the imports. What
    # has been loaded is never looked through again.
    gc.disable()
    _import_structlog()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _import_structlog() -> None:
    """Import it without Rich, which it would use for tracebacks that this service does not show.

    That is 3 to 8 % of the imports and 3 MB. Of a module that is None here, Python says that there
    is none.
    """
    if "rich" not in sys.modules:
        sys.modules["rich"] = None  # type: ignore[assignment]  # as documented
        import_module("structlog")
        del sys.modules["rich"]
