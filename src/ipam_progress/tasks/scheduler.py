"""When tasks run, and how they stand: the table ADM_Tasks, [MS-IPAMM2] 3.1.1.1.29.

A task runs by itself when its time has passed since its last start, whatever the length of the run;
what was missed while the server was down is made up for once, when it starts. A run that a client
asks for comes between, and where it is for all servers the time begins anew with it: a run for one
server is not what the next one was to be. As long as there is no room for a run it waits, with all
that ask for the same. Knows no wire, no Twisted and no store.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import uuid4

from ipam_progress.contracts import IpamExceptionId, IpamTaskState, IpamTaskType
from ipam_progress.records import TaskRecord, TaskRunRecord, TaskTrigger
from ipam_progress.session.faults import IpamError
from ipam_progress.session.outputs import Timer
from ipam_progress.tasks.outputs import TaskOutputs
from ipam_progress.tasks.registry import TASK_TYPES, TaskHandler, TaskRegistry
from ipam_progress.tasks.run import RunState, TaskRun

__all__ = ["WAITING_AT_MOST", "TaskScheduler"]

WAITING_AT_MOST: Final = 64
"""Runs of a task that may wait, each for another server."""

_LONGEST_NAME: Final = 255
"""Characters that the name of a server may have: as many as DNS allows."""

_RETRY: Final = timedelta(minutes=1)
"""When a run is tried again that was due and could not be put on record."""

_ZERO: Final = timedelta(0)


@dataclass(frozen=True, slots=True)
class _Request:
    """A run that waits for its turn."""

    trigger: TaskTrigger
    client: str


class _Task:
    """A row of the table: how a task stands, what runs of it and what waits.

    It is the `ipam_progress.tasks.run.RunOwner` of its runs.

    Attributes:
        task_type: Which task.
        handler: What runs it, while the scheduler runs; None if nothing does.
        last_run: When its handler was called last; None if it never was.
        next_run: When it will run by itself, or was to; None if it will not.
        last_result: The number of the run that ended last; None if none did.
        runs: Those that have begun and are not over.
    """

    __slots__ = (
        "_outputs",
        "_recurrence",
        "_timer",
        "_waiting",
        "handler",
        "last_result",
        "last_run",
        "next_run",
        "runs",
        "task_type",
    )

    def __init__(self, task_type: IpamTaskType, outputs: TaskOutputs) -> None:
        self.task_type = task_type
        self.handler: TaskHandler | None = None
        self.last_run: datetime | None = None
        self.next_run: datetime | None = None
        self.last_result: int | None = None
        self.runs: set[TaskRun] = set()
        self._recurrence: timedelta | None = None  # by which next_run was found
        self._waiting: dict[str | None, _Request] = {}
        self._timer: Timer | None = None
        self._outputs = outputs

    @property
    def state(self) -> IpamTaskState:
        """What clients are told of it."""
        if any(run.state in _AT_WORK for run in self.runs):
            return IpamTaskState.Running
        if self.runs or self._waiting:
            return IpamTaskState.Queued
        if self.handler is None or not self.handler.enabled:
            return IpamTaskState.Disabled
        return IpamTaskState.Ready

    @property
    def record(self) -> TaskRecord:
        """How it stands."""
        return TaskRecord(
            task_type=self.task_type.value,
            last_run=self.last_run,
            next_run=self.next_run,
            last_result=self.last_result,
            recurrence=self._recurrence,
            state=self.state.value,
        )

    # Start and stop

    def load(self, record: TaskRecord) -> None:
        """Take up where an earlier run of the server has left it."""
        self.last_run = record.last_run
        self.last_result = record.last_result
        self.next_run = record.next_run
        self._recurrence = record.recurrence

    def start(self, handler: TaskHandler | None) -> None:
        """Begin to run it when its time comes."""
        self.handler = handler
        every = handler.every if handler is not None and handler.enabled else None
        if every != self._recurrence:  # it was to run at another time
            self._recurrence = every
            self.next_run = None
        if every is None:
            self.next_run = None
            return
        now = self._outputs.now()
        due = self.next_run
        if due is None:
            due = now if self.last_run is None else self.last_run + every
        # at once if it is late; never later than if it had run now, lest the clock was set back
        self._wait(min(max(due - now, _ZERO), every), now)

    def stop(self) -> None:
        """Begin no more runs."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if self._waiting:
            self._outputs.warn(
                f"the server stops; runs of task {self.task_type.value} that waited and are not"
                f" run: {len(self._waiting)}"
            )
            self._waiting = {}
        self.handler = None
        for run in self.runs:
            run.stop()

    def _wait(self, delay: timedelta, now: datetime) -> None:
        """Let it run by itself after this time."""
        if self._timer is not None:
            self._timer.cancel()
        self.next_run = now + delay
        self._timer = self._outputs.schedule(delay.total_seconds(), self._due)

    def _due(self) -> None:
        self._timer = None
        self.trigger(None, TaskTrigger.SCHEDULE, "")

    # Triggers and runs

    def trigger(self, server: str | None, trigger: TaskTrigger, client: str) -> None:
        """Let it run, now or when there is room.

        Raises:
            IpamError: IpamApiTaskError if too many runs wait.
        """
        handler = self.handler
        assert handler is not None  # noqa: S101 (else nobody gets here)
        if not self._waiting and len(self.runs) < handler.concurrent:
            record = TaskRunRecord(
                id=uuid4(),
                task_type=self.task_type.value,
                server=server,
                trigger=trigger,
                client=client,
                started=self._outputs.now(),
            )
            run = TaskRun(record, handler, self, self._outputs)
            self.runs.add(run)
            run.begin()
        elif server not in self._waiting:
            if len(self._waiting) >= WAITING_AT_MOST and trigger is not TaskTrigger.SCHEDULE:
                raise IpamError(
                    IpamExceptionId.IpamApiTaskError,
                    f"{len(self._waiting)} runs of the task {self.task_type.value} are waiting "
                    "already; try again when some of them are done.",
                )
            self._waiting[server] = _Request(trigger, client)

    def _start_waiting(self) -> None:
        """Begin with what waits, as far as there is room; the rest waits on, in its order."""
        waiting, self._waiting = self._waiting, {}
        for server, request in waiting.items():
            self.trigger(server, request.trigger, request.client)

    def _room_again(self, run: TaskRun) -> None:
        self.runs.discard(run)
        if self._waiting:
            # not at once: a run that is over before it has begun to wait would nest in the next
            self._outputs.schedule(0, self._start_waiting)

    # RunOwner

    def row(self, run: TaskRunRecord) -> TaskRecord:
        """Give how it will stand when a run is on record like this."""
        if run.ended is not None:
            return replace(self.record, last_result=run.result)
        next_run = self.next_run
        if run.server is None and self._recurrence is not None:
            next_run = run.started + self._recurrence
        return replace(self.record, last_run=run.started, next_run=next_run)

    def run_begins(self, run: TaskRun) -> None:
        """Note when; a run for all servers puts the next one off."""
        self.last_run = run.record.started
        if run.record.server is None and self._recurrence is not None:
            self._wait(self._recurrence, self.last_run)

    def run_lost(self, run: TaskRun) -> None:
        """Try again soon if it was the one that was due."""
        if self.handler is not None and self._timer is None and self._recurrence is not None:
            self._wait(min(_RETRY, self._recurrence), self._outputs.now())
        self._room_again(run)

    def run_over(self, run: TaskRun) -> None:
        """Note how it ended."""
        self.last_result = run.record.result
        self._room_again(run)


_AT_WORK: Final = frozenset({RunState.RUNNING, RunState.ENDING})


class TaskScheduler:
    """Runs the tasks of a server, and knows how they stand.

    Everything is called in the reactor's thread. It can be started again after it was stopped.

    Args:
        registry: What runs the tasks, as it is when the scheduler starts.
        outputs: What it asks of the server.
    """

    def __init__(self, registry: TaskRegistry, outputs: TaskOutputs) -> None:
        self._registry = registry
        self._outputs = outputs
        self._tasks = {task_type: _Task(task_type, outputs) for task_type in TASK_TYPES}

    def load(self, records: Iterable[TaskRecord]) -> None:
        """Take up where an earlier run of the server has left the tasks, before `start`.

        Records of tasks that this version does not know are passed over.
        """
        tasks = {task.task_type.value: task for task in self._tasks.values()}
        for record in records:
            if record.task_type in tasks:
                tasks[record.task_type].load(record)

    def start(self) -> None:
        """Begin to run tasks when their time comes; those that are late, at once."""
        for task in self._tasks.values():
            task.start(self._registry.find(task.task_type))

    def stop(self) -> None:
        """Begin no more runs. Those that go on get on, and what becomes of them is recorded."""
        for task in self._tasks.values():
            task.stop()

    def trigger(
        self,
        task_type: IpamTaskType,
        server: str | None = None,
        *,
        trigger: TaskTrigger = TaskTrigger.PROGRAM,
        client: str = "",
    ) -> None:
        """Let a task run, now or as soon as there is room; this returns at once.

        While a run waits, all that ask for one with the same server are content with it.

        Args:
            task_type: The task.
            server: The server that it is for; None, or no name at all, for all of them.
            trigger: What asks for it.
            client: Who, if that is known.

        Raises:
            IpamError: IpamApiInvalidParameter if that is no task, or no name of a server;
                IpamApiTaskDoesNotExist if nothing runs it here, IpamApiTaskDisabled if it is not
                to run, IpamApiTaskError if too many runs of it wait; and what refuses all runs.
        """
        task = self._find(task_type)
        if server is not None and len(server) > _LONGEST_NAME:
            raise IpamError(
                IpamExceptionId.IpamApiInvalidParameter,
                f"The server's name has {len(server)} characters; {_LONGEST_NAME} are allowed.",
            )
        if task.state is IpamTaskState.Disabled:
            raise IpamError(
                IpamExceptionId.IpamApiTaskDisabled,
                f"The task {task_type.value} is disabled on this server.",
            )
        refusal = self._outputs.refusal()
        if refusal is not None:
            raise refusal
        task.trigger(server or None, trigger, client)

    # How they stand

    def overview(self) -> tuple[TaskRecord, ...]:
        """Tell how each of the eight tasks stands; those that nothing runs here are Disabled."""
        return tuple(task.record for task in self._tasks.values())

    def record(self, task_type: IpamTaskType) -> TaskRecord:
        """Tell how a task stands.

        Raises:
            IpamError: IpamApiInvalidParameter if that is no task, IpamApiTaskDoesNotExist if
                nothing runs it here.
        """
        return self._find(task_type).record

    def is_running(self, task_type: IpamTaskType) -> bool:
        """Tell whether a task is running; one that nothing runs here never is.

        Raises:
            IpamError: IpamApiInvalidParameter if that is no task.
        """
        return self._row(task_type).state is IpamTaskState.Running

    def _row(self, task_type: IpamTaskType) -> _Task:
        task = self._tasks.get(task_type)
        if task is None:
            raise IpamError(
                IpamExceptionId.IpamApiInvalidParameter,
                "The request needs a taskType other than None.",
            )
        return task

    def _find(self, task_type: IpamTaskType) -> _Task:
        task = self._row(task_type)
        if task.handler is None:
            # the document does not say which fault; one that siblings of the operation give
            raise IpamError(
                IpamExceptionId.IpamApiTaskDoesNotExist,
                f"The task {task_type.value} does not exist on this server.",
            )
        return task
