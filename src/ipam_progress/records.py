"""What is kept of operations and tasks beyond the moment: plain data, for store, page and programs.

An `OperationRecord` says who started what, how it goes and how it ended; `SubtaskRecord` how one of
its subtasks stands; `TaskRunRecord` and `TaskRecord` the same for the server's recurring tasks;
`AuditRecord` who was allowed what. Names of enumerations are kept as the protocol spells them, so
that a record outlives the version that wrote it. Times are aware, in UTC. Knows no database.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from uuid import UUID, uuid4

__all__ = [
    "AuditRecord",
    "OperationRecord",
    "Outcome",
    "SubtaskRecord",
    "TaskRecord",
    "TaskRunRecord",
    "TaskTrigger",
]


class Outcome(Enum):
    """How an operation or the run of a task goes, or how it ended."""

    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    UNKNOWN = "unknown"
    """It ended, but how could not be put on record in time."""

    @property
    def is_final(self) -> bool:
        """Whether nothing more will happen."""
        return self is not Outcome.RUNNING


@dataclass(frozen=True, slots=True, kw_only=True)
class SubtaskRecord:
    """How a subtask stands ([MS-IPAMM2] 2.2.4.399).

    Attributes:
        number: What tells it from the others of its operation (SubTaskInstanceId), from 1 on.
        unique_id: A number for the kind of subtask (SubTaskUniqueId).
        name: What clients show.
        description: What is being done now.
        status: The name of a SubTaskStatus.
        percent: How much of it is done, 0 to 100.
        error: What its client was told went wrong; None if nothing did.
    """

    number: int
    unique_id: int
    name: str
    description: str = ""
    status: str
    percent: Decimal = Decimal(0)
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationRecord:
    """An operation, from its start on.

    Attributes:
        id: Ours; nobody else's has the same.
        request_id: The MessageID with which its client asked for the start: what the client itself
            knows it by. Empty where it had none.
        operation_id: The name of an IpamAdminOperationId.
        parameters: Its parameters as XML.
        client: Who started it; empty where nobody knows.
        address: From where.
        started: When the server began with it.
        ended: When it ended; None while it runs.
        outcome: How it goes.
        percent: How much of it is done, 0 to 100.
        error: What its client was told went wrong; None if nothing did.
        client_saw_end: Whether its client went along with the final status, by ending the session
            after it.
        attempts: How often a handler has begun with it; more than 1 where it was resumed.
        checkpoint: What its handler saved last, as JSON; None if nothing.
        subtasks: Its subtasks in the order of their numbers, where they were asked for. Of many a
            server tells the newest; the number of the first says how many came before it.
    """

    id: UUID
    request_id: str = ""
    operation_id: str
    parameters: str
    client: str = ""
    address: str = ""
    started: datetime
    ended: datetime | None = None
    outcome: Outcome = Outcome.RUNNING
    percent: Decimal = Decimal(0)
    error: str | None = None
    client_saw_end: bool = False
    attempts: int = 1
    checkpoint: str | None = None
    subtasks: tuple[SubtaskRecord, ...] = field(default=())


class TaskTrigger(Enum):
    """What made a task run."""

    SCHEDULE = "schedule"
    START_TASK = "StartTask"
    PROGRAM = "program"


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRunRecord:
    """One run of a task.

    Attributes:
        id: Ours; nobody else's has the same.
        task_type: The name of an IpamTaskType.
        server: What the client named; None if nothing.
        trigger: What made it run.
        client: Who asked for it; empty where nobody did or nobody knows.
        started: When its handler was about to be called.
        ended: When it ended; None while it runs.
        outcome: How it goes.
        result: The number that clients are told; 0 is success.
        error: What went wrong; None if nothing did.
    """

    id: UUID
    task_type: str
    server: str | None = None
    trigger: TaskTrigger
    client: str = ""
    started: datetime
    ended: datetime | None = None
    outcome: Outcome = Outcome.RUNNING
    result: int = 0
    error: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRecord:
    """How a task stands (a row of ADM_Tasks, [MS-IPAMM2] 3.1.1.1.29).

    Attributes:
        task_type: The name of an IpamTaskType.
        last_run: When it ran last; None if it never did.
        next_run: When it will run next by itself; None if it will not.
        last_result: The number of its last run; None if it never ran to its end.
        recurrence: How long from one run to the next; None if it does not run by itself.
        state: The name of an IpamTaskState; of the moment, a store does not keep it.
    """

    task_type: str
    last_run: datetime | None = None
    next_run: datetime | None = None
    last_result: int | None = None
    recurrence: timedelta | None = None
    state: str = "Ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRecord:
    """A decision on what somebody asked for.

    Attributes:
        time: When.
        client: Who asked.
        address: From where.
        action: What: ``StartOperationWithCallback CreateDhcpScope``.
        allowed: Whether it was allowed.
        reason: Why, or why not.
        id: Ours; nobody else's has the same.
    """

    time: datetime
    client: str
    address: str
    action: str
    allowed: bool
    reason: str
    id: UUID = field(default_factory=uuid4)
