"""A row of the table in the wire's types, and back."""

from datetime import UTC, datetime, timedelta

import pytest

from ipam_progress.contracts import IpamTaskState, IpamTaskType, TaskInfo
from ipam_progress.records import TaskRecord
from ipam_progress.tasks import answers
from ipam_progress.values import DateTime, DateTimeKind, TimeSpan

NEVER = TaskRecord(task_type="Audit", state="Disabled")
OFTEN = TaskRecord(
    task_type="Discovery",
    last_run=datetime(2026, 2, 3, 4, 5, 6, 789000, tzinfo=UTC),
    next_run=datetime(2026, 2, 4, 4, 5, 6, tzinfo=UTC),
    last_result=-5,
    recurrence=timedelta(days=1),
    state="Running",
)


def test_a_task_that_never_ran():
    assert answers.last_run_result(NEVER) == 0x41303
    assert str(answers.run_time(NEVER.last_run)) == "0001-01-01T00:00:00"
    assert str(answers.run_time(NEVER.next_run)) == "0001-01-01T00:00:00"
    assert str(answers.recurrence(NEVER)) == "PT0S"
    assert answers.task_info(NEVER) == TaskInfo(
        TaskType=IpamTaskType.Audit, State=IpamTaskState.Disabled
    )


def test_a_task_that_runs_often():
    assert answers.last_run_result(OFTEN) == -5
    assert str(answers.run_time(OFTEN.last_run)) == "2026-02-03T04:05:06.789Z"
    assert str(answers.recurrence(OFTEN)) == "P1D"
    assert answers.task_info(OFTEN) == TaskInfo(
        TaskType=IpamTaskType.Discovery,
        State=IpamTaskState.Running,
        LastRunTime=DateTime.parse("2026-02-03T04:05:06.789Z"),
        NextRunTime=DateTime.parse("2026-02-04T04:05:06Z"),
        Triggers="every day",
    )


@pytest.mark.parametrize("task", [NEVER, OFTEN], ids=["never", "often"])
def test_what_a_client_reads(task):
    assert task == answers.read_task(
        answers.task_info(task), answers.last_run_result(task), answers.recurrence(task)
    )


def test_what_a_client_was_not_told():
    read = answers.read_task(answers.task_info(OFTEN), None, None)
    assert (read.last_result, read.recurrence) == (None, None)


@pytest.mark.parametrize("kind", DateTimeKind)
def test_times_of_any_clock(kind):
    """A server that does not say which is taken to mean UTC; the year 1 is never."""
    time = DateTime(DateTime.parse("2026-02-03T04:05:06Z").ticks, kind)
    info = TaskInfo(TaskType=IpamTaskType.Audit, LastRunTime=time, NextRunTime=DateTime(0, kind))
    read = answers.read_task(info, 0, TimeSpan(0))
    assert read.last_run == datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
    assert read.last_run.tzinfo is UTC
    assert read.next_run is None


@pytest.mark.parametrize(
    ("every", "words"),
    [
        (timedelta(seconds=1), "every second"),
        (timedelta(seconds=90), "every 1 minute 30 seconds"),
        (timedelta(minutes=15), "every 15 minutes"),
        (timedelta(hours=1), "every hour"),
        (timedelta(hours=25), "every 1 day 1 hour"),
        (timedelta(days=7), "every 7 days"),
        (timedelta(seconds=1.5), "every 1.5 seconds"),
    ],
)
def test_recurrence_in_words(every, words):
    assert answers.spell_recurrence(every) == words
