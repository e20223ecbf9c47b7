"""What a server does about operations that an earlier run of it has left behind.

They were running when the process ended. One whose handler can be called again is resumed, with its
parameters and what it saved; one that is known to have ended, nobody knows how, is recorded as
such; every other has failed. Runs of tasks have failed as well: what runs again does so at its
time.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

from twisted.internet.defer import Deferred, inlineCallbacks
from twisted.logger import Logger

from ipam_progress.contracts import PARAMETER_TYPES, IpamOperationWithProgressParameters
from ipam_progress.errors import IpamProgressError
from ipam_progress.net.operation_outputs import ResumedOperation
from ipam_progress.net.recorder import write_end
from ipam_progress.net.server_parts import ServerParts
from ipam_progress.net.waiter import deferred_of
from ipam_progress.operations import OperationHandler
from ipam_progress.records import OperationRecord, Outcome, TaskRecord
from ipam_progress.service.archive import parameters_from_xml
from ipam_progress.store import StoreTransaction

__all__ = ["recover"]

_log: Final = Logger()

_INTERRUPTED: Final = "The server ended before the operation was completed."
_UNRESOLVED: Final = (
    "The operation ended, but how could not be put on record: the store failed at that time."
)


@inlineCallbacks
def recover(parts: ServerParts) -> Generator[Deferred[Any], Any, None]:
    """See to what is on record as running although nothing runs yet.

    Raises:
        StoreError: If the store cannot be read or written.
    """
    store, writer = parts.store, parts.recorder.writer
    assert store is not None
    assert writer is not None
    running = yield deferred_of(writer.submit(lambda transaction: transaction.running_operations()))
    unresolved: set[UUID] = store.unresolved()
    ended: list[OperationRecord] = []
    resumable: list[tuple[OperationRecord, Any, OperationHandler]] = []
    for record in running:
        if record.id in unresolved:
            ended.append(_ended(record, Outcome.UNKNOWN, _UNRESOLVED))
            continue
        handler = _resuming_handler(parts, record)
        if handler is None:
            ended.append(_ended(record, Outcome.FAILED, _INTERRUPTED))
            continue
        try:
            resumable.append((record, parameters_from_xml(record.parameters), handler))
        except IpamProgressError as error:
            reason = f"{_INTERRUPTED} It cannot be resumed: its parameters are damaged ({error})."
            ended.append(_ended(record, Outcome.FAILED, reason))

    parts.tasks.load((yield deferred_of(writer.submit(partial(_write, ended)))))
    for known in unresolved:
        store.forget_unresolved(known)
    for record in ended:
        _log.warn(
            "operation {operation} ({id}) was running when the server ended: {outcome}",
            operation=record.operation_id,
            id=str(record.id),
            outcome=record.outcome.value,
        )
    for record, parameters, handler in resumable:
        _resume(parts, record, parameters, handler)


def _write(ended: list[OperationRecord], transaction: StoreTransaction) -> list[TaskRecord]:
    """Put on record what ended with the last run, in the store's thread.

    Returns:
        How the tasks stand.
    """
    for record in ended:
        write_end(transaction, record)
    for run in transaction.running_task_runs():
        transaction.end_task_run(
            run.id,
            ended=datetime.now(UTC),
            outcome=Outcome.FAILED,
            result=1,
            error="The server ended before the end of the run was on record.",
        )
    return transaction.task_records()


def _ended(record: OperationRecord, outcome: Outcome, reason: str) -> OperationRecord:
    return replace(record, ended=datetime.now(UTC), outcome=outcome, error=reason)


def _resuming_handler(parts: ServerParts, record: OperationRecord) -> OperationHandler | None:
    """Give the handler that goes on with an operation; None if it has to be given up."""
    for operation_id in PARAMETER_TYPES:
        if operation_id.value == record.operation_id:
            handler = parts.registry.find(operation_id)
            return handler if handler is not None and handler.resumable else None
    return None


def _resume(
    parts: ServerParts,
    record: OperationRecord,
    parameters: IpamOperationWithProgressParameters,
    handler: OperationHandler,
) -> None:
    _log.info(
        "operation {operation} ({id}) is resumed",
        operation=record.operation_id,
        id=str(record.id),
    )
    ResumedOperation(parts, record).session.resume(
        parameters,
        handler,
        attempt=record.attempts + 1,
        saved_checkpoint=record.checkpoint,
    )
