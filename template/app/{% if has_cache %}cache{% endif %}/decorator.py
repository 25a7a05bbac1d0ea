"""`@cached`: functions whose answers are kept for a while."""

import inspect
from collections.abc import Awaitable, Callable, Coroutine
from functools import partial, wraps
from typing import Any, ParamSpec, TypeVar, get_type_hints

from pydantic import TypeAdapter

from app.cache.keys import family_of, fill, names_in
from app.cache.service import Cache, Question
from app.core.registry import Registry

P = ParamSpec("P")
T = TypeVar("T")

UNNAMED = ("self", "cls", "registry")
"""Arguments that are not part of what is asked."""


def cached(
    *, ttl: float, key: str, tags: tuple[str, ...] = ()
) -> Callable[[Callable[P, Awaitable[T]]], Callable[P, Coroutine[Any, Any, T]]]:
    """Keep what a function returns, for at most `ttl` seconds.

        @cached(ttl=60, key="price:{product_id}:{currency}", tags=("product:{product_id}",))
        async def find_price(
            registry: Registry, product_id: UUID, currency: str
        ) -> Price | None: ...

    Its cache is found in the argument `registry`; all others stand in the key. It takes
    no session, but opens one: within a unit of work it would see, and keep, what may yet
    be rolled back. The answer is kept as the type that the function declares, so an ORM
    row cannot be; None can.

    Forget it after a change: `await cache.delete(fill(KEY, ...), tags=[fill(TAG, ...)])`,
    in a subscriber that runs after the commit.

    Raises:
        TypeError: When the module is loaded: the key does not name what it has to, or the
            function does not say what it returns.
    """

    def decorate(function: Callable[P, Awaitable[T]]) -> Callable[P, Coroutine[Any, Any, T]]:
        name = f"{function.__module__}.{function.__qualname__}"
        signature = inspect.signature(function)
        names = _names_of(name, signature)
        if missing := set(names) - names_in(key, names):
            raise TypeError(
                f"{name}: {', '.join(sorted(missing))} must stand in the key {key!r}; "
                "without, answers to different questions would be mixed up."
            )
        for tag in tags:
            names_in(tag, names)
        family = family_of(key)
        form: TypeAdapter[T] = TypeAdapter(_answer_of(name, function))

        @wraps(function)
        async def ask(*args: P.args, **kwargs: P.kwargs) -> T:
            call = signature.bind(*args, **kwargs)
            call.apply_defaults()
            arguments = {name: call.arguments[name] for name in names}
            registry: Registry = call.arguments["registry"]
            question = Question(
                family=family,
                key=fill(key, **arguments),
                tags=tuple(fill(tag, **arguments) for tag in tags),
                ttl=ttl,
                form=form,
            )
            return await registry.get(Cache).ask(question, partial(function, *args, **kwargs))

        return ask

    return decorate


def _names_of(name: str, signature: inspect.Signature) -> tuple[str, ...]:
    """Return the arguments that have to stand in the key."""
    if "registry" not in signature.parameters:
        raise TypeError(f"{name}: needs an argument `registry`, in which its cache is found.")
    for parameter in signature.parameters.values():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            raise TypeError(f"{name}: *{parameter.name} has no names that could stand in a key.")
    return tuple(one for one in signature.parameters if one not in UNNAMED)


def _answer_of(name: str, function: Callable[..., Any]) -> Any:
    hints = get_type_hints(function, include_extras=True)
    if "return" not in hints:
        raise TypeError(f"{name}: has to declare what it returns, which is kept as that type.")
    return hints["return"]
