"""What a handler is: a function and the way in which it wants to be called.

The rule is plain. ``async def`` is a coroutine and runs in the reactor's thread. Any other
function may block, so it runs in a thread of the pool for handlers. A plain function that gives a
Deferred, or is done at once, says so with ``thread=False`` and runs in the reactor's thread;
nothing in Python tells such a function from one that blocks. Knows neither operations nor tasks.
"""

import inspect
from collections.abc import Callable
from functools import partial
from typing import Any, get_type_hints

from ipam_progress.session.outputs import HandlerKind

__all__ = ["annotation_of_first", "check_signature", "handler_kind"]


def handler_kind(function: Callable[..., Any], *, thread: bool | None) -> HandlerKind:
    """Tell how a function is to be called.

    Args:
        function: The handler, or an object that can be called.
        thread: What the program said: whether a plain function runs in a thread. None is no word.

    Raises:
        TypeError: If it cannot be called, or if a coroutine function is said to need a thread.
    """
    if not callable(function):
        raise TypeError(f"a handler must be a function, not {function!r}")
    plain: Any = function
    while isinstance(plain, partial):
        plain = plain.func
    if inspect.iscoroutinefunction(plain) or inspect.iscoroutinefunction(
        getattr(plain, "__call__", None)  # noqa: B004 (an object whose __call__ is async)
    ):
        if thread:
            raise TypeError(
                f"{name_of(function)} is `async def` and runs in the reactor's thread: drop "
                "thread=True, or make it a plain function"
            )
        return HandlerKind.COROUTINE
    return HandlerKind.DIRECT if thread is False else HandlerKind.THREAD


def check_signature(function: Callable[..., Any], arguments: tuple[str, ...]) -> None:
    """Check that a handler can be called with its arguments, by position.

    Args:
        function: The handler.
        arguments: What it will be called with, in words for the error.

    Raises:
        TypeError: If it takes fewer or needs more.
    """
    try:
        signature = inspect.signature(function)
    except ValueError:  # some callables of C have none to look at
        return
    try:
        signature.bind(*arguments)
    except TypeError as error:
        raise TypeError(
            f"{name_of(function)}{signature} cannot be called as a handler with "
            f"({', '.join(arguments)}): {error}"
        ) from None


def annotation_of_first(function: Callable[..., Any]) -> type | None:
    """Give the class with which a function annotates its first parameter.

    None where it has no annotation, where that is no class, or where it names something that only
    a type checker imports.
    """
    while isinstance(function, partial):
        if function.args:  # its first parameter is not the first any more
            return None
        function = function.func
    if not inspect.isroutine(function):
        function = type(function).__call__
    try:
        hints = get_type_hints(function)
        names = list(inspect.signature(function).parameters)
    except (NameError, TypeError, ValueError):
        return None
    if names and names[0] == "self" and "self" not in hints:
        names.pop(0)
    annotation = hints.get(names[0]) if names else None
    return annotation if isinstance(annotation, type) else None


def name_of(function: Callable[..., Any]) -> str:
    """Give the name of a function for an error message."""
    return getattr(function, "__qualname__", None) or repr(function)
