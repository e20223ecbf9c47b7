"""What coroutines wait on: the same object under Twisted and under asyncio.

A coroutine that Twisted drives (`Deferred.fromCoroutine`) may yield Deferreds only, one that an
asyncio task drives (under Twisted's asyncio reactor) futures only. Which of the two drives it
shows when the waiter is awaited.
"""

import asyncio
from collections.abc import Generator
from concurrent.futures import Future
from typing import Any, TypeVar

from twisted.internet.defer import Deferred

__all__ = ["DeferredWaiter", "deferred_of"]

_Result = TypeVar("_Result")


class DeferredWaiter:
    """An `ipam_progress.session.outputs.Waiter`."""

    __slots__ = ("_deferred",)

    def __init__(self) -> None:
        self._deferred: Deferred[None] = Deferred()

    def wake(self) -> None:
        """Let the coroutine go on."""
        self._deferred.callback(None)

    def __await__(self) -> Generator[Any, Any, None]:
        """Give up control until `wake` is called; at once where it has been."""
        if _asyncio_task_runs():
            future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            # An asyncio task sends None back when the future is done. Twisted, which may drive
            # this coroutine from within a task, sends what it cannot wait for back at once.
            self._deferred.addCallback(_finish, future)
            future._asyncio_future_blocking = True  # noqa: SLF001 (how a future says "wait for me")
            if (yield future) is not future:
                return
        yield from self._deferred.__await__()


def _finish(_: None, future: asyncio.Future[None]) -> None:
    if not future.done():  # it is done if its task was cancelled meanwhile
        future.set_result(None)


def _asyncio_task_runs() -> bool:
    try:
        return asyncio.current_task() is not None
    except RuntimeError:  # no asyncio loop
        return False


def deferred_of(future: Future[_Result]) -> Deferred[_Result]:
    """Make a Deferred of a Future that is done in the reactor's thread."""
    deferred: Deferred[_Result] = Deferred()

    def done(_: Future[_Result]) -> None:
        error = future.exception()
        if error is None:
            deferred.callback(future.result())
        else:
            deferred.errback(error)

    future.add_done_callback(done)
    return deferred
