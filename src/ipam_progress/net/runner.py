"""Runs handlers under Twisted: coroutines and Deferreds in the reactor's thread, others in a pool.

The pool is the server's own, so that handlers that block keep nobody else's work waiting. What a
handler raises goes to the log with its traceback.
"""

import threading
from collections.abc import Callable
from typing import Any

from twisted.internet.defer import CancelledError, Deferred, maybeDeferred
from twisted.internet.interfaces import IReactorFromThreads
from twisted.internet.threads import deferToThreadPool
from twisted.logger import Logger
from twisted.python.failure import Failure
from twisted.python.threadpool import ThreadPool

from ipam_progress.session.outputs import HandlerCall, HandlerCancelledError, HandlerKind

__all__ = ["TwistedHandlerRunner"]


class _DaemonThread(threading.Thread):
    """A thread that does not keep the process from ending: a handler may never come back."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, daemon=True, **keywords)


class _HandlerThreadPool(ThreadPool):
    threadFactory = _DaemonThread


class TwistedHandlerRunner:
    """An `ipam_progress.session.outputs.HandlerRunner`.

    Args:
        reactor: Where coroutines run and results arrive.
        threads: How many handlers may block at once; more wait for their turn.
    """

    _log = Logger()

    def __init__(self, reactor: IReactorFromThreads, *, threads: int) -> None:
        self._reactor = reactor
        self._threads = threads
        self._pool: ThreadPool | None = None

    def start(self) -> None:
        """Let threads be made when they are needed."""
        # a pool of Twisted's cannot be started again after it was stopped
        self._pool = _HandlerThreadPool(0, self._threads, "ipam-handlers")
        self._pool.start()

    def stop(self) -> None:
        """Take no more calls; threads end with the call they are in, and nobody waits for them."""
        pool, self._pool = self._pool, None
        assert pool is not None, "stop() without start()"
        # to stop a pool is to wait for its threads, and the reactor's thread must not
        _DaemonThread(target=pool.stop, name="ipam-handlers-stop").start()

    def run_handler(self, call: HandlerCall) -> Callable[[], None]:
        """Run a handler and tell its end through the call's `returned` or `failed`.

        Returns:
            What cancels it: a coroutine, or what a Deferred stands for.
        """

        def failed(failure: Failure) -> None:
            error = _exception_of(failure)
            if isinstance(error, CancelledError) and is_cancelled:
                error = HandlerCancelledError()
            call.failed(error)

        def not_told(failure: Failure) -> None:
            self.log_failure(call.description, _exception_of(failure))

        is_cancelled = False

        def cancel() -> None:
            nonlocal is_cancelled
            is_cancelled = True
            running.cancel()

        running: Deferred[Any] = maybeDeferred(self._begin, call)
        running.addCallbacks(call.returned, failed)
        running.addErrback(not_told)
        return cancel

    def _begin(self, call: HandlerCall) -> Any:
        """Call the handler where it wants to be called."""
        if call.kind is HandlerKind.COROUTINE:
            return Deferred.fromCoroutine(call.invoke())
        if call.kind is HandlerKind.DIRECT:
            return call.invoke()
        return self.in_thread(call.invoke)

    def in_thread(self, function: Callable[[], Any]) -> Deferred[Any]:
        """Call what may block in a thread of the pool.

        Returns:
            What fires with its result, or with what it raised.
        """
        assert self._pool is not None, "nothing runs before start() nor after stop()"
        return deferToThreadPool(self._reactor, self._pool, function)

    def log_failure(self, description: str, error: BaseException) -> None:
        """Log an exception whose text is not for the client."""
        self._log.failure("{what} failed", Failure(error), what=description)


def _exception_of(failure: Failure) -> BaseException:
    assert failure.value is not None
    return failure.value
