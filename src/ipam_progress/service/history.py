"""Records of operations on the wire: their contracts, made of them and made back to them.

What is sent is bounded, whatever a handler has said: a text that serves nobody in this length, or
that no message could carry, must not keep a client from learning how its operation ended. Knows no
store and no sessions.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from ipam_progress.contracts import items_of
from ipam_progress.contracts.history import RecordedOperation, RecordedSubtask
from ipam_progress.datacontract import fit_for_xml
from ipam_progress.records import OperationRecord, SubtaskRecord
from ipam_progress.soap import shorten
from ipam_progress.values import DateTime

__all__ = [
    "MOST_OPERATIONS",
    "MOST_SUBTASKS",
    "record_of",
    "recorded",
    "recorded_in_short",
    "request_id_of",
]

MOST_OPERATIONS: Final = 1000
"""Operations that are told at once."""

MOST_SUBTASKS: Final = 1000
"""Subtasks that are told of an operation; where it has more, the newest."""

# Characters have up to four octets, and a message 4 MiB: two long texts and all subtasks have to
# fit in, or as many operations with three short texts.
_SHORT: Final = 256
"""Characters of a text that is one of many."""

_LONG: Final = 256 * 1024
"""Characters of a text that has a quarter of the message to itself, or of those of all subtasks."""

_REQUEST_ID: Final = 500
"""Characters of a MessageID."""


def request_id_of(text: str) -> str:
    """Give the form in which MessageIDs are kept and compared.

    One with a UUID is the same whichever way it is written, and one that is longer than anybody's
    is cut off.

    Args:
        text: A MessageID, or the UUID alone of one of the form ``urn:uuid:...``.
    """
    text = text.strip()
    try:
        return f"urn:uuid:{UUID(text)}"
    except ValueError:
        return text[:_REQUEST_ID]


def recorded(record: OperationRecord) -> RecordedOperation:
    """Make what is told of an operation that was asked for by itself.

    Parameters that are too long for a message are left out, and so are the oldest of too many
    subtasks; as subtasks are numbered from 1 on, it can be seen that they are missing.
    """
    told = recorded_in_short(record)
    told.Error = None if record.error is None else _fit(record.error, _LONG)
    told.Parameters = record.parameters if len(record.parameters) <= _LONG else None
    told.Subtasks = _newest(record.subtasks)
    return told


def recorded_in_short(record: OperationRecord) -> RecordedOperation:
    """Make what is told of an operation in a list, without parameters and subtasks."""
    return RecordedOperation(
        Address=record.address,
        Attempts=record.attempts,
        Client=_fit(record.client, _SHORT),
        ClientSawEnd=record.client_saw_end,
        Ended=None if record.ended is None else DateTime.from_datetime(record.ended),
        Error=None if record.error is None else _fit(record.error, _SHORT),
        Id=record.id,
        OperationId=record.operation_id,
        Outcome=record.outcome,
        Percent=record.percent,
        RequestId=record.request_id,
        Started=DateTime.from_datetime(record.started),
    )


def _newest(records: Sequence[SubtaskRecord]) -> list[RecordedSubtask | None]:
    """Make what is told of subtasks, beginning with the first from which all the rest fits."""
    told: list[RecordedSubtask | None] = []
    room = _LONG
    for record in reversed(records[-MOST_SUBTASKS:]):
        subtask = _recorded_subtask(record)
        room -= sum(len(text or "") for text in (subtask.Description, subtask.Error, subtask.Name))
        if room < 0:
            break
        told.append(subtask)
    return told[::-1]


def _recorded_subtask(record: SubtaskRecord) -> RecordedSubtask:
    return RecordedSubtask(
        Description=_fit(record.description, _SHORT),
        Error=None if record.error is None else _fit(record.error, _SHORT),
        Name=_fit(record.name, _SHORT),
        Number=record.number,
        Percent=record.percent,
        Status=record.status,
        UniqueId=record.unique_id,
    )


def _fit(text: str, length: int) -> str:
    return fit_for_xml(shorten(text, length))


def record_of(told: RecordedOperation) -> OperationRecord:
    """Make the record of what a server has told."""
    return OperationRecord(
        id=told.Id,
        request_id=told.RequestId or "",
        operation_id=told.OperationId or "",
        parameters=told.Parameters or "",
        client=told.Client or "",
        address=told.Address or "",
        started=_moment(told.Started),
        ended=None if told.Ended is None else _moment(told.Ended),
        outcome=told.Outcome,
        percent=told.Percent,
        error=told.Error,
        client_saw_end=told.ClientSawEnd,
        attempts=told.Attempts,
        subtasks=tuple(map(_subtask_of, items_of(told.Subtasks))),
    )


def _subtask_of(told: RecordedSubtask) -> SubtaskRecord:
    return SubtaskRecord(
        number=told.Number,
        unique_id=told.UniqueId,
        name=told.Name or "",
        description=told.Description or "",
        status=told.Status or "",
        percent=told.Percent,
        error=told.Error,
    )


def _moment(told: DateTime) -> datetime:
    """Give a point in time as records have it; a server that does not say means UTC."""
    return told.to_datetime().replace(tzinfo=UTC)
