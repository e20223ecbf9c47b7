"""How a task stands, as clients are told of it, and back: a row of ADM_Tasks in the wire's types.

[MS-IPAMM2] 3.3.4.80 and 3.3.4.140 to 3.3.4.143. The types have no room for "never": where a reply
has to have a value, a task that never ran, or never will by itself, gets what .NET has in one that
nobody has set (0001-01-01T00:00:00, PT0S); a TaskInfo simply has none. For the result of such a
task Windows' own scheduler, which runs IPAM's tasks there, has a number, SCHED_S_TASK_HAS_NOT_RUN;
0 would be success. Knows no scheduler.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from ipam_progress.contracts import IpamTaskState, IpamTaskType, TaskInfo
from ipam_progress.contracts.base import ZERO_SPAN, ZERO_TIME
from ipam_progress.records import TaskRecord
from ipam_progress.values import DateTime, TimeSpan

__all__ = [
    "HAS_NOT_RUN",
    "last_run_result",
    "read_task",
    "recurrence",
    "run_time",
    "spell_recurrence",
    "task_info",
]

HAS_NOT_RUN: Final = 0x00041303
"""SCHED_S_TASK_HAS_NOT_RUN: the result of a task of which no run has ended."""


def last_run_result(task: TaskRecord) -> int:
    """Give what TaskLastRunResult answers."""
    return HAS_NOT_RUN if task.last_result is None else task.last_result


def run_time(time: datetime | None) -> DateTime:
    """Give what TaskLastRuntime and TaskNextRuntime answer, for the time of either run."""
    return ZERO_TIME if time is None else DateTime.from_datetime(time)


def recurrence(task: TaskRecord) -> TimeSpan:
    """Give what TaskRecurrenceDuration answers."""
    return ZERO_SPAN if task.recurrence is None else TimeSpan.from_timedelta(task.recurrence)


def task_info(task: TaskRecord) -> TaskInfo:
    """Give what GetIpamTasksInfo answers for a task, [MS-IPAMM2] 2.2.4.442.

    Triggers is a text for people; the document does not say which.
    """
    return TaskInfo(
        TaskType=IpamTaskType(task.task_type),
        State=IpamTaskState(task.state),
        LastRunTime=None if task.last_run is None else DateTime.from_datetime(task.last_run),
        NextRunTime=None if task.next_run is None else DateTime.from_datetime(task.next_run),
        Triggers=None if task.recurrence is None else spell_recurrence(task.recurrence),
    )


def spell_recurrence(every: timedelta) -> str:
    """Say in words how often something happens: ``every day``, ``every 1 hour 30 minutes``."""
    minutes, seconds = divmod(every.seconds + every.microseconds / 1e6, 60)
    hours, minutes = divmod(int(minutes), 60)
    counted = ((every.days, "day"), (hours, "hour"), (minutes, "minute"), (seconds, "second"))
    parts = [f"{n:g} {unit}{'' if n == 1 else 's'}" for n, unit in counted if n]
    return "every " + " ".join(parts).removeprefix("1 " if len(parts) == 1 else "")


# The client's side


def read_task(info: TaskInfo, result: int | None, every: TimeSpan | None) -> TaskRecord:
    """Make the row of a task of what a server told of it.

    Args:
        info: What GetIpamTasksInfo answered.
        result: What TaskLastRunResult answered; None if it was refused.
        every: What TaskRecurrenceDuration answered; None if it was refused.
    """
    return TaskRecord(
        task_type=info.TaskType.value,
        last_run=_read_time(info.LastRunTime),
        next_run=_read_time(info.NextRunTime),
        last_result=None if result == HAS_NOT_RUN else result,
        recurrence=None if every is None or every == ZERO_SPAN else every.to_timedelta(),
        state=info.State.value,
    )


def _read_time(time: DateTime | None) -> datetime | None:
    """Read the time of a run, taken for UTC where the server does not say."""
    if time is None or time.ticks == ZERO_TIME.ticks:
        return None
    return time.to_datetime().replace(tzinfo=UTC)
