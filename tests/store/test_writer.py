"""The writer's promises, with a store that does what the test wants: no disk, no waiting."""

import threading
from collections import deque
from concurrent.futures import Future
from contextlib import contextmanager

import pytest

from ipam_progress.errors import StoreError, StoreUnavailableError
from ipam_progress.store import StoreTransaction

PATIENCE = 30.0
LONG = 3600.0
GONE = StoreUnavailableError("the store is gone")


class FakeTransaction(list):
    """What was written, in order."""

    def sign_on(self, seen):
        self.append("sign on")


class FakeStore:
    """A store in memory that fails, waits and is slow as it is told to.

    Attributes:
        committed: What each transaction has written.
        failure: What every transaction ends with; None to work.
        entered: Takes a permit for every transaction that begins.
        gates: For each transaction to come, what it waits for.
    """

    def __init__(self) -> None:
        self.committed = []
        self.failure = None
        self.entered = threading.Semaphore(0)
        self.gates = deque()
        self.threads = set()

    @contextmanager
    def transaction(self):
        self.threads.add(threading.current_thread())
        gate = self.gates.popleft() if self.gates else None
        self.entered.release()
        if gate is not None:
            assert gate.wait(PATIENCE)
        if self.failure is not None:
            raise self.failure
        transaction = FakeTransaction()
        yield transaction
        self.committed.append([*transaction])

    def hold(self):
        """Have the next transaction wait, and give what lets it go."""
        self.gates.append(threading.Event())
        return self.gates[-1]

    def wait_for_transaction(self):
        assert self.entered.acquire(timeout=PATIENCE)


@pytest.fixture
def store():
    return FakeStore()


@pytest.fixture
def writer(make_writer, store):
    return make_writer(store)


def put(value):
    """A job that writes a value, and gives it back."""

    def work(transaction):
        transaction.append(value)
        return value

    return work


def fail(error):
    """A job that is no good."""

    def work(transaction):
        raise error

    return work


# --- While all is well ---------------------------------------------------------------------------


def test_a_result_is_there_after_the_commit_and_where_it_is_wanted(writer, store, inbox):
    future = writer.submit(put(1))
    told = []
    future.add_done_callback(
        lambda _: told.append((threading.current_thread(), [*store.committed]))
    )
    assert inbox.result(future) == 1
    assert told == [(threading.main_thread(), [[1]])]
    assert store.threads.isdisjoint({threading.main_thread()})


def test_what_waits_goes_into_one_transaction(writer, store, inbox):
    gate = store.hold()
    futures = [writer.submit(put(0))]
    store.wait_for_transaction()
    futures += [writer.submit(put(number)) for number in range(1, 701)]
    gate.set()
    assert [inbox.result(future) for future in futures] == [*range(701)]
    assert store.committed == [[0], [*range(1, 501)], [*range(501, 701)]]


def test_a_job_that_is_no_good_harms_nobody(writer, store, inbox):
    gate = store.hold()
    first = writer.submit(put(0))
    store.wait_for_transaction()
    error = ValueError("no")
    good, bad, refused, other = (
        writer.submit(work) for work in (put(1), fail(error), fail(StoreError("no")), put(2))
    )
    gate.set()
    assert inbox.error(bad) is error
    assert isinstance(inbox.error(refused), StoreError)
    assert [inbox.result(future) for future in (first, good, other)] == [0, 1, 2]
    assert store.committed == [[0], [1], [2]]
    assert writer.health == []


def test_what_nobody_waits_for_any_more_is_done_all_the_same(writer, store, inbox):
    gate = store.hold()
    unwanted = writer.submit(put(1))
    unwanted.cancel()
    gate.set()
    assert inbox.result(writer.submit(put(2))) == 2
    assert sum(store.committed, []) == [1, 2]  # noqa: RUF017 (two short lists)


def test_too_many_jobs_are_refused_at_once(make_writer, store, inbox):
    writer = make_writer(store, waiting=3)
    gate = store.hold()
    futures = [writer.submit(put(0))]
    store.wait_for_transaction()
    futures += [writer.submit(put(number)) for number in (1, 2, 3)]
    refused = writer.submit(put(4), retry_for=LONG)
    assert refused.done()
    with pytest.raises(StoreUnavailableError, match="too slow: 3 jobs wait for it"):
        refused.result()
    gate.set()
    assert [inbox.result(future) for future in futures] == [0, 1, 2, 3]


# --- While the store fails -----------------------------------------------------------------------


def test_a_job_that_cannot_wait_fails_with_the_store_and_those_that_follow_at_once(
    writer, store, inbox
):
    store.failure = GONE
    assert inbox.error(writer.submit(put(1))) is GONE
    assert writer.failure == "the store is gone"
    assert writer.health == ["the store is gone"]
    at_once = writer.submit(put(2))
    assert at_once.done()
    with pytest.raises(StoreUnavailableError, match="the store is gone"):
        at_once.result()
    assert store.committed == []


def test_jobs_that_may_wait_are_tried_again_in_their_order(writer, store, inbox):
    store.failure = GONE
    patient = [writer.submit(put(number), retry_for=LONG) for number in range(1200)]
    inbox.until(lambda: writer.failure is not None)
    patient += [writer.submit(put(number), retry_for=LONG) for number in range(1200, 1205)]
    store.failure = None
    assert [inbox.result(future) for future in patient] == [*range(1205)]
    written = [value for each in store.committed for value in each if value != "sign on"]
    assert written == [*range(1205)]
    assert writer.health == ["the store is gone", None]
    assert writer.failure is None


def test_those_that_wait_behind_fail_too_unless_they_may_wait(writer, store, inbox):
    gate = store.hold()
    first = writer.submit(put(0), retry_for=LONG)
    store.wait_for_transaction()
    behind, patient = writer.submit(put(1)), writer.submit(put(2), retry_for=LONG)
    store.failure = GONE
    gate.set()
    assert inbox.error(behind) is GONE
    store.failure = None
    assert (inbox.result(first), inbox.result(patient)) == (0, 2)


def test_patience_has_an_end(writer, store, inbox):
    store.failure = GONE
    assert inbox.error(writer.submit(put(1), retry_for=0.05)) is GONE
    assert store.committed == []


def test_a_store_that_fails_is_tried_with_nothing_to_do(writer, store, inbox):
    store.failure = GONE
    inbox.error(writer.submit(put(1)))
    store.failure = RuntimeError("something else")
    while writer.failure != "something else":
        store.wait_for_transaction()
    store.failure = None
    inbox.until(lambda: None in writer.health)
    assert writer.health == ["the store is gone", None]
    assert ["sign on"] in store.committed
    assert inbox.result(writer.submit(put(2))) == 2


def test_the_store_may_fail_when_jobs_are_tried_one_by_one(writer, store, inbox):
    gate = store.hold()
    first = writer.submit(put(0))
    store.wait_for_transaction()

    def break_it(transaction):
        store.failure = GONE
        raise ValueError("no")

    bad = writer.submit(fail(ValueError("no")))
    breaking = writer.submit(break_it)
    patient = writer.submit(put(1), retry_for=LONG)
    gate.set()
    assert inbox.result(first) == 0
    assert inbox.error(breaking) is not None
    assert inbox.error(bad) is not None
    inbox.until(lambda: writer.health)
    store.failure = None
    assert inbox.result(patient) == 1


def test_a_commit_of_which_nobody_knows_is_tried_again(
    make_writer, sqlite_database, inbox, records
):
    """It came through, but the connection went before that could be told."""
    real = sqlite_database.opened()
    lost = [GONE, GONE]

    class Forgetful:
        @contextmanager
        def transaction(self):
            with real.transaction() as transaction:
                yield transaction
            if lost:
                raise lost.pop()

    writer = make_writer(Forgetful())
    record = records.operation(subtasks=(records.subtask(1),))
    inbox.result(writer.submit(lambda t: t.add_operation(record), retry_for=LONG))
    assert not lost
    assert inbox.result(writer.submit(StoreTransaction.running_operations, retry_for=LONG)) == [
        inbox.result(writer.submit(lambda t: t.operations(9)))[0]
    ]
    assert inbox.result(writer.submit(lambda t: t.operation(record.id))) == record


# --- While the store does not answer -----------------------------------------------------------


def test_a_store_that_hangs_is_one_that_fails(make_writer, store, inbox):
    writer = make_writer(store, patience=0.05)
    gate = store.hold()
    hanging, patient = writer.submit(put(1)), writer.submit(put(2), retry_for=LONG)
    error = inbox.error(hanging)
    assert isinstance(error, StoreUnavailableError)
    assert "the store has not answered for" in str(error)
    assert writer.submit(put(3)).done()
    assert not patient.done()
    gate.set()
    assert inbox.result(patient) == 2
    assert writer.health[-1] is None
    # what hung was written in the end, as was said that it might be
    assert sorted(value for each in store.committed for value in each if value != "sign on") == [
        1,
        2,
    ]


def test_a_store_that_hangs_does_not_keep_the_writer_from_stopping(make_writer, store, inbox):
    writer = make_writer(store, patience=0.05)
    gate = store.hold()
    hanging, waiting = (writer.submit(put(number), retry_for=LONG) for number in (1, 2))
    store.wait_for_transaction()
    inbox.result(writer.stop(within=0.05))
    for future in (hanging, waiting):
        assert "has not answered" in str(inbox.error(future))
    gate.set()
    (thread,) = store.threads
    thread.join(PATIENCE)
    assert not thread.is_alive()


# --- The end -------------------------------------------------------------------------------------


def test_what_waits_is_written_before_the_end(writer, store, inbox):
    gate = store.hold()
    futures = [writer.submit(put(number)) for number in range(3)]
    stopped = writer.stop()
    late = writer.submit(put(4), retry_for=LONG)
    assert late.done()
    with pytest.raises(StoreError, match="the store is being closed"):
        late.result()
    gate.set()
    assert [inbox.result(future) for future in futures] == [0, 1, 2]
    inbox.result(stopped)
    assert writer.stop() is stopped


def test_a_store_that_fails_is_tried_until_the_end(writer, store, inbox):
    store.failure = GONE
    patient = writer.submit(put(1), retry_for=LONG)
    inbox.until(lambda: writer.failure is not None)
    stopped = writer.stop(within=LONG)
    store.failure = None
    assert inbox.result(patient) == 1
    inbox.result(stopped)


def test_what_cannot_be_written_fails_in_the_end(writer, store, inbox):
    store.failure = GONE
    patient = writer.submit(put(1), retry_for=LONG)
    inbox.until(lambda: writer.failure is not None)
    inbox.result(writer.stop(within=0.02))
    assert "the store is gone" in str(inbox.error(patient))


def test_a_writer_with_nothing_to_do_stops_at_once(writer, inbox):
    stopped = writer.stop()
    assert isinstance(stopped, Future)
    inbox.result(stopped)
