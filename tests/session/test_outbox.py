"""Order, bounds, waking, and threads that wait."""

import threading
from collections import deque

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipam_progress.contracts import SetCompletionPercentage
from ipam_progress.errors import LocalProtocolError
from ipam_progress.session.outbox import Outbox


class Reactor:
    """Writes down how often it was woken, and has a waiter for whoever waits."""

    def __init__(self):
        self.woken = 0
        self.waiters = []

    def callbacks_ready(self):
        self.woken += 1

    def create_waiter(self):
        waiter = ManualWaiter()
        self.waiters.append(waiter)
        return waiter


class ManualWaiter:
    def __init__(self):
        self.woken = 0

    def __await__(self):
        yield self

    def wake(self):
        self.woken += 1


@pytest.fixture
def reactor():
    return Reactor()


def make(reactor, **options):
    return Outbox(reactor.callbacks_ready, reactor.create_waiter, **options)


def drain(outbox):
    return list(iter(outbox.take, None))


def test_messages_leave_in_the_order_in_which_they_came(reactor):
    outbox = make(reactor)
    for number in range(10):
        outbox.post(number)
    assert outbox.take() == 0
    assert outbox.take_all(3) == [1, 2, 3]
    assert len(outbox) == 6
    assert outbox.take_all() == [4, 5, 6, 7, 8, 9]
    assert outbox.take() is None
    assert outbox.take_all() == []


def test_the_reactor_is_woken_once_when_the_outbox_stops_being_empty(reactor):
    outbox = make(reactor)
    for number in range(5):
        outbox.post(number)
    assert reactor.woken == 1
    outbox.take_all(4)
    outbox.post(5)
    assert reactor.woken == 1
    drain(outbox)
    outbox.post(6)
    assert reactor.woken == 2
    outbox.take_all()
    outbox.post_last(7)
    outbox.post_last(8)
    assert reactor.woken == 3


def test_a_closed_outbox_drops_in_silence(reactor):
    outbox = make(reactor, limit=1)
    outbox.post(1)
    outbox.close()
    assert len(outbox) == 0
    for number in range(10):
        outbox.post(number)
        outbox.post_last(number)
    assert outbox.take() is None
    assert not outbox.is_full
    assert reactor.woken == 1


@pytest.mark.parametrize(
    ("options", "words"),
    [({"limit": 0}, "at least one callback, not 0"), ({"reserve": -1}, "cannot be -1")],
)
def test_bounds_out_of_range(reactor, options, words):
    with pytest.raises(ValueError, match=words):
        make(reactor, **options)


def test_the_reactors_thread_does_not_block_but_has_a_bound(reactor):
    outbox = make(reactor, limit=3, reserve=2)
    for number in range(5):
        outbox.wait_for_room()
        outbox.post(number)
    with pytest.raises(LocalProtocolError, match="5 callbacks wait for the client already"):
        outbox.post(5)
    outbox.post_last("final")
    assert drain(outbox) == [0, 1, 2, 3, 4, "final"]


def test_without_a_reserve_as_many_again(reactor):
    outbox = make(reactor, limit=3)
    for number in range(6):
        outbox.post(number)
    with pytest.raises(LocalProtocolError):
        outbox.post(6)


# Coroutines


def run(coroutine):
    """Drive a coroutine; gives what it waits on, None when it is done."""
    try:
        return coroutine.send(None)
    except StopIteration:
        return None


async def post_one(outbox, message):
    outbox.post(message)
    await outbox.room


def test_nothing_is_yielded_while_there_is_room(reactor):
    outbox = make(reactor, limit=2)
    assert run(post_one(outbox, 1)) is None
    assert reactor.waiters == []


@pytest.mark.parametrize("at_once", [True, False])
def test_a_coroutine_waits_until_half_has_gone(reactor, at_once):
    outbox = make(reactor, limit=4, reserve=0)
    for number in range(3):
        assert run(post_one(outbox, number)) is None
    waiting = post_one(outbox, 3)
    waiter = run(waiting)
    assert waiter is reactor.waiters[0]
    if at_once:
        outbox.take_all(2)
    else:
        outbox.take()
        assert not waiter.woken
        outbox.take()
    assert waiter.woken == 1
    assert run(waiting) is None


def test_a_coroutine_that_wakes_to_a_full_outbox_waits_again(reactor):
    outbox = make(reactor, limit=1, reserve=1)
    waiting = post_one(outbox, 1)
    run(waiting)
    outbox.take()
    outbox.post(2)
    assert run(waiting) is reactor.waiters[1]
    outbox.take()
    assert run(waiting) is None
    assert [waiter.woken for waiter in reactor.waiters] == [1, 1]


def test_closing_lets_coroutines_go_on(reactor):
    outbox = make(reactor, limit=1)
    waiting = post_one(outbox, 1)
    waiter = run(waiting)
    outbox.close()
    assert waiter.woken == 1
    assert run(waiting) is None


def test_after_the_end_a_coroutine_gives_way_now_and_then(reactor):
    """Nothing else would make it: there is no client whose pace it has to keep."""
    outbox = make(reactor, limit=1)
    outbox.close()

    async def report():
        for number in range(1000):
            outbox.post(number)
            await outbox.room

    reporting = report()
    for turn in range(1, 4):
        assert run(reporting) is reactor.waiters[-1]
        assert (len(reactor.waiters), reactor.woken) == (turn, turn)
        assert outbox.is_closed
        assert outbox.take_all() == []
        assert reactor.waiters[-1].woken == 1
    assert run(reporting) is None
    assert len(reactor.waiters) == 3


@pytest.mark.parametrize("change", [Outbox.close, Outbox.take_all])
def test_a_full_outbox_that_is_no_longer_full_makes_nobody_wait(reactor, monkeypatch, change):
    outbox = make(reactor, limit=1)
    outbox.post(1)

    class ChangingLock:
        """Another thread comes first."""

        def __init__(self, lock):
            self.lock = lock

        def __enter__(self):
            monkeypatch.setattr(outbox, "_lock", self.lock)
            change(outbox)
            self.lock.acquire()

        def __exit__(self, *_):
            self.lock.release()

    monkeypatch.setattr(outbox, "_lock", ChangingLock(outbox._lock))
    assert outbox.waiter_if_full() is None
    assert reactor.waiters == []


# Threads


def in_threads(*functions):
    threads = [threading.Thread(target=function, daemon=True) for function in functions]
    for thread in threads:
        thread.start()
    return threads


def joined(threads):
    for thread in threads:
        thread.join(10)
    return not any(thread.is_alive() for thread in threads)


def test_threads_keep_their_order_and_never_exceed_the_bound(reactor):
    outbox = make(reactor, limit=10, reserve=3)
    count, workers = 500, 4
    highest = 0

    def work(worker):
        for number in range(count):
            outbox.wait_for_room()
            outbox.post((worker, number))

    threads = in_threads(*(lambda worker=worker: work(worker) for worker in range(workers)))
    seen = []
    while len(seen) < count * workers:
        highest = max(highest, len(outbox))
        seen += outbox.take_all(7)
    assert joined(threads)
    for worker in range(workers):
        assert [number for who, number in seen if who == worker] == list(range(count))
    # each of the threads may have found the last free place
    assert highest <= 10 + workers - 1


@pytest.fixture
def waits(monkeypatch):
    """Set when a thread is about to wait; the lock is free only once it does."""
    noted = threading.Event()

    class Noting(threading.Condition):
        def wait(self, timeout=None):
            noted.set()
            return super().wait(timeout)

    monkeypatch.setattr("ipam_progress.session.outbox.threading.Condition", Noting)
    return noted


def test_a_thread_waits_for_room(reactor, waits):
    outbox = make(reactor, limit=4, reserve=0)
    for number in range(4):
        outbox.post(number)
    order = deque()

    def work():
        outbox.wait_for_room()
        order.append("room")
        outbox.post(4)

    threads = in_threads(work)
    assert waits.wait(10)
    for _ in range(2):
        order.append("take")
        outbox.take()
    assert joined(threads)
    assert list(order) == ["take", "take", "room"]
    assert drain(outbox) == [2, 3, 4]


def test_a_thread_goes_on_when_merging_makes_room(reactor, waits):
    outbox = make(reactor, limit=2)
    for percent in (1, 2):
        outbox.post(SetCompletionPercentage(completionPercentage=percent))
    threads = in_threads(outbox.wait_for_room)
    assert waits.wait(10)
    outbox.begin_merging()
    assert joined(threads)
    assert len(outbox) == 1


def test_closing_lets_threads_go_on(reactor, waits):
    outbox = make(reactor, limit=1)
    outbox.post(1)
    threads = in_threads(outbox.wait_for_room, outbox.wait_for_room)
    assert waits.wait(10)
    outbox.close()
    assert joined(threads)


@given(
    st.lists(
        st.one_of(st.just("post"), st.just("take"), st.integers(0, 6).map(lambda n: ("all", n))),
        max_size=60,
    ),
    st.integers(1, 5),
)
def test_nothing_is_lost_and_whoever_waits_is_woken(steps, limit):
    reactor = Reactor()
    outbox = make(reactor, limit=limit, reserve=100)
    posted, taken = [], []
    for step in steps:
        if step == "post":
            was_empty = not len(outbox)
            before = reactor.woken
            posted.append(len(posted))
            outbox.post(posted[-1])
            assert reactor.woken == before + was_empty
            waiter = outbox.waiter_if_full()
            assert (waiter is not None) == (len(outbox) >= limit)
        elif step == "take":
            message = outbox.take()
            taken += [] if message is None else [message]
        else:
            taken += outbox.take_all(step[1])
    taken += drain(outbox)
    assert taken == posted
    assert all(waiter.woken == 1 for waiter in reactor.waiters)
