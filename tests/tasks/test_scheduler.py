"""When tasks run, what waits, and how they stand."""

from datetime import timedelta

import pytest

from ipam_progress.contracts import IpamExceptionId, IpamTaskType
from ipam_progress.records import TaskRecord, TaskTrigger
from ipam_progress.session.faults import IpamError
from ipam_progress.tasks.registry import TASK_TYPES
from ipam_progress.tasks.scheduler import WAITING_AT_MOST

AUDIT = IpamTaskType.Audit
HOUR = timedelta(hours=1)
FULL = OSError("the disk is full")


def run(server):
    pass


@pytest.fixture
def audit(registry, scheduler):
    """Register the task Audit, and start the scheduler."""

    def register(**options):
        registry.task(AUDIT, **options)(run)
        scheduler.start()

    return register


def handlers(outputs):
    """Take the servers that handlers were called with since the last time."""
    return [server for step, _, server in outputs.steps() if step == "handler"]


def state_of(scheduler):
    return scheduler.record(AUDIT).state


def fault_of(call, *arguments, **keywords):
    with pytest.raises(IpamError) as caught:
        call(*arguments, **keywords)
    return caught.value.exception_id


# By itself


def test_a_new_task_runs_at_once_and_then_at_its_time(audit, scheduler, outputs):
    begun = outputs.time
    audit(every=HOUR)
    assert outputs.calls == []
    assert scheduler.record(AUDIT).next_run == begun
    outputs.advance()
    (call,) = outputs.calls
    assert call.description == "task Audit"
    assert scheduler.record(AUDIT) == TaskRecord(
        task_type="Audit",
        last_run=begun,
        next_run=begun + HOUR,
        last_result=None,
        recurrence=HOUR,
        state="Running",
    )
    ((started, row),) = outputs.rows
    assert (started.trigger, started.server, started.client) == (TaskTrigger.SCHEDULE, None, "")
    assert started.started == begun
    assert (row.last_run, row.next_run, row.last_result) == (begun, begun + HOUR, None)
    outputs.finish(5)
    assert outputs.rows[-1][1].last_result == scheduler.record(AUDIT).last_result == 5
    assert state_of(scheduler) == "Ready"
    outputs.advance(3599)
    assert outputs.calls == []
    outputs.advance(1)
    assert len(outputs.calls) == 1


def test_the_time_counts_from_start_to_start(audit, scheduler, outputs):
    begun = outputs.time
    audit(every=HOUR)
    for number in range(3):
        outputs.advance(600)
        outputs.finish()
        assert scheduler.record(AUDIT).last_run == begun + number * HOUR
        outputs.advance(3000)


def test_a_run_that_lasts_too_long_is_followed_by_one(audit, scheduler, outputs):
    audit(every=HOUR)
    outputs.advance(3.5 * 3600)
    assert len(handlers(outputs)) == 1
    outputs.finish()
    assert state_of(scheduler) == "Queued"
    outputs.advance()
    assert scheduler.record(AUDIT).last_run == outputs.time
    assert scheduler.record(AUDIT).next_run == outputs.time + HOUR
    assert len(handlers(outputs)) == 1
    outputs.finish()
    assert len(outputs.waiting) == 1


def test_a_task_without_recurrence_waits_to_be_asked_for(audit, scheduler, outputs):
    audit()
    outputs.advance(10**6)
    assert outputs.trace == outputs.waiting == []
    assert scheduler.record(AUDIT) == TaskRecord(task_type="Audit")


# After a restart


@pytest.mark.parametrize(
    ("loaded", "due_in"),
    [
        ({}, 0),  # a new task
        ({"last_run": -60}, 3540),  # it ran when it was asked to, and recurs now
        ({"last_run": -60, "next_run": 1000, "recurrence": 3600}, 1000),
        ({"last_run": -9000, "next_run": -5400, "recurrence": 3600}, 0),  # missed once
        ({"last_run": -99999, "next_run": -96399, "recurrence": 3600}, 0),  # and often
        ({"last_run": -60, "next_run": 86340, "recurrence": 86400}, 3540),  # more often now
        ({"last_run": -60, "next_run": 0, "recurrence": 60}, 3540),  # and more seldom
        ({"last_run": 9000, "next_run": 12600, "recurrence": 3600}, 3600),  # the clock was set back
    ],
)
def test_a_task_goes_on_after_a_restart(registry, scheduler, outputs, loaded, due_in):
    begun = outputs.time
    values = {name: timedelta(seconds=value) for name, value in loaded.items()}
    record = TaskRecord(
        task_type="Audit",
        last_run=begun + values["last_run"] if "last_run" in values else None,
        next_run=begun + values["next_run"] if "next_run" in values else None,
        recurrence=values.get("recurrence"),
        last_result=3,
    )
    registry.task(AUDIT, every=HOUR)(run)
    scheduler.load([record, TaskRecord(task_type="Tomorrow")])
    scheduler.start()
    now = scheduler.record(AUDIT)
    assert (now.last_run, now.last_result, now.recurrence) == (record.last_run, 3, HOUR)
    assert now.next_run == begun + timedelta(seconds=due_in)
    if due_in:
        outputs.advance(due_in - 1)
        assert outputs.trace == []
        outputs.advance(1)
    else:
        outputs.advance()
    assert len(handlers(outputs)) == 1
    outputs.finish()
    outputs.advance(3599)
    assert outputs.calls == []  # what was missed is made up for once


@pytest.mark.parametrize(
    "change", [lambda each: each.disable(AUDIT), lambda each: each.recur(AUDIT, None)]
)
def test_a_task_that_does_not_recur_any_more(registry, scheduler, outputs, change):
    registry.task(AUDIT, every=HOUR)(run)
    change(registry)
    scheduler.load([TaskRecord(task_type="Audit", next_run=outputs.time, recurrence=HOUR)])
    scheduler.start()
    record = scheduler.record(AUDIT)
    assert (record.next_run, record.recurrence) == (None, None)
    assert outputs.waiting == []


# Asked for


def test_a_client_asks_for_a_run(audit, scheduler, outputs):
    audit()
    scheduler.trigger(AUDIT, "dhcp1", trigger=TaskTrigger.START_TASK, client="alice")
    ((started, _), *_) = outputs.rows
    assert (started.server, started.client) == ("dhcp1", "alice")
    assert started.trigger is TaskTrigger.START_TASK
    assert handlers(outputs) == ["dhcp1"]


def test_a_program_asks_for_a_run(audit, scheduler, outputs):
    audit()
    scheduler.trigger(AUDIT, "")
    ((started, _), *_) = outputs.rows
    assert (started.server, started.client) == (None, "")
    assert started.trigger is TaskTrigger.PROGRAM


@pytest.mark.parametrize(("server", "next_in"), [(None, 3600), ("dhcp1", 1800)])
def test_a_run_for_all_servers_takes_the_place_of_the_next(
    audit, scheduler, outputs, server, next_in
):
    audit(every=HOUR)
    outputs.advance(1800)
    outputs.finish()
    scheduler.trigger(AUDIT, server)
    assert scheduler.record(AUDIT).last_run == outputs.time
    expected = outputs.time + timedelta(seconds=next_in)
    assert scheduler.record(AUDIT).next_run == outputs.rows[-1][1].next_run == expected
    assert len(outputs.waiting) == 1
    assert outputs.waiting[0].due == expected


def test_one_run_at_a_time_and_equal_ones_wait_together(audit, scheduler, outputs):
    audit()
    for server in ("a", "b", None, "a", "b", None, ""):
        scheduler.trigger(AUDIT, server)
    assert state_of(scheduler) == "Running"
    assert handlers(outputs) == ["a"]
    for server in ("b", None, "a"):
        outputs.finish()
        assert state_of(scheduler) == "Queued"
        outputs.advance()
        assert handlers(outputs) == [server]
    outputs.finish()
    outputs.advance()
    assert (outputs.calls, state_of(scheduler)) == ([], "Ready")


def test_more_runs_at_a_time_if_the_task_allows(audit, scheduler, outputs):
    audit(concurrent=2)
    for server in "abcd":
        scheduler.trigger(AUDIT, server)
    assert handlers(outputs) == ["a", "b"]
    outputs.finish()
    outputs.finish()
    scheduler.trigger(AUDIT, "e")  # it does not overtake
    outputs.advance()
    assert handlers(outputs) == ["c", "d"]
    assert scheduler.is_running(AUDIT)
    outputs.finish()
    outputs.advance()
    assert handlers(outputs) == ["e"]


def test_runs_that_are_done_at_once_do_not_nest(audit, scheduler, outputs):
    audit()
    left = list(range(3000))

    def again(call):
        if left:
            left.pop()
            scheduler.trigger(AUDIT)
        call.returned(None)

    outputs.at_once = again
    scheduler.trigger(AUDIT)
    outputs.advance()
    assert left == []
    assert state_of(scheduler) == "Ready"


def test_only_so_many_wait(audit, scheduler, outputs):
    audit(every=HOUR)
    scheduler.trigger(AUDIT, "busy")
    for number in range(WAITING_AT_MOST):
        scheduler.trigger(AUDIT, f"server{number}")
    scheduler.trigger(AUDIT, "server0")
    assert fault_of(scheduler.trigger, AUDIT, "one more") is IpamExceptionId.IpamApiTaskError
    outputs.advance()  # the one by itself has its place
    served = []
    while outputs.calls:
        served += handlers(outputs)
        outputs.finish()
        outputs.advance()
    assert served == ["busy", *(f"server{n}" for n in range(WAITING_AT_MOST)), None]


# Refused


@pytest.mark.parametrize("task_type", [IpamTaskType.None_, None, "Audit"])
def test_no_task_at_all(audit, scheduler, outputs, task_type):
    audit()
    for ask in (scheduler.trigger, scheduler.record, scheduler.is_running):
        assert fault_of(ask, task_type) is IpamExceptionId.IpamApiInvalidParameter
    assert outputs.trace == []


def test_a_task_that_nothing_runs(audit, scheduler):
    audit()
    for ask in (scheduler.trigger, scheduler.record):
        assert fault_of(ask, IpamTaskType.Expiry) is IpamExceptionId.IpamApiTaskDoesNotExist
    assert not scheduler.is_running(IpamTaskType.Expiry)


def test_a_task_that_is_disabled(registry, audit, scheduler):
    audit()
    registry.disable(AUDIT)
    scheduler.trigger(AUDIT)  # as it was when the scheduler started
    scheduler.stop()
    scheduler.start()
    assert state_of(scheduler) == "Running"
    scheduler._outputs.finish()
    assert state_of(scheduler) == "Disabled"
    assert fault_of(scheduler.trigger, AUDIT) is IpamExceptionId.IpamApiTaskDisabled


def test_a_name_that_no_server_has(audit, scheduler, outputs):
    audit()
    scheduler.trigger(AUDIT, "x" * 255)
    assert fault_of(scheduler.trigger, AUDIT, "x" * 256) is IpamExceptionId.IpamApiInvalidParameter


def test_what_refuses_all_runs(audit, scheduler, outputs):
    audit()
    outputs.refused = IpamError(IpamExceptionId.IpamApiGenericErrorOccurred, "no store")
    with pytest.raises(IpamError, match="no store"):
        scheduler.trigger(AUDIT)
    assert outputs.trace == []


# The record


def test_a_run_begins_when_its_start_is_on_record(audit, scheduler, outputs):
    outputs.keeps_records = True
    audit(every=HOUR)
    before = scheduler.record(AUDIT)
    outputs.advance()
    assert scheduler.record(AUDIT).last_run is None
    assert state_of(scheduler) == "Queued"
    assert (before.state, outputs.calls) == ("Ready", [])
    outputs.recorded()
    assert state_of(scheduler) == "Running"
    outputs.finish(4)
    assert state_of(scheduler) == "Running"
    assert scheduler.record(AUDIT).last_result is None
    outputs.recorded()
    assert scheduler.record(AUDIT).last_result == 4
    assert [step for step, *_ in outputs.steps()] == ["start", "started", "handler", "end", "ended"]


@pytest.mark.parametrize(("every", "again_in"), [(HOUR, 60), (timedelta(seconds=5), 5)])
def test_a_run_that_was_due_and_could_not_be_recorded_is_tried_again(
    audit, scheduler, outputs, every, again_in
):
    outputs.keeps_records = True
    audit(every=every)
    outputs.advance()
    outputs.recorded(FULL)
    assert outputs.calls == []
    assert len(outputs.warnings) == 1
    assert state_of(scheduler) == "Ready"
    assert scheduler.record(AUDIT).next_run == outputs.time + timedelta(seconds=again_in)
    outputs.advance(again_in)
    outputs.recorded()
    assert len(outputs.calls) == 1
    assert scheduler.record(AUDIT).next_run == outputs.time + every


def test_a_run_that_was_asked_for_and_could_not_be_recorded_is_lost(audit, scheduler, outputs):
    outputs.keeps_records = True
    audit(every=HOUR)
    due = outputs.waiting
    scheduler.trigger(AUDIT)
    scheduler.trigger(AUDIT, "a")
    outputs.recorded(FULL)
    assert [timer for timer in outputs.waiting if timer in due] == due
    outputs.advance()
    outputs.recorded()
    assert handlers(outputs) == ["a"]
    assert len(outputs.warnings) == 1


# Stop


def test_a_stopped_scheduler_begins_nothing(audit, scheduler, outputs):
    outputs.keeps_records = True
    audit(every=HOUR, concurrent=2)
    scheduler.trigger(AUDIT, "a")
    outputs.recorded()
    for server in ("b", "c", "d"):
        scheduler.trigger(AUDIT, server)
    scheduler.stop()
    assert outputs.waiting == []
    assert outputs.warnings == [
        "the server stops; runs of task Audit that waited and are not run: 2"
    ]
    assert fault_of(scheduler.trigger, AUDIT) is IpamExceptionId.IpamApiTaskDoesNotExist
    outputs.recorded()  # the start of b, which is withdrawn
    assert handlers(outputs) == ["a"]
    outputs.finish()
    outputs.recorded()
    outputs.recorded()
    outputs.advance(10**6)
    assert (outputs.pending, outputs.calls, outputs.waiting) == ([], [], [])


@pytest.mark.parametrize("error", [None, FULL])
def test_a_due_run_whose_start_is_being_recorded_when_the_server_stops(
    audit, scheduler, outputs, error
):
    outputs.keeps_records = True
    audit(every=HOUR)
    outputs.advance()
    scheduler.stop()
    outputs.recorded(error)
    assert (outputs.calls, outputs.waiting) == ([], [])


def test_it_starts_again_where_it_was(audit, scheduler, outputs):
    audit(every=HOUR)
    outputs.advance(600)
    outputs.finish()
    scheduler.stop()
    outputs.advance(600)
    scheduler.start()
    assert scheduler.record(AUDIT).next_run == outputs.time + timedelta(seconds=2400)
    assert len(outputs.waiting) == 1


def test_a_run_that_is_still_there_after_a_restart_counts(audit, scheduler, outputs):
    audit()
    scheduler.trigger(AUDIT, "a")
    scheduler.stop()
    scheduler.start()
    scheduler.trigger(AUDIT, "b")
    assert handlers(outputs) == ["a"]
    outputs.finish()
    outputs.advance()
    assert handlers(outputs) == ["b"]


# How they stand


def test_all_eight_are_told_of(audit, scheduler):
    audit()
    told = {record.task_type: record.state for record in scheduler.overview()}
    assert told == {task.value: "Disabled" for task in TASK_TYPES} | {"Audit": "Ready"}
    assert list(told) == [task.value for task in TASK_TYPES]
