"""What the machine of a session asks of its server, whether there is a connection or not.

`OperationOutputs` is that part of `ipam_progress.session.outputs.SessionOutputs` which has nothing
to do with a connection: records, handlers, time. `ResumedOperation` is all there is where an
operation that was interrupted runs again: nobody is there to be called back.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from functools import partial
from typing import ClassVar

from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger

from ipam_progress.binaryxml import Encoder
from ipam_progress.contracts.messages import SetOverallStatus
from ipam_progress.errors import SerializationError
from ipam_progress.net.recorder import ActiveOperation
from ipam_progress.net.server_parts import ServerParts
from ipam_progress.net.waiter import DeferredWaiter
from ipam_progress.progress import failed_status
from ipam_progress.records import OperationRecord
from ipam_progress.service.callbacks import encode_callback
from ipam_progress.session.outputs import HandlerCall, OperationStart
from ipam_progress.session.server import ServerSession

__all__ = ["OperationOutputs", "ResumedOperation"]


class OperationOutputs(ABC):
    """What a session asks of its server.

    For those who derive from it:

    Attributes:
        _parts: Of the server.
        _operation: The operation, as soon as it is about to go on record.
    """

    log: ClassVar[Logger] = Logger()

    _parts: ServerParts
    _operation: ActiveOperation | None = None

    @property
    @abstractmethod
    def _who(self) -> str:
        """Who asked for the operation, for the log."""

    @abstractmethod
    def _begin(self, start: OperationStart) -> tuple[ActiveOperation, Future[None] | None]:
        """Have the start put on record."""

    # --- Records ---------------------------------------------------------------------------------

    def record_start(self, start: OperationStart) -> Future[None] | None:
        """Put on record that an operation is about to run."""
        self._operation, recorded = self._begin(start)
        return recorded

    def sendable(self, final: SetOverallStatus) -> SetOverallStatus:
        """Give a final status that can be sent: what goes on record is what the client is told."""
        try:
            encode_callback(Encoder(), final)
        except SerializationError as error:
            self.log_failure("the final status", error)
            return failed_status(error)
        return final

    def record_end(self, final: SetOverallStatus) -> Future[None] | None:
        """Put on record how it ended."""
        assert self._operation is not None, "nothing ends that did not begin"
        return self._parts.recorder.end(self._operation, final)

    def record_end_seen(self) -> None:
        """Put on record that the client has seen it."""
        assert self._operation is not None, "nothing ends that did not begin"
        self._parts.recorder.end_seen(self._operation)

    # --- Time ------------------------------------------------------------------------------------

    def schedule(self, seconds: float, call: Callable[[], None]) -> IDelayedCall:
        """Call back later."""
        later: IDelayedCall = self._parts.reactor.callLater(seconds, call)
        return later

    def seconds(self) -> float:
        """Tell the time."""
        now: float = self._parts.reactor.seconds()
        return now

    def create_waiter(self) -> DeferredWaiter:
        """Make what a coroutine handler awaits."""
        return DeferredWaiter()

    # --- HandlerRunner: what runs and how it ends is logged, with who asked for it ----------------

    def run_handler(self, call: HandlerCall) -> Callable[[], None]:
        """Run the handler of the operation."""
        self.log.info("{peer}: {operation} started", peer=self._who, operation=call.description)
        return self._parts.runner.run_handler(
            replace(
                call,
                returned=partial(self._handler_returned, call),
                failed=partial(self._handler_failed, call),
            )
        )

    def log_failure(self, description: str, error: BaseException) -> None:
        """Log an exception whose text is not for the client."""
        self._parts.runner.log_failure(description, error)

    def _handler_returned(self, call: HandlerCall, result: object) -> None:
        self._log_end(call, "returned")
        call.returned(result)

    def _handler_failed(self, call: HandlerCall, error: BaseException) -> None:
        self._log_end(call, f"failed with {type(error).__name__}: {error}")
        call.failed(error)

    def _log_end(self, call: HandlerCall, outcome: str) -> None:
        self.log.info(
            "{peer}: {operation} {outcome}",
            peer=self._who,
            operation=call.description,
            outcome=outcome,
        )


class ResumedOperation(OperationOutputs):
    """An operation that runs again after a crash; its client is gone."""

    def __init__(self, parts: ServerParts, record: OperationRecord) -> None:
        self._parts = parts
        self._record = record
        self._session = ServerSession(
            parts.registry,
            self,
            settings=replace(parts.session_settings, inactivity_timeout=None),
        )

    @property
    def session(self) -> ServerSession:
        """The session that has no client."""
        return self._session

    @property
    def _who(self) -> str:
        return f"attempt {self._record.attempts + 1}"

    def _begin(self, start: OperationStart) -> tuple[ActiveOperation, Future[None] | None]:
        return self._parts.recorder.begin_again(self._record, start)

    def callbacks_ready(self) -> None:
        """Let handlers go on that gave way; nobody is there to be called back."""
        self._parts.reactor.callFromThread(self._session.outbox.take_all)

    def end(self) -> None:
        """Do nothing: there is no connection."""

    def abort(self, reason: str) -> None:
        """Do nothing: there is no connection."""
