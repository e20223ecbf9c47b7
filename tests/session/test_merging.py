"""What a slow client gets: the newest of what it need not have, all of what it must."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipam_progress.contracts import (
    AddSubTask,
    IpamException,
    SetCompletionPercentage,
    SetOverallStatus,
    SetSubTaskStatus,
    StartProgressCallback,
    SubTaskInstance,
    SubTaskStatus,
)
from ipam_progress.errors import LocalProtocolError
from ipam_progress.progress import ProgressReporter
from ipam_progress.session.outbox import Outbox
from ipam_progress.tracking import ProgressTracker


class Waiter:
    def __init__(self):
        self.woken = 0

    def __await__(self):
        yield self

    def wake(self):
        self.woken += 1


class Connection:
    """An outbox and what it asks of a connection."""

    def __init__(self, **options):
        self.called = 0
        self.waiters = []
        self.outbox = Outbox(self.callbacks_ready, self.create_waiter, **options)

    def callbacks_ready(self):
        self.called += 1

    def create_waiter(self):
        self.waiters.append(Waiter())
        return self.waiters[-1]

    def post(self, *texts):
        for text in texts:
            self.outbox.post(message(text))

    def taken(self, limit=None):
        return " ".join(brief(each) for each in self.outbox.take_all(limit))


def message(text):
    """Spell a callback: ``+1`` adds a subtask, ``1:50`` is its status, ``50%`` the percentage.

    A status with ``!`` has a warning, one with a dot at its end is final.
    """
    match text[0], text[-1]:
        case "+", _:
            return AddSubTask(subTaskInstance=SubTaskInstance(SubTaskInstanceId=int(text[1:])))
        case _, "%":
            return SetCompletionPercentage(completionPercentage=int(text[:-1]))
        case _, ">":
            return StartProgressCallback()
        case _, "#":
            return SetOverallStatus()
    number, percent = text.rstrip(".!").split(":")
    final = SubTaskStatus.CompletedWithSuccess if text[-1] == "." else SubTaskStatus.InProgress
    return SetSubTaskStatus(
        subTaskInstance=SubTaskInstance(SubTaskInstanceId=int(number)),
        status=final,
        percentComplete=int(percent),
        completionStatus=IpamException() if text[-1] == "!" else None,
    )


def brief(message):
    match message:
        case AddSubTask():
            return f"+{message.subTaskInstance.SubTaskInstanceId}"
        case SetCompletionPercentage():
            return f"{message.completionPercentage}%"
        case StartProgressCallback():
            return ">"
        case SetOverallStatus():
            return "#"
    end = "!" if message.completionStatus else ""
    if message.status is SubTaskStatus.CompletedWithSuccess:
        end = "."
    return f"{message.subTaskInstance.SubTaskInstanceId}:{message.percentComplete}{end}"


@pytest.fixture
def connection():
    return Connection()


@pytest.mark.parametrize("when", ["before", "after", "between"])
@pytest.mark.parametrize(
    ("posted", "arrives"),
    [
        ("1:1 1:2 1:3", "1:3"),
        ("10% 20%", "20%"),
        ("1:1 2:1 10% 1:2 2:2 20%", "1:2 2:2 20%"),
        ("+1 1:1 +2 1:2 2:1 1:3", "+1 1:3 +2 2:1"),
        ("1:1 1:2! 1:3 1:4", "1:1 1:2! 1:4"),
        ("1:1 1:2 1:100. 2:1 2:2", "1:2 1:100. 2:2"),
        ("1:1 2:1! 1:2", "1:2 2:1!"),
        ("10% 100% 20% 30%", "10% 100% 30%"),
        ("> 1:1 10% # 1:2 20%", "> 1:1 10% # 1:2 20%"),
    ],
)
def test_what_a_slow_client_gets(connection, when, posted, arrives):
    posted = posted.split()
    early = {"before": 0, "between": len(posted) // 2, "after": len(posted)}[when]
    connection.post(*posted[:early])
    connection.outbox.begin_merging()
    connection.post(*posted[early:])
    assert len(connection.outbox) == len(arrives.split())
    assert connection.taken() == arrives
    assert connection.outbox.take_merged() == len(posted) - len(arrives.split())
    assert connection.outbox.take_merged() == 0


def test_a_quick_client_gets_everything(connection):
    connection.post("+1", "1:1", "1:2", "10%", "20%")
    assert connection.taken() == "+1 1:1 1:2 10% 20%"


def test_what_has_gone_is_not_changed(connection):
    connection.outbox.begin_merging()
    connection.post("1:1", "2:1", "3:1")
    assert connection.taken(1) == "1:1"
    connection.post("1:2", "2:2", "1:3")
    assert connection.taken(2) == "2:2 3:1"
    connection.post("3:2", "1:4")
    assert connection.taken() == "1:4 3:2"


def test_a_client_that_has_everything_is_quick_again(connection):
    connection.outbox.begin_merging()
    connection.post("1:1", "1:2")
    assert connection.taken() == "1:2"
    connection.post("1:3", "1:4")
    assert connection.taken() == "1:3 1:4"
    connection.outbox.begin_merging()
    assert connection.taken() == ""
    connection.post("1:5", "1:6")
    assert connection.taken() == "1:5 1:6"


def test_merging_can_be_turned_off():
    connection = Connection(merging=False, limit=2, reserve=0)
    connection.outbox.begin_merging()
    connection.post("1:1", "1:2")
    connection.outbox.begin_merging()
    assert connection.outbox.is_full
    with pytest.raises(LocalProtocolError):
        connection.post("1:3")
    assert connection.taken() == "1:1 1:2"


def test_the_reactor_is_woken_once(connection):
    connection.outbox.begin_merging()
    connection.post("1:1", "1:2", "+2")
    assert connection.called == 1


# Bounds


def test_updates_do_not_fill_the_outbox():
    connection = Connection(limit=2, reserve=0)
    connection.outbox.begin_merging()
    connection.post("+1")
    for step in range(100):
        connection.post(*(f"{number}:{step}" for number in range(1, 10)), f"{step}%")
        assert not connection.outbox.is_full
        assert len(connection.outbox) == 11
    connection.post("1:100.")  # and what it finds waiting is not an update any more
    assert connection.outbox.is_full
    with pytest.raises(LocalProtocolError, match="12 callbacks wait"):
        connection.post("2:100.")
    assert connection.taken(2) == "+1 1:99"
    assert not connection.outbox.is_full
    assert len(connection.outbox) == 10


def run(coroutine):
    """Drive a coroutine; gives what it waits on, None when it is done."""
    try:
        return coroutine.send(None)
    except StopIteration:
        return None


async def report(connection, count):
    for step in range(count):
        connection.post(f"1:{step}")
        await connection.outbox.room


def test_what_waited_for_room_goes_on_when_merging_makes_some():
    connection = Connection(limit=4)
    reporting = report(connection, 5)
    waiter = run(reporting)
    assert waiter is connection.waiters[0]
    connection.outbox.begin_merging()
    assert waiter.woken == 1
    assert run(reporting) is None
    assert connection.taken() == "1:4"


def test_what_waited_for_room_waits_on_when_merging_makes_none():
    connection = Connection(limit=4)
    connection.post("+1", "+2", "+3", "+4")
    waiting = connection.outbox.waiter_if_full()
    for _ in range(2):
        connection.outbox.begin_merging()
    assert connection.taken(1) == "+1"
    assert not waiting.woken
    assert connection.taken(1) == "+2"
    assert waiting.woken == 1


def test_a_coroutine_that_nothing_makes_wait_gives_way_now_and_then(connection):
    connection.outbox.begin_merging()
    reporting = report(connection, 1000)
    for turn in range(1, 4):
        waiter = run(reporting)
        assert waiter is connection.waiters[-1]
        assert len(connection.waiters) == turn
        assert connection.called == turn + 1  # and once because something waits
        connection.outbox.begin_merging()  # the transport is as full as it was
        assert waiter.woken == 1
    assert run(reporting) is None
    assert connection.taken() == "1:999"


def test_whoever_gave_way_goes_on_with_the_next_that_is_taken(connection):
    connection.outbox.begin_merging()
    connection.post(*(f"+{number}" for number in range(1, 100)))
    waiter = run(report(connection, 1000))
    connection.taken(1)
    assert waiter.woken == 1


def test_closing_while_messages_are_merged(connection):
    connection.outbox.begin_merging()
    connection.post("1:1", "1:2")
    waiter = run(report(connection, 1000))
    connection.outbox.close()
    assert waiter.woken == 1
    connection.post("1:3")
    connection.outbox.begin_merging()
    assert connection.taken() == ""
    assert not connection.outbox.is_full
    # nothing makes a coroutine wait any more, but it still gives way
    assert run(report(connection, 1000)) is connection.waiters[-1]


# Whatever is posted and taken, and whenever the client is slow


class Sink:
    """Takes what a reporter posts, as a session does, and remembers it."""

    def __init__(self, outbox):
        self.outbox = outbox
        self.posted = []
        self.room = outbox.room
        self.wait_for_room = outbox.wait_for_room

    def post(self, message):
        self.posted.append(message)
        self.outbox.post(message)

    def post_last(self, message):
        self.posted.append(message)
        self.outbox.post_last(message)


class Reader:
    """A client that does not mind how long its events wait."""

    def create_waiter(self):
        return Waiter()

    def pause_callbacks(self):
        pass

    def resume_callbacks(self):
        pass


def subject(message):
    match message:
        case AddSubTask() | SetSubTaskStatus():
            return message.subTaskInstance.SubTaskInstanceId
        case SetCompletionPercentage():
            return "percentage"
    return type(message)


def must_arrive(message):
    match message:
        case SetCompletionPercentage():
            return message.completionPercentage == 100
        case SetSubTaskStatus():
            running = message.status in (SubTaskStatus.NotStarted, SubTaskStatus.InProgress)
            return message.completionStatus is not None or not running
    return True


def check_thinning(posted, arrived):
    """Check that what arrived is what was posted, some of it left out as it may be."""
    index = {id(message): number for number, message in enumerate(posted)}
    numbers = [index[id(message)] for message in arrived]
    assert len(set(numbers)) == len(numbers)
    left_out = set(index.values()) - set(numbers)
    assert not any(must_arrive(posted[number]) for number in left_out)
    places, last = [], {}
    for number in numbers:
        about = subject(posted[number])
        # what was left out since the last of its subject waited where this one then waited
        since = [
            between
            for between in range(last.get(about, -1) + 1, number)
            if subject(posted[between]) == about
        ]
        assert last.get(about, -1) < number
        assert not since or not must_arrive(posted[number])
        places.append(since[0] if since else number)
        last[about] = number
    assert all(earlier < later for earlier, later in pairwise(places))
    newest = {subject(message): number for number, message in enumerate(posted)}
    assert last == newest


number = st.integers(0, 5)
steps = st.one_of(
    st.just(("add",)),
    st.tuples(st.just("update"), number, st.integers(0, 100)),
    st.tuples(st.just("update"), number, st.integers(0, 100)),
    st.tuples(st.just("describe"), number, st.sampled_from("abc")),
    st.tuples(st.just("warn"), number),
    st.tuples(st.just("complete"), number, st.sampled_from(list(SubTaskStatus)[2:])),
    st.tuples(st.just("overall"), st.integers(0, 100)),
    st.tuples(st.just("take"), st.integers(1, 6)),
    st.just(("take", None)),
    st.just(("slow",)),
    st.just(("slow",)),
)


def report_step(progress, what, *arguments):
    """Do what a handler may do."""
    match what, arguments:
        case "add", _:
            progress.subtask("part")
        case "overall", [percent]:
            progress.update(percent)
        case _, [number, *details]:
            part = progress.subtasks[number % len(progress.subtasks)]
            match what:
                case _ if part.is_completed:
                    pass
                case "update":
                    part.update(*details)
                case "describe":
                    part.update(description=details[0])
                case "warn":
                    part.warning("hm")
                case "complete":
                    part.update(status=details[0])


@given(st.lists(steps, max_size=80), st.booleans(), st.booleans())
def test_what_arrives_is_what_was_posted_thinned_out(steps, fails, slow_at_the_end):
    connection = Connection(limit=1000)
    outbox = connection.outbox
    sink = Sink(outbox)
    sink.post(StartProgressCallback())
    progress = ProgressReporter(sink)
    arrived = []
    for step in [("add",), *steps]:
        match step:
            case "take", limit:
                arrived += outbox.take_all(limit)
            case ("slow",):
                outbox.begin_merging()
            case _:
                report_step(progress, *step)
    if fails:
        progress.fail(ValueError(), sink.post_last)
    else:
        progress.succeed(None, sink.post_last)
    if slow_at_the_end:
        outbox.begin_merging()
    arrived += outbox.take_all()
    check_thinning(sink.posted, arrived)
    merged = outbox.take_merged()
    assert merged == len(sink.posted) - len(arrived)
    if ("slow",) not in steps and not slow_at_the_end:
        assert merged == 0
    # its reader ends up with what it would have had anyway
    assert snapshot_of(arrived) == snapshot_of(sink.posted)


def snapshot_of(callbacks):
    tracker = ProgressTracker(Reader())
    for callback in callbacks:
        tracker.receive(callback)
    snapshot = tracker.snapshot()
    assert snapshot.error_count == 0
    return snapshot
