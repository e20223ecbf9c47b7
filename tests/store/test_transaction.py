"""What is told to the store and what it gives back, on either database."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from uuid import uuid4

import pytest

from ipam_progress.errors import StoreError
from ipam_progress.records import (
    AuditRecord,
    Outcome,
    TaskRecord,
    TaskTrigger,
)


def write(store, work):
    with store.transaction() as transaction:
        return work(transaction)


# --- Operations ----------------------------------------------------------------------------------


def test_an_operation_comes_back_as_it_was(store, records):
    record = records.operation(
        request_id="urn:uuid:1",
        client="CONTOSO\\alice",
        address="192.0.2.1",
        percent=Decimal("33.3333333333333333333"),
        error="Ä \U0001f600",
        attempts=2,
        checkpoint='{"done": 3}',
        subtasks=(
            records.subtask(1, percent=Decimal("0.10")),
            records.subtask(2, description="now", error="no"),
        ),
    )
    write(store, lambda t: t.add_operation(record))
    assert write(store, lambda t: t.operation(record.id)) == record
    assert write(store, lambda t: t.operation_by_request("urn:uuid:1")) == record
    for at_most in (0, 1, 2, 3):
        found = write(store, lambda t, n=at_most: t.operation_by_request("urn:uuid:1", subtasks=n))
        assert found.subtasks == record.subtasks[2 - min(at_most, 2) :], "the newest"
    assert write(store, lambda t: t.operations(10)) == [replace(record, subtasks=())]
    assert write(store, lambda t: t.operation(uuid4())) is None


def test_times_are_given_in_utc_and_must_say_where_they_are_counted(store, records):
    east = datetime(2026, 1, 1, 1, 30, 0, 1, tzinfo=timezone(timedelta(hours=2)))
    record = records.operation(started=east)
    write(store, lambda t: t.add_operation(record))
    found = write(store, lambda t: t.operation(record.id))
    assert found.started == east
    assert found.started.tzinfo is UTC
    with pytest.raises(ValueError, match="has no time zone"):
        write(store, lambda t: t.add_operation(records.operation(started=datetime(2026, 1, 1))))


def test_what_no_database_can_keep_is_replaced(store, records):
    record = records.operation(parameters="a\0b", client="\ud83d", request_id="\0")
    write(store, lambda t: t.add_operation(record))
    found = write(store, lambda t: t.operation(record.id))
    assert (found.parameters, found.client, found.request_id) == ("a\ufffdb", "\ufffd", "\ufffd")


def test_a_message_id_that_is_too_long_is_left_out(store, records):
    good = records.operation(request_id="\U0001f600" * 256)
    long = records.operation(request_id="".join(str(uuid4()) for _ in range(2000)))
    write(store, lambda t: [t.add_operation(each) for each in (good, long)])
    assert write(store, lambda t: t.operation_by_request(good.request_id)) == good
    assert write(store, lambda t: t.operation_by_request(long.request_id)) is None
    assert write(store, lambda t: t.operation(long.id)) == replace(long, request_id="")


def test_a_request_is_looked_for_by_who_sent_it_and_the_newest_is_meant(store, records):
    first = records.operation(request_id="urn:1", client="alice")
    second = records.operation(request_id="urn:1", client="bob")
    none = records.operation(request_id="")
    for record in (first, second, none):
        write(store, lambda t, record=record: t.add_operation(record))
    assert write(store, lambda t: t.operation_by_request("urn:1")) == second
    assert write(store, lambda t: t.operation_by_request("urn:1", client="alice")) == first
    assert write(store, lambda t: t.operation_by_request("urn:1", client="carol")) is None
    assert write(store, lambda t: t.operation_by_request("")) is None


def test_progress_is_written_over_what_was_there(store, records):
    record = records.operation(subtasks=(records.subtask(1), records.subtask(2)))
    changed = records.subtask(2, percent=Decimal(50), description="half")
    third = records.subtask(3)
    write(store, lambda t: t.add_operation(record))
    write(store, lambda t: t.save_progress(record.id, Decimal(10), [changed, third], "{}"))
    write(store, lambda t: t.save_progress(record.id, Decimal(20)))
    assert write(store, lambda t: t.operation(record.id)) == replace(
        record,
        percent=Decimal(20),
        checkpoint="{}",
        subtasks=(records.subtask(1), changed, third),
    )


def test_what_has_ended_stays_as_it_ended(store, records):
    record = records.operation(subtasks=(records.subtask(1),))
    done = records.subtask(1, status="Succeeded", percent=Decimal(100))
    end = {"ended": records.later(), "outcome": Outcome.SUCCEEDED, "percent": Decimal(100)}
    late = {"ended": records.later(), "outcome": Outcome.FAILED, "percent": Decimal(1)}
    write(store, lambda t: t.add_operation(record))
    assert write(store, lambda t: t.end_operation(record.id, **end, subtasks=[done]))
    expected = replace(record, **end, subtasks=(done,))
    assert write(store, lambda t: t.operation(record.id)) == expected

    def everything_that_comes_late(transaction):
        transaction.add_operation(record)
        transaction.save_progress(record.id, Decimal(5), checkpoint="{}")
        transaction.begin_attempt(record.id, 2)
        assert transaction.end_operation(record.id, **late, error="no")

    write(store, everything_that_comes_late)
    assert write(store, lambda t: t.operation(record.id)) == expected
    write(store, lambda t: t.note_end_seen(record.id))
    assert write(store, lambda t: t.operation(record.id)).client_saw_end


def test_what_is_not_on_record_cannot_end(store, records):
    def work(transaction):
        transaction.save_progress(uuid4(), Decimal(5), [records.subtask(1)])
        return transaction.end_operation(
            uuid4(), ended=records.later(), outcome=Outcome.FAILED, percent=Decimal(0)
        )

    assert write(store, work) is False


def test_clients_are_known_by_letters_of_either_case_to_the_last_one(store, records):
    long = "CONTOSO\\" + "a" * 5000
    first = records.operation(client=long + "X")
    second = records.operation(client=long + "y")
    write(store, lambda t: [t.add_operation(each) for each in (first, second)])
    assert write(store, lambda t: t.operations(9, client=(long + "x").lower())) == [first]
    assert write(store, lambda t: t.operations(9, client=long)) == []


def test_running_ones_are_found_oldest_first(store, records):
    first, ended, second = (records.operation(subtasks=(records.subtask(1),)) for _ in range(3))

    def work(transaction):
        for record in (second, ended, first):
            transaction.add_operation(record)
        transaction.end_operation(
            ended.id, ended=records.later(), outcome=Outcome.FAILED, percent=Decimal(0)
        )
        transaction.begin_attempt(first.id, 2)

    write(store, work)
    assert write(store, lambda t: t.running_operations()) == [
        replace(first, attempts=2, subtasks=()),
        replace(second, subtasks=()),
    ]


def test_lists_are_newest_first_and_can_be_narrowed(store, records):
    made = [
        records.operation(client=client, outcome=outcome, ended=records.later())
        for client in ("alice", "bob")
        for outcome in (Outcome.SUCCEEDED, Outcome.FAILED, Outcome.UNKNOWN)
    ]
    write(store, lambda t: [t.add_operation(record) for record in made])
    newest_first = made[::-1]
    assert write(store, lambda t: t.operations(10)) == newest_first
    assert write(store, lambda t: t.operations(2)) == newest_first[:2]
    assert write(store, lambda t: t.operations(10, outcome=Outcome.FAILED)) == [made[4], made[1]]
    assert write(store, lambda t: t.operations(10, Outcome.FAILED, "bob")) == [made[4]]


# --- Tasks and decisions -------------------------------------------------------------------------


def test_runs_of_tasks(store, records):
    first = records.run(server="dhcp1", trigger=TaskTrigger.START_TASK, client="alice")
    second = records.run(task_type="Audit")
    end = {"ended": records.later(), "outcome": Outcome.FAILED, "result": 5, "error": "no"}

    def work(transaction):
        for record in (second, first, first):
            transaction.add_task_run(record)
        assert transaction.running_task_runs() == [first, second]
        transaction.end_task_run(first.id, **end)
        transaction.end_task_run(
            first.id, ended=records.later(), outcome=Outcome.SUCCEEDED, result=0
        )

    write(store, work)
    assert write(store, lambda t: t.running_task_runs()) == [second]
    assert write(store, lambda t: t.task_runs(10)) == [second, replace(first, **end)]
    assert write(store, lambda t: t.task_runs(10, "Audit")) == [second]
    assert write(store, lambda t: t.task_runs(1)) == [second]


def test_tasks_are_kept_but_for_their_state(store, records):
    record = TaskRecord(
        task_type="Audit",
        next_run=records.later(),
        recurrence=timedelta(days=1, microseconds=1),
        state="Running",
    )
    ran = replace(record, last_run=records.later(), last_result=-1, recurrence=None)
    write(store, lambda t: t.save_task(record))
    assert write(store, lambda t: t.task_records()) == [replace(record, state="Ready")]
    write(store, lambda t: t.save_task(ran))
    assert write(store, lambda t: t.task_records()) == [replace(ran, state="Ready")]


def decision(records, **fields):
    return AuditRecord(
        **{
            "time": records.later(),
            "client": "alice",
            "address": "192.0.2.1",
            "action": "StartTask Audit",
            "allowed": False,
            "reason": "no group",
            **fields,
        }
    )


def test_decisions_are_kept_once(store, records):
    first, second = decision(records), decision(records, allowed=True)
    write(store, lambda t: [t.add_audit(each) for each in (first, second, first)])
    assert write(store, lambda t: t.audit(10)) == [second, first]
    assert write(store, lambda t: t.audit(1)) == [second]


# --- Several servers -----------------------------------------------------------------------------


def test_servers_that_share_a_database_do_not_see_each_other(database, records):
    one, other = database.opened("one"), database.opened("other")
    record, run = records.operation(request_id="urn:1"), records.run()

    def fill(transaction):
        transaction.add_operation(record)
        transaction.add_task_run(run)
        transaction.save_task(TaskRecord(task_type="Audit"))
        transaction.add_audit(decision(records))

    def look(transaction):
        return [
            transaction.operations(10),
            transaction.running_operations(),
            transaction.running_task_runs(),
            transaction.task_runs(10),
            transaction.task_records(),
            transaction.audit(10),
        ]

    write(one, fill)
    assert all(write(one, look))
    assert not any(write(other, look))
    assert write(other, lambda t: t.operation(record.id)) is None
    assert write(other, lambda t: t.operation_by_request("urn:1")) is None
    assert write(other, lambda t: t.prune(keep=0)) == 0


# --- Retention -----------------------------------------------------------------------------------


def ended(records, **fields):
    started = records.later()
    return records.operation(started=started, ended=started, outcome=Outcome.SUCCEEDED, **fields)


def test_age_and_number_decide_what_stays(store, records):
    running = records.operation(subtasks=(records.subtask(1),))
    running_task = records.run()
    many = [ended(records, subtasks=(records.subtask(1),)) for _ in range(6)]
    runs = [
        records.run(ended=each.ended, outcome=Outcome.SUCCEEDED, started=each.started)
        for each in many
    ]
    decisions = [decision(records, time=each.ended) for each in many]

    def fill(transaction):
        for each in (running, *many):
            transaction.add_operation(each)
        for each in (running_task, *runs):
            transaction.add_task_run(each)
        for each in decisions:
            transaction.add_audit(each)

    write(store, fill)
    assert write(store, lambda t: t.prune()) == 0
    assert write(store, lambda t: t.prune(before=many[1].ended)) == 3
    assert write(store, lambda t: t.prune(keep=3)) == 6
    assert write(store, lambda t: t.prune(before=many[1].ended, keep=3)) == 0

    assert [each.id for each in write(store, lambda t: t.operations(10))] == [
        *(each.id for each in many[:2:-1]),
        running.id,
    ]
    assert write(store, lambda t: t.task_runs(10)) == [*runs[:2:-1], running_task]
    assert write(store, lambda t: t.audit(10)) == decisions[:2:-1]
    # a subtask goes with its operation, and only with it
    again = replace(many[0], subtasks=())
    write(store, lambda t: t.add_operation(again))
    assert write(store, lambda t: t.operation(again.id)) == again
    assert write(store, lambda t: t.operation(many[5].id)) == many[5]


def test_deleting_goes_on_in_small_steps(store, records):
    moment = records.later()
    same = [
        records.operation(ended=moment, started=moment, outcome=Outcome.FAILED) for _ in range(10)
    ]
    write(store, lambda t: [t.add_operation(each) for each in same])
    steps = []
    while step := write(store, lambda t: t.prune(keep=3, at_most=4)):
        steps.append(step)
    assert steps == [4, 3]
    assert len(write(store, lambda t: t.operations(10))) == 3


# --- What goes wrong -----------------------------------------------------------------------------


def test_an_exception_undoes_everything(store, records):
    def work(transaction):
        transaction.add_operation(records.operation())
        raise RuntimeError("no")

    with pytest.raises(RuntimeError):
        write(store, work)
    assert write(store, lambda t: t.operations(10)) == []


def test_errors_of_a_database_do_not_repeat_what_was_to_be_written(store, records):
    with pytest.raises(StoreError) as caught:
        write(store, lambda t: t.add_operation(records.operation(parameters=None, client="s3cr3t")))
    assert caught.value.__suppress_context__
    text = str(caught.value)
    assert "parameters" in text
    assert "s3cr3t" not in text
    assert "INSERT" not in text
