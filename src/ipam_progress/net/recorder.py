"""Joins the operations of a server to its events and to its store.

Sessions tell a `Recorder` what begins and ends; it tells those who listen (`ipam_progress.events`)
and, where there is a store, puts it on record. The order is the point of it:

- the start of an operation is committed before its client gets a reply and its handler is called;
- its end is committed before its client is told. Where that cannot be done in time, the client is
  not told at all and the operation is noted as unresolved: the next start of the server records
  that nobody knows how it ended, unless the store takes the truth before;
- what happens in between is looked up a few times a second and written in the background, so that
  handlers never wait for a disk.

Knows no wire. Everything is called in the reactor's thread but what says otherwise.
"""

from collections.abc import Callable, Generator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, ClassVar, Final
from uuid import UUID, uuid4

from twisted.internet.defer import Deferred, inlineCallbacks
from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger

from ipam_progress.authorization import AuditEntry
from ipam_progress.contracts import (
    DhcpMsmOverallCompletionStatus,
    IpamExceptionId,
    OverallProgressStatus,
    SetOverallStatus,
)
from ipam_progress.errors import StoreError
from ipam_progress.events import (
    EventHub,
    OperationEnded,
    OperationProgressed,
    OperationStarted,
    StoreFailed,
    StoreRecovered,
)
from ipam_progress.net.waiter import deferred_of
from ipam_progress.progress import ProgressChanges, failed_status
from ipam_progress.records import (
    AuditRecord,
    OperationRecord,
    Outcome,
    TaskRecord,
    TaskRunRecord,
)
from ipam_progress.service.archive import parameters_to_xml
from ipam_progress.session.faults import IpamError
from ipam_progress.session.outputs import OperationStart
from ipam_progress.store import Store, StoreTransaction, StoreWriter

__all__ = ["ActiveOperation", "Recorder", "failed_with", "write_end"]

_LOOK_INTERVAL: Final = 0.25
"""Seconds from one look at what has changed to the next."""

_GIVE_UP_AFTER: Final = 10.0
"""Seconds for which the end of an operation is tried to be committed."""

_PRUNE_INTERVAL: Final = 3600.0
"""Seconds from one look for what is kept no longer to the next."""


@dataclass(slots=True, eq=False)
class ActiveOperation:
    """An operation that runs, or is about to.

    Attributes:
        record: What is known of it.
        start: How it began.
        session: The number of its session; None where it has none.
        unsaved: What listeners were told and the store was not.
        saving: What is on its way to the store.
    """

    record: OperationRecord
    start: OperationStart
    session: int | None
    unsaved: ProgressChanges | None = None
    saving: ProgressChanges | None = None

    def look(self) -> ProgressChanges | None:
        """Give what has changed since the last look, and keep it for the store."""
        changes = self.start.reporter.take_changes()
        if changes is not None:
            self.record = replace(self.record, percent=changes.percent)
            self.unsaved = _merged(self.unsaved, changes)
        return changes

    def save(self) -> ProgressChanges | None:
        """Give what is to be brought to the store."""
        self.saving, self.unsaved = self.unsaved, None
        return self.saving

    def saved(self, *, success: bool) -> None:
        """Learn whether it has arrived."""
        saving, self.saving = self.saving, None
        if saving is not None and not success:
            self.unsaved = saving if self.unsaved is None else _merged(saving, self.unsaved)

    def conclude(self, final: SetOverallStatus) -> "_End":
        """Take its final status; give everything that the store may not have."""
        self.look()
        succeeded = final.overallStatus is OverallProgressStatus.CompletedWithSuccess
        self.record = replace(
            self.record,
            ended=datetime.now(UTC),
            outcome=Outcome.SUCCEEDED if succeeded else Outcome.FAILED,
            error=_error_of(final),
        )
        unsaved = self.unsaved
        if self.saving is not None:
            unsaved = self.saving if unsaved is None else _merged(self.saving, unsaved)
        return _End(self.record, unsaved)


@dataclass(frozen=True, slots=True)
class _End:
    """The end of an operation, on its way to the store."""

    record: OperationRecord
    unsaved: ProgressChanges | None

    def write(self, transaction: StoreTransaction) -> None:
        """Put it on record, in the store's thread."""
        write_end(transaction, self.record, self.unsaved)


class Recorder:
    """What a server's sessions tell of their operations.

    Args:
        events: Who listens.
        reactor: Tells when to look, and takes what the store's thread has to say.
        store: Where records are kept; None to keep none.
    """

    _log: ClassVar[Logger] = Logger()

    def __init__(self, events: EventHub, reactor: Any, store: Store | None) -> None:
        self._events = events
        self._reactor = reactor
        self._store = store
        self._active: dict[UUID, ActiveOperation] = {}
        self._unresolved: dict[UUID, _End] = {}
        self._next_look: IDelayedCall | None = None
        self._next_pruning: IDelayedCall | None = None
        self._is_saving = False
        self.writer: StoreWriter | None = None
        """What writes into the store, while the server runs and has one."""

    @property
    def active(self) -> Sequence[ActiveOperation]:
        """The operations that run."""
        return tuple(self._active.values())

    # --- Start and stop --------------------------------------------------------------------------

    def start(self) -> None:
        """Begin to write; the store is open."""
        if self._store is not None:
            self.writer = StoreWriter(self._store, deliver=self._reactor.callFromThread)
            self.writer.subscribe(self._store_failed, self._store_recovered)
            self.writer.start()
            self._prune()

    @inlineCallbacks
    def close(self) -> Generator[Deferred[Any], Any, None]:
        """Write what is left and close the store.

        Returns:
            What fires when that is done.
        """
        writer, self.writer = self.writer, None
        if self._next_pruning is not None:
            self._next_pruning.cancel()
            self._next_pruning = None
        if writer is not None:
            yield deferred_of(writer.stop())
        if self._store is not None:
            self._store.close()

    def leave(self) -> None:
        """Put on record what becomes of operations that no session waits for: the server stops.

        They have failed, but for those that can be resumed: the next start will.
        """
        for active in self.active:
            if self.writer is None or not active.start.resumable:
                reason = "The server stopped before the operation was completed."
                self.end(active, failed_with(reason))
            self._leave(active)

    # --- Operations ------------------------------------------------------------------------------

    def begin(
        self, start: OperationStart, *, client: str, address: str, session: int
    ) -> tuple[ActiveOperation, Future[None] | None]:
        """Put the start of an operation on record.

        Args:
            start: The operation.
            client: Whose it is; empty where nobody knows.
            address: Where the client is.
            session: The number of its session.

        Returns:
            The operation; and what is done when its start is on record, or fails with the
            `IpamError` that its client is to be told. None if nothing has to be waited for.
        """
        record = OperationRecord(
            id=uuid4(),
            request_id=start.request_id,
            operation_id=start.parameters.OperationId.value,
            parameters="" if self.writer is None else parameters_to_xml(start.parameters),
            client=client,
            address=address,
            started=datetime.now(UTC),
        )
        active = ActiveOperation(record, start, session)
        return active, self._enter(active, lambda transaction: transaction.add_operation(record))

    def begin_again(
        self, record: OperationRecord, start: OperationStart
    ) -> tuple[ActiveOperation, Future[None] | None]:
        """Put on record that an operation is about to run again that was interrupted.

        Returns:
            As `begin`.
        """
        attempt = record.attempts + 1
        active = ActiveOperation(replace(record, attempts=attempt), start, None)
        return active, self._enter(
            active, lambda transaction: transaction.begin_attempt(record.id, attempt)
        )

    def end(self, active: ActiveOperation, final: SetOverallStatus) -> Future[None] | None:
        """Put the end of an operation on record.

        Returns:
            What is done when it is on record, or fails with `StoreError` after ten seconds; None if
            nothing has to be waited for.
        """
        self._leave(active)
        end = active.conclude(final)
        if self.writer is None:
            self._events.publish(OperationEnded(end.record))
            return None
        known: Future[None] = Future()
        written = self.writer.submit(end.write, retry_for=_GIVE_UP_AFTER)
        written.add_done_callback(partial(self._end_written, end, known))
        return known

    def end_seen(self, active: ActiveOperation) -> None:
        """Put on record, sooner or later, that the client has seen the end of an operation."""
        if self.writer is not None:
            key = active.record.id
            written = self.writer.submit(lambda transaction: transaction.note_end_seen(key))
            written.add_done_callback(self._not_vital)

    def audit(self, entry: AuditEntry) -> None:
        """Put a decision on record, sooner or later (an `ipam_progress.authorization.Audit`)."""
        if self.writer is not None:
            record = AuditRecord(
                time=datetime.now(UTC),
                client=entry.identity.name,
                address=entry.identity.address,
                action=entry.action,
                allowed=entry.decision.allowed,
                reason=entry.decision.reason,
            )
            written = self.writer.submit(lambda transaction: transaction.add_audit(record))
            written.add_done_callback(self._not_vital)

    def refusal(self) -> IpamError | None:
        """Tell why nothing new can be begun; None if it can."""
        if self.writer is None or self.writer.failure is None:
            return None
        return IpamError(
            IpamExceptionId.IpamApiGenericErrorOccurred,
            "The server cannot keep records at the moment, so it begins nothing new. "
            "Try again later; its log says why.",
        )

    def _enter(
        self, active: ActiveOperation, write: Callable[[StoreTransaction], object]
    ) -> Future[None] | None:
        if self.writer is None:
            self._entered(active)
            return None
        known: Future[None] = Future()
        refusal = self.refusal()
        if refusal is not None:
            known.set_exception(refusal)
        else:
            written = self.writer.submit(write)
            written.add_done_callback(partial(self._start_written, active, known))
        return known

    def _start_written(
        self, active: ActiveOperation, known: Future[None], written: Future[Any]
    ) -> None:
        error = written.exception()
        if error is None:
            self._entered(active)
            known.set_result(None)
            return
        self._log.error(
            "the start of operation {operation} could not be put on record, so it is refused: "
            "{reason}",
            operation=active.record.operation_id,
            reason=str(error),
        )
        # it may be on record all the same, and then it has to be said what came of it
        reason = "The start could not be put on record, so the operation never began."
        record = replace(
            active.record, ended=datetime.now(UTC), outcome=Outcome.FAILED, error=reason
        )
        self._unresolved[record.id] = _End(record, None)
        known.set_exception(
            self.refusal()
            or IpamError(
                IpamExceptionId.IpamApiGenericErrorOccurred,
                "The start of the operation could not be put on record; try again.",
            )
        )

    def _entered(self, active: ActiveOperation) -> None:
        self._active[active.record.id] = active
        self._events.publish(OperationStarted(active.record, active.session))
        self._look_later()

    def _end_written(self, end: _End, known: Future[None], written: Future[Any]) -> None:
        error = written.exception()
        if error is None:
            self._events.publish(OperationEnded(end.record))
            known.set_result(None)
            return
        assert self._store is not None
        self._log.critical(
            "operation {operation} ({id}) ended, {outcome}, and that cannot be put on record: "
            "{reason}",
            operation=end.record.operation_id,
            id=str(end.record.id),
            outcome=end.record.outcome.value,
            reason=str(error),
        )
        self._unresolved[end.record.id] = end
        try:
            self._store.note_unresolved(end.record.id)
        except StoreError as note_error:
            self._log.critical("nor can that be noted: {reason}", reason=str(note_error))
        self._events.publish(OperationEnded(replace(end.record, outcome=Outcome.UNKNOWN)))
        known.set_exception(error)

    # --- Progress --------------------------------------------------------------------------------

    def _look_later(self) -> None:
        if self._next_look is None and self._active:
            self._next_look = self._reactor.callLater(_LOOK_INTERVAL, self._look)

    def _leave(self, active: ActiveOperation) -> None:
        """Look after an operation no more."""
        self._active.pop(active.record.id, None)
        if not self._active and self._next_look is not None:
            self._next_look.cancel()
            self._next_look = None

    def _look(self) -> None:
        """Tell what has changed; save it, if the last that was to be saved is."""
        self._next_look = None
        self._look_later()
        is_wanted = self._events.wants(OperationProgressed)
        if self.writer is None and not is_wanted:
            return
        for active in self.active:
            changes = active.look()
            if changes is not None and is_wanted:
                self._events.publish(
                    OperationProgressed(active.record.id, changes.percent, changes.subtasks)
                )
        if self.writer is not None and not self._is_saving:
            self._save(self.writer)

    def _save(self, writer: StoreWriter) -> None:
        changed = [
            (active, changes)
            for active in self._active.values()
            if (changes := active.save()) is not None
        ]
        if not changed:
            return
        self._is_saving = True

        def write(transaction: StoreTransaction) -> None:
            for active, changes in changed:
                transaction.save_progress(
                    active.record.id, changes.percent, changes.subtasks, changes.checkpoint
                )

        def written(outcome: Future[None]) -> None:
            self._is_saving = False
            for active, _ in changed:
                active.saved(success=outcome.exception() is None)

        writer.submit(write).add_done_callback(written)

    # --- Tasks -----------------------------------------------------------------------------------

    def begin_run(self, run: TaskRunRecord, task: TaskRecord) -> Future[None] | None:
        """Put on record that the run of a task is about to begin, and how the task stands then.

        Returns:
            What is done when that is committed, or fails with `StoreError`; None if nothing has to
            be waited for.
        """

        def write(transaction: StoreTransaction) -> None:
            transaction.add_task_run(run)
            transaction.save_task(task)

        return None if self.writer is None else self.writer.submit(write)

    def end_run(self, run: TaskRunRecord, task: TaskRecord) -> Future[None] | None:
        """Put on record how it ended; arguments and result are as for `begin_run`."""

        def write(transaction: StoreTransaction) -> None:
            assert run.ended is not None
            transaction.end_task_run(
                run.id,
                ended=run.ended,
                outcome=run.outcome,
                result=run.result,
                error=run.error,
            )
            transaction.save_task(task)

        return None if self.writer is None else self.writer.submit(write, retry_for=_GIVE_UP_AFTER)

    # --- Retention -------------------------------------------------------------------------------

    def _prune(self, pruned: Future[int] | None = None) -> None:
        """Delete some of what is kept no longer; again at once while there is more, or later."""
        self._next_pruning = None
        if self.writer is None:
            return
        assert self._store is not None
        if pruned is None or (pruned.exception() is None and pruned.result()):
            age, keep = self._store.keep_for, self._store.keep
            before = None if age is None else datetime.now(UTC) - age
            job = self.writer.submit(lambda transaction: transaction.prune(before, keep))
            job.add_done_callback(self._prune)
        else:
            self._next_pruning = self._reactor.callLater(_PRUNE_INTERVAL, self._prune)

    # --- The store's health ----------------------------------------------------------------------

    def _store_failed(self, reason: str) -> None:
        self._log.critical("the store fails, so nothing new is begun: {reason}", reason=reason)
        self._events.publish(StoreFailed(reason))

    def _store_recovered(self) -> None:
        self._log.warn("the store takes records again")
        self._events.publish(StoreRecovered())
        for end in tuple(self._unresolved.values()):
            assert self.writer is not None
            written = self.writer.submit(end.write)
            written.add_done_callback(partial(self._resolved, end))

    def _resolved(self, end: _End, written: Future[Any]) -> None:
        """Learn whether an end is on record at last; else the next recovery tries again."""
        if written.exception() is None:
            assert self._store is not None
            self._unresolved.pop(end.record.id, None)
            self._store.forget_unresolved(end.record.id)
            self._log.warn(
                "the end of operation {operation} ({id}) is on record now: {outcome}",
                operation=end.record.operation_id,
                id=str(end.record.id),
                outcome=end.record.outcome.value,
            )

    def _not_vital(self, written: Future[Any]) -> None:
        error = written.exception()
        if error is not None:
            self._log.warn("not put on record: {reason}", reason=str(error))


def failed_with(reason: str) -> SetOverallStatus:
    """Make the final status of an operation that the server itself ended."""
    return failed_status(IpamError(IpamExceptionId.IpamApiGenericErrorOccurred, reason))


def write_end(
    transaction: StoreTransaction, record: OperationRecord, changes: ProgressChanges | None = None
) -> None:
    """Put on record how an operation ended; it does no harm to do it twice.

    Args:
        transaction: Of the store.
        record: How it ended.
        changes: What the store may not have.
    """
    assert record.ended is not None
    transaction.end_operation(
        record.id,
        ended=record.ended,
        outcome=record.outcome,
        error=record.error,
        percent=record.percent,
        subtasks=() if changes is None else changes.subtasks,
    )


def _merged(earlier: ProgressChanges | None, later: ProgressChanges) -> ProgressChanges:
    """Give what two looks have found; a subtask stands as the later one found it."""
    if earlier is None:
        return later
    subtasks = {subtask.number: subtask for subtask in (*earlier.subtasks, *later.subtasks)}
    return ProgressChanges(
        percent=later.percent,
        subtasks=tuple(subtasks.values()),
        checkpoint=earlier.checkpoint if later.checkpoint is None else later.checkpoint,
    )


def _error_of(final: SetOverallStatus) -> str | None:
    """Give what a client is told went wrong."""
    status = final.completionStatus
    if final.overallStatus is OverallProgressStatus.CompletedWithSuccess:
        return None
    if isinstance(status, DhcpMsmOverallCompletionStatus) and status.ErrorInfo is not None:
        data = status.ErrorInfo.IpamExceptionData
        if data is not None:
            return f"{data.ExceptionId.value}: {data.ExceptionMessage or ''}".rstrip(": ")
    return "The operation failed."
