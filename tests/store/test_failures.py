"""Failures that are real: a full disk, a locked file, servers that stop, hang or crash, kill -9."""

import random
import sqlite3
import subprocess
import sys
import time
from decimal import Decimal
from pathlib import Path
from uuid import uuid4

import pytest

from ipam_progress.errors import StoreUnavailableError
from ipam_progress.records import Outcome
from ipam_progress.store import Store

WRITING = Path(__file__).parent / "programs" / "writing.py"
LONG = 3600.0


def ending(record, records):
    """A job that ends an operation."""
    ended = records.later()
    return lambda t: t.end_operation(
        record.id, ended=ended, outcome=Outcome.SUCCEEDED, percent=Decimal(100)
    )


def state_of(record):
    """A job that tells how an operation stands."""
    return lambda t: t.operation(record.id).outcome


# --- A full disk ---------------------------------------------------------------------------------


def test_a_full_disk(small_disk, make_writer, inbox, records):
    store = Store(f"sqlite:///{small_disk.path}/ipam.db")
    store.open()
    writer = make_writer(store)
    record = records.operation(parameters="x" * 10_000)
    inbox.result(writer.submit(lambda t: t.add_operation(record)))

    small_disk.fill()
    more = records.operation(parameters="x" * 1_000_000)
    error = inbox.error(writer.submit(lambda t: t.add_operation(more)))
    assert isinstance(error, StoreUnavailableError)
    assert str(error) == f"{small_disk.path}/ipam.db: database or disk is full"
    assert writer.health[0] == str(error)
    # what is left: a note on each operation that nobody knows the end of
    unresolved = {uuid4() for _ in range(200)}
    for each in unresolved:
        store.note_unresolved(each)
    assert store.unresolved() == unresolved

    small_disk.make_room()
    inbox.result(writer.submit(ending(record, records), retry_for=LONG))
    assert inbox.result(writer.submit(state_of(record), retry_for=LONG)) is Outcome.SUCCEEDED
    assert writer.health[-1] is None
    inbox.result(writer.stop())
    store.close()


def test_what_may_wait_is_written_when_there_is_room_again(small_disk, make_writer, inbox, records):
    store = Store(f"sqlite:///{small_disk.path}/ipam.db")
    store.open()
    writer = make_writer(store)
    small_disk.fill()
    record = records.operation(parameters="x" * 500_000)
    waiting = writer.submit(lambda t: t.add_operation(record), retry_for=LONG)
    inbox.until(lambda: writer.health)
    small_disk.make_room()
    inbox.result(waiting)
    assert inbox.result(writer.submit(state_of(record))) is Outcome.RUNNING
    inbox.result(writer.stop())
    store.close()


# --- A file that somebody else uses --------------------------------------------------------------


def test_a_locked_file(sqlite_database, make_writer, inbox, records, tmp_path):
    writer = make_writer(sqlite_database.opened())
    record = records.operation()
    inbox.result(writer.submit(lambda t: t.add_operation(record)))
    other = sqlite3.connect(tmp_path / "ipam.db", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    end = writer.submit(ending(record, records), retry_for=LONG)
    inbox.until(lambda: writer.failure is not None)
    assert writer.health == [f"{tmp_path}/ipam.db: database is locked"]
    assert not end.done()
    other.execute("COMMIT")
    other.close()
    inbox.result(end)
    assert inbox.result(writer.submit(state_of(record))) is Outcome.SUCCEEDED
    assert writer.health[1:] == [None]


# --- PostgreSQL ----------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["stop", "kill"])
def test_a_database_that_is_stopped_and_started_again(
    postgresql_database, make_writer, inbox, records, way
):
    store = postgresql_database.opened()
    writer = make_writer(store)
    record = records.operation()
    inbox.result(writer.submit(lambda t: t.add_operation(record)))
    postgresql = postgresql_database.server
    getattr(postgresql, way)()
    try:
        refused = inbox.error(writer.submit(lambda t: t.add_operation(records.operation())))
        assert isinstance(refused, StoreUnavailableError)
        end = writer.submit(ending(record, records), retry_for=LONG)
        assert not end.done()
    finally:
        postgresql.start()
    inbox.result(end)
    assert inbox.result(writer.submit(state_of(record), retry_for=LONG)) is Outcome.SUCCEEDED
    assert writer.health[-1] is None
    # the claim was lost with the connection, and has been made anew
    with pytest.raises(StoreUnavailableError, match="another process has it open"):
        postgresql_database.store().open()


def test_a_new_connection_is_not_a_failure(
    postgresql, postgresql_database, make_writer, inbox, records
):
    writer = make_writer(postgresql_database.opened())
    inbox.result(writer.submit(lambda t: t.add_operation(records.operation())))
    postgresql.stop()
    postgresql.start()
    inbox.result(writer.submit(lambda t: t.add_operation(records.operation())))
    assert writer.health == []


def test_a_database_that_hangs(postgresql, postgresql_database, make_writer, inbox, records):
    writer = make_writer(postgresql_database.opened(), patience=0.2)
    record = records.operation()
    inbox.result(writer.submit(lambda t: t.add_operation(record)))
    postgresql.pause()
    try:
        hanging = writer.submit(lambda t: t.add_operation(records.operation()))
        end = writer.submit(ending(record, records), retry_for=LONG)
        assert "has not answered for" in str(inbox.error(hanging))
        assert not end.done()
    finally:
        postgresql.resume()
    inbox.result(end)
    assert inbox.result(writer.submit(state_of(record), retry_for=LONG)) is Outcome.SUCCEEDED


def test_a_row_that_somebody_has_locked(
    postgresql, postgresql_database, make_writer, inbox, records
):
    store = postgresql_database.opened()
    writer = make_writer(store)
    record = records.operation()
    inbox.result(writer.submit(lambda t: t.add_operation(record)))
    with store._visit() as other:
        other.exec_driver_sql("SELECT id FROM operations FOR UPDATE")
        error = inbox.error(writer.submit(ending(record, records)))
        assert "canceling statement due to lock timeout" in str(error)
    inbox.until(lambda: writer.health[-1] is None)
    inbox.result(writer.submit(ending(record, records)))


# --- kill -9 -------------------------------------------------------------------------------------


def test_twenty_times_killed_at_a_random_moment(database, records):
    """Whatever was said to be committed is there, once; the claim is free for the next."""
    store = database.opened()
    store.close()
    started, ended = set(), set()
    for _ in range(20):
        process = subprocess.Popen(
            [sys.executable, WRITING, database.url, database.notes or ""],
            stdout=subprocess.PIPE,
            text=True,
        )
        with process:
            said = [process.stdout.readline()]  # it is at work
            time.sleep(random.uniform(0, 0.05))
            process.kill()
            said += process.stdout.readlines()
        for line in said:
            what, _, id_ = line.strip().partition(" ")
            if len(id_) == 36:  # not cut off by the end
                (started if what == "started" else ended).add(id_)
    assert ended <= started
    assert ended

    store = database.store()
    store.open()
    with store.transaction() as transaction:
        found = transaction.operations(1_000_000)
        running = transaction.running_operations()
    by_id = {str(each.id): each for each in found}
    assert len(by_id) == len(found)
    assert started <= set(by_id)
    assert {by_id[id_].outcome for id_ in ended} == {Outcome.SUCCEEDED}
    assert {str(each.id) for each in running}.isdisjoint(ended)
    # at most one of each of the eight threads was under way, each time
    assert len(running) <= 20 * 8
