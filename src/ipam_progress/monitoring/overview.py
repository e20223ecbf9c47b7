"""The picture that the live page shows, kept from a server's events.

Every part of it is bounded in number, every text in length. It is given out as plain data for JSON,
whole or as what has changed since an earlier revision of it: so nobody who looks needs a state of
his own here. Knows no HTTP and no clock.
"""

from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from heapq import nsmallest
from itertools import islice
from typing import Any, Final, TypeAlias
from uuid import UUID

from ipam_progress.events import (
    Counters,
    FaultSent,
    HandshakeFailed,
    OperationEnded,
    OperationProgressed,
    OperationStarted,
    SessionClosed,
    SessionOpened,
    StoreFailed,
    StoreRecovered,
    TaskRunEnded,
)
from ipam_progress.monitoring.observed import ObservedServer
from ipam_progress.records import OperationRecord, SubtaskRecord, TaskRecord

__all__ = [
    "ENDED_AT_MOST",
    "OPERATIONS_AT_MOST",
    "REFUSALS_AT_MOST",
    "SESSIONS_AT_MOST",
    "SUBTASKS_AT_MOST",
    "TEXT_AT_MOST",
    "Overview",
]

OPERATIONS_AT_MOST: Final = 50
"""Running operations that are shown, those that began first; the rest is counted."""

SUBTASKS_AT_MOST: Final = 20
"""Subtasks of an operation that are shown, those that run above all; the rest is counted."""

ENDED_AT_MOST: Final = 50
SESSIONS_AT_MOST: Final = 50
REFUSALS_AT_MOST: Final = 50

TEXT_AT_MOST: Final = 300
"""Letters of a text that are shown."""

_IMPORTANCE: Final = {"InProgress": 0, "CompletedWithError": 1, "NotStarted": 2}
"""Which subtasks are shown first where there are many; others come last."""

_Data: TypeAlias = dict[str, Any]


@dataclass(slots=True)
class _Running:
    """An operation that runs: what does not change of it, and what does.

    Attributes:
        revision: The first revision of the picture that has it as it is now.
    """

    told: _Data
    percent: float
    subtasks: dict[int, SubtaskRecord]
    revision: int = 0

    def to_data(self) -> _Data:
        """Give what is shown of it."""
        shown = sorted(nsmallest(SUBTASKS_AT_MOST, self.subtasks.values(), key=_rank), key=_number)
        return {
            **self.told,
            "percent": self.percent,
            "subtasks": [_subtask_data(subtask) for subtask in shown],
            "more_subtasks": len(self.subtasks) - len(shown),
        }


@dataclass(slots=True)
class _Section:
    """A part of the picture that is given out whole when it has changed.

    Attributes:
        make: Gives it.
        revision: The first revision of the picture that has it as it is now.
    """

    make: Callable[[], Any]
    revision: int = 1


class Overview:
    """The picture, from the moment the overview is made on.

    Attributes:
        revision: Counts up with every change of the picture; the first is 1.

    Args:
        server: What is watched.
        now: Tells the time, aware.
    """

    def __init__(self, server: ObservedServer, now: Callable[[], datetime]) -> None:
        self.revision = 1
        self._server = server
        self._now = now
        # Whoever waits is shown as soon as another one has ended, in the order of their starts
        self._shown: dict[UUID, _Running] = {}
        self._waiting: dict[UUID, _Running] = {}
        self._ended: deque[_Data] = deque(maxlen=ENDED_AT_MOST)
        self._sessions: dict[int, _Data] = {}
        self._refusals: deque[_Data] = deque(maxlen=REFUSALS_AT_MOST)
        self._task_errors: dict[str, str | None] = {}
        self._store: _Data | None = None
        self._tasks: tuple[TaskRecord, ...] = ()
        self._counters = Counters()
        self._operations_revision = 1
        self._sections = {
            "ended": _Section(lambda: list(self._ended)),
            "sessions": _Section(self._sessions_data),
            "refusals": _Section(lambda: list(self._refusals)),
            "tasks": _Section(lambda: [self._task_data(task) for task in self._tasks]),
            "store": _Section(lambda: self._store),
            "counters": _Section(lambda: asdict(self._counters)),
        }

        subscribe = server.events.subscribe
        subscribe(self._session_opened, SessionOpened)
        subscribe(self._session_closed, SessionClosed)
        subscribe(self._operation_started, OperationStarted)
        subscribe(self._operation_progressed, OperationProgressed)
        subscribe(self._operation_ended, OperationEnded)
        subscribe(self._run_ended, TaskRunEnded)
        subscribe(self._fault_sent, FaultSent)
        subscribe(self._handshake_failed, HandshakeFailed)
        subscribe(self._store_failed, StoreFailed)
        subscribe(self._store_recovered, StoreRecovered)

    def look(self) -> None:
        """Look up in the server what no event tells."""
        tasks = tuple(self._server.tasks_overview())
        if tasks != self._tasks:
            self._tasks = tasks
            self._touch("tasks")
        if self._server.counters != self._counters:
            self._counters = replace(self._server.counters)
            self._touch("counters")

    def since(self, revision: int) -> _Data:
        """Give what has changed since an earlier revision.

        Args:
            revision: What is known to who asks; 0 for nothing: the whole picture.

        Returns:
            ``now``, and those parts that have changed. A part is the whole of it, but for
            ``operations``: ``running`` is how many there are, ``shown`` the ids of those that are
            shown, ``changed`` those of them that are not as they were.
        """
        picture: _Data = {"now": self._now().isoformat()}
        if self._operations_revision > revision:
            picture["operations"] = {
                "running": len(self._shown) + len(self._waiting),
                "shown": [str(id_) for id_ in self._shown],
                "changed": [
                    operation.to_data()
                    for operation in self._shown.values()
                    if operation.revision > revision
                ],
            }
        for name, section in self._sections.items():
            if section.revision > revision:
                picture[name] = section.make()
        return picture

    # --- Operations ------------------------------------------------------------------------------

    def _operation_started(self, event: OperationStarted) -> None:
        record = event.operation
        operation = _Running(
            told={**_operation_data(record), "attempts": record.attempts},
            percent=float(record.percent),
            subtasks={subtask.number: subtask for subtask in record.subtasks},
        )
        if len(self._shown) < OPERATIONS_AT_MOST:
            self._shown[record.id] = operation
            self._touch_operation(operation)
        else:
            self._waiting[record.id] = operation
            self._touch_operations()

    def _operation_progressed(self, event: OperationProgressed) -> None:
        shown = self._shown.get(event.id)
        operation = shown or self._waiting.get(event.id)
        if operation is None:
            return
        operation.percent = float(event.percent)
        operation.subtasks.update((subtask.number, subtask) for subtask in event.subtasks)
        if shown is not None:
            self._touch_operation(shown)

    def _operation_ended(self, event: OperationEnded) -> None:
        record = event.operation
        if self._shown.pop(record.id, None) is not None and self._waiting:
            first = next(iter(self._waiting))
            operation = self._shown[first] = self._waiting.pop(first)
            self._touch_operation(operation)
        self._waiting.pop(record.id, None)
        self._touch_operations()
        self._ended.appendleft(
            {
                **_operation_data(record),
                "ended": _time(record.ended),
                "outcome": record.outcome.value,
                "percent": float(record.percent),
                "error": _clip(record.error),
            }
        )
        self._touch("ended")

    # --- Everything else -------------------------------------------------------------------------

    def _session_opened(self, event: SessionOpened) -> None:
        self._sessions[event.session] = {
            "session": event.session,
            "service": event.service,
            "client": _clip(event.client),
            "address": event.address,
            "opened": _time(self._now()),
        }
        self._touch("sessions")

    def _session_closed(self, event: SessionClosed) -> None:
        if self._sessions.pop(event.session, None) is not None:
            self._touch("sessions")

    def _sessions_data(self) -> _Data:
        shown = islice(self._sessions.values(), SESSIONS_AT_MOST)
        return {"open": len(self._sessions), "shown": list(shown)}

    def _run_ended(self, event: TaskRunEnded) -> None:
        self._task_errors[event.run.task_type] = _clip(event.run.error)
        self._touch("tasks")

    def _task_data(self, task: TaskRecord) -> _Data:
        recurrence = task.recurrence
        return {
            "task_type": task.task_type,
            "state": task.state,
            "last_run": _time(task.last_run),
            "next_run": _time(task.next_run),
            "last_result": task.last_result,
            "last_error": self._task_errors.get(task.task_type),
            "recurrence": None if recurrence is None else recurrence.total_seconds(),
        }

    def _fault_sent(self, event: FaultSent) -> None:
        self._refused(event.address, event.kind, event.reason)

    def _handshake_failed(self, event: HandshakeFailed) -> None:
        self._refused(event.address, "Handshake failed", event.reason)

    def _refused(self, address: str, kind: str, reason: str) -> None:
        self._touch("refusals")
        self._refusals.appendleft(
            {
                "number": self.revision,
                "time": _time(self._now()),
                "address": address,
                "kind": _clip(kind),
                "reason": _clip(reason),
            }
        )

    def _store_failed(self, event: StoreFailed) -> None:
        self._store = {"failed": _time(self._now()), "reason": _clip(event.reason)}
        self._touch("store")

    def _store_recovered(self, _: StoreRecovered) -> None:
        self._store = None
        self._touch("store")

    # --- Revisions -------------------------------------------------------------------------------

    def _touch(self, name: str) -> None:
        self.revision += 1
        self._sections[name].revision = self.revision

    def _touch_operations(self) -> None:
        self.revision += 1
        self._operations_revision = self.revision

    def _touch_operation(self, operation: _Running) -> None:
        self._touch_operations()
        operation.revision = self.revision


def _operation_data(record: OperationRecord) -> _Data:
    """Give what does not change of an operation; not its parameters, which may be large."""
    return {
        "id": str(record.id),
        "operation_id": record.operation_id,
        "client": _clip(record.client),
        "address": record.address,
        "started": _time(record.started),
    }


def _subtask_data(subtask: SubtaskRecord) -> _Data:
    return {
        "number": subtask.number,
        "name": _clip(subtask.name),
        "description": _clip(subtask.description),
        "status": subtask.status,
        "percent": float(subtask.percent),
        "error": _clip(subtask.error),
    }


def _rank(subtask: SubtaskRecord) -> tuple[int, int]:
    return _IMPORTANCE.get(subtask.status, len(_IMPORTANCE)), subtask.number


def _number(subtask: SubtaskRecord) -> int:
    return subtask.number


def _time(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _clip(text: str | None) -> str | None:
    if text is None or len(text) <= TEXT_AT_MOST:
        return text
    return text[: TEXT_AT_MOST - 1] + "…"
