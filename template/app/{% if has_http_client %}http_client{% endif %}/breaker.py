"""A circuit breaker: what keeps failing is left alone for a while, then tried once."""

from collections.abc import Awaitable, Callable, Coroutine, Iterator
from contextlib import contextmanager
from functools import wraps
from time import monotonic
from typing import Any, ParamSpec, TypeVar

import structlog

from app.http_client.errors import CircuitOpen

logger = structlog.stdlib.get_logger(__name__)

P = ParamSpec("P")
T = TypeVar("T")


def every_exception(_error: Exception) -> bool:
    """Count whatever is raised as a failure."""
    return True


class Breaker:
    """Opens after `failures` failed calls in a row, and refuses all others from then on.

    After `pause` seconds it is half-open: one call goes through as a probe. It closes when
    that succeeds, and opens again when not. `counts` says which exceptions are failures;
    the others, and a caller who gives up, say nothing either way.

    It guards a block, `with breaker.guard(): ...`, or as a decorator every call of a
    coroutine function. One belongs to one event loop: nothing in it waits, so that no call
    comes between two lines of it.
    """

    def __init__(
        self,
        name: str,
        *,
        failures: int = 5,
        pause: float = 60.0,
        counts: Callable[[Exception], bool] = every_exception,
    ) -> None:
        self.name = name
        self.failed = 0
        self._limit = failures
        self._pause = pause
        self._counts = counts
        self._opened_at: float | None = None
        self._probing = False
        # Moves on whenever it opens, closes or lets a probe through. What a call of an
        # earlier era finds out comes too late to matter.
        self._era = 0

    @property
    def state(self) -> str:
        """Which calls go through: "closed" all, "open" none, "half-open" one to try."""
        if self._opened_at is None:
            return "closed"
        return "open" if self._left() > 0 else "half-open"

    @contextmanager
    def guard(self) -> Iterator[None]:
        """Let a call through, and see how it ends.

        Raises:
            CircuitOpen: It may not be called for now.
        """
        era = self._admit()
        try:
            yield
        except Exception as error:
            if era == self._era and self._counts(error):
                self._fail()
            raise
        else:
            if era == self._era:
                self._succeed()
        finally:
            if era == self._era:
                self._probing = False

    def __call__(self, function: Callable[P, Awaitable[T]]) -> Callable[P, Coroutine[Any, Any, T]]:
        """Guard every call of a coroutine function."""

        @wraps(function)
        async def guarded(*args: P.args, **kwargs: P.kwargs) -> T:
            with self.guard():
                return await function(*args, **kwargs)

        return guarded

    def _left(self) -> float:
        return 0.0 if self._opened_at is None else self._opened_at + self._pause - monotonic()

    def _admit(self) -> int:
        if self._opened_at is not None:
            left = self._left()
            if left > 0 or self._probing:
                raise CircuitOpen(self.name, "has failed too often", retry_after=max(left, 0.0))
            self._probing = True
            self._era += 1
        return self._era

    def _fail(self) -> None:
        self.failed += 1
        if self._probing or self.failed >= self._limit:
            self._opened_at = monotonic()
            self._era += 1
            self._probing = False
            logger.error("breaker_opened", breaker=self.name, failures=self.failed)

    def _succeed(self) -> None:
        self.failed = 0
        if self._opened_at is not None:
            self._opened_at = None
            self._era += 1
            self._probing = False
            logger.info("breaker_closed", breaker=self.name)
