"""What the machines of a session ask of the world: Protocols, and the call of a handler.

The machines know no sockets, no clock, no thread pool and no log. What they need of these they
ask of an object that fulfils a Protocol of this module; `ipam_progress.net` has the one that
works with Twisted, tests have one that writes down what was asked. Threads: everything here is
called in the reactor's thread, `SessionOutputs.callbacks_ready` alone in any.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from concurrent.futures import Future
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from ipam_progress.contracts import IpamOperationWithProgressParameters, SetOverallStatus
    from ipam_progress.progress import ProgressReporter

__all__ = [
    "HandlerCall",
    "HandlerCancelledError",
    "HandlerKind",
    "HandlerRunner",
    "OperationStart",
    "SessionOutputs",
    "Timer",
    "Waiter",
    "WaiterFactory",
]


class HandlerKind(Enum):
    """How a handler wants to be called."""

    COROUTINE = "coroutine"
    """``async def``: calling it gives a coroutine, to be driven in the reactor's thread."""

    THREAD = "thread"
    """A plain function that may block: called in a thread of the pool for handlers."""

    DIRECT = "direct"
    """A plain function that gives a Deferred or is done at once: called in the reactor's thread."""


@dataclass(frozen=True, slots=True)
class HandlerCall:
    """One call of a handler: how to make it, and whom to tell how it went.

    Exactly one of `returned` and `failed` is to be called, once, in the reactor's thread.

    Attributes:
        description: What runs, for logs: ``operation CreateDhcpScope``.
        kind: Where `invoke` has to be called, and what it gives.
        invoke: Calls the handler. Gives a coroutine, a value, or a Deferred, after `kind`.
        returned: Takes what the handler returned in the end.
        failed: Takes the exception that ended it.
    """

    description: str
    kind: HandlerKind
    invoke: Callable[[], Any]
    returned: Callable[[Any], None]
    failed: Callable[[BaseException], None]


class HandlerCancelledError(Exception):
    """What ended a handler that was cancelled, and went along with it."""


@dataclass(frozen=True, slots=True)
class OperationStart:
    """An operation that is about to run.

    Attributes:
        parameters: What its client sent.
        reporter: What its handler will report with.
        request_id: The MessageID with which the client asked for the start.
        resumable: Whether its handler can be called again if the process ends.
    """

    parameters: IpamOperationWithProgressParameters
    reporter: ProgressReporter
    request_id: str
    resumable: bool


class Timer(Protocol):
    """A call that is due later."""

    def cancel(self) -> None:
        """Take it back. Never called after it has run."""
        ...


class Waiter(Protocol):
    """Something that one coroutine awaits and that another party wakes, once.

    Under Twisted this is a Deferred: `Deferred.fromCoroutine` understands nothing else that a
    coroutine could yield.
    """

    def __await__(self) -> Generator[Any, Any, Any]:
        """Give up control until `wake` is called; at once where it has been."""
        ...

    def wake(self) -> None:
        """Let the coroutine go on. Called in the reactor's thread, once at most."""
        ...


WaiterFactory = Callable[[], Waiter]
"""Makes a `Waiter` for the coroutine that is running now."""


class HandlerRunner(Protocol):
    """Runs handlers, of operations and of tasks."""

    def run_handler(self, call: HandlerCall) -> Callable[[], None]:
        """Run a handler and tell its end through `HandlerCall.returned` or `HandlerCall.failed`.

        The handler may be called before this method returns or later, and may be done before it
        returns.

        Returns:
            What cancels it, at any time. A coroutine that goes along with that has failed with
            `HandlerCancelledError`; a thread cannot be cancelled.
        """
        ...

    def log_failure(self, description: str, error: BaseException) -> None:
        """Log an exception whose text is not for the client: a handler's own, or a hook's.

        Args:
            description: What failed: ``operation CreateDhcpScope``.
            error: The exception with its traceback.
        """
        ...


class SessionOutputs(HandlerRunner, Protocol):
    """What a `ServerSession` asks of the connection that carries it.

    Order on the wire: a reply (or a fault) goes out before everything that the request caused.
    So while a request is being answered, `callbacks_ready` and `end` only leave a note, and the
    outbox is emptied when the reply has been written.
    """

    def record_start(self, start: OperationStart) -> Future[None] | None:
        """Put on record that an operation is about to run.

        Returns:
            What is done, in the reactor's thread, when it is on record for good, or fails with the
            `IpamError` that the client is to be told; None where nothing has to be waited for.
        """
        ...

    def sendable(self, final: SetOverallStatus) -> SetOverallStatus:
        """Give a final status that can be sent.

        Returns:
            The one that was meant; or, where a handler's words or its object cannot be put into a
            message, a failure that says so.
        """
        ...

    def record_end(self, final: SetOverallStatus) -> Future[None] | None:
        """Put on record how the operation ended, before its client is told.

        Args:
            final: What the client will be told.

        Returns:
            As for `record_start`; it fails when the client must not be told.
        """
        ...

    def record_end_seen(self) -> None:
        """Put on record that the client has seen the end, sooner or later."""
        ...

    def callbacks_ready(self) -> None:
        """Begin to empty `ServerSession.outbox`: it was empty and is not any more.

        Called in any thread, once for each time the outbox stops being empty; also within
        `Outbox.take`, which lets coroutines go on. It must not take from the outbox before it
        returns (the caller may hold a lock): it asks the reactor to.
        """
        ...

    def end(self) -> None:
        """Send an End record, after the reply under way and after what the outbox holds.

        The session's state is closed already: no further callback is accepted.
        """
        ...

    def abort(self, reason: str) -> None:
        """Drop the connection without an End.

        Args:
            reason: Why, for the log.
        """
        ...

    def schedule(self, seconds: float, call: Callable[[], None]) -> Timer:
        """Call back in the reactor's thread when so much time has passed."""
        ...

    def seconds(self) -> float:
        """Tell the time of a clock that only goes forward, the one that `schedule` goes by."""
        ...

    def create_waiter(self) -> Waiter:
        """Make what a coroutine handler awaits while the outbox is full."""
        ...
