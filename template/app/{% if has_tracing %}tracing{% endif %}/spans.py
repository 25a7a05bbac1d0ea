"""Spans of your own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from http import HTTPStatus
from inspect import iscoroutinefunction
from typing import Any, ParamSpec, TypeVar, cast

from opentelemetry import trace
from opentelemetry.trace import StatusCode

from app.core.errors import Problem

P = ParamSpec("P")
T = TypeVar("T")


def traced(function: Callable[P, T]) -> Callable[P, T]:
    """Give every call of a function a span, whether it is a coroutine function or not.

    The span is an error when an exception leaves the function, unless that is a `Problem` of
    the caller (4xx). Neither arguments nor results are put into it.
    """
    name = function.__qualname__
    full_name = f"{function.__module__}.{name}"
    tracer = trace.get_tracer(function.__module__)

    @contextmanager
    def span() -> Iterator[None]:
        with tracer.start_as_current_span(
            name,
            attributes={"code.function.name": full_name},
            record_exception=False,
            set_status_on_exception=False,
        ) as begun:
            try:
                yield
            except Exception as error:
                status = error.status if isinstance(error, Problem) else 500
                if status >= HTTPStatus.INTERNAL_SERVER_ERROR:
                    begun.set_attribute("error.type", type(error).__qualname__)
                    begun.set_status(StatusCode.ERROR)
                raise

    if iscoroutinefunction(function):

        @wraps(function)
        async def call(*args: P.args, **kwargs: P.kwargs) -> Any:
            with span():
                return await function(*args, **kwargs)

    else:

        @wraps(function)
        def call(*args: P.args, **kwargs: P.kwargs) -> Any:
            with span():
                return function(*args, **kwargs)

    return cast("Callable[P, T]", call)
