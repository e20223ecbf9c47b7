"""The tracker: what it keeps, what it rejects, and who hears of it."""

import gc
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from twisted.internet.defer import Deferred

from ipam_progress import tracking
from ipam_progress.contracts import (
    AddSubTask,
    DhcpFailover,
    DhcpMsmOverallCompletionStatus,
    IpamException,
    OverallProgressStatus,
    SetCompletionPercentage,
    SetOverallStatus,
    SetSubTaskStatus,
    StartProgressCallback,
    StartTask,
    SubTaskInstance,
    SubTaskStatus,
)
from ipam_progress.net.waiter import DeferredWaiter
from ipam_progress.session.callbacks import CallbackState
from ipam_progress.tracking import (
    CallbackRejected,
    OperationCompleted,
    OperationStarted,
    OverallStatusChanged,
    PercentageChanged,
    ProgressTracker,
    SessionEnded,
    SubtaskAdded,
    SubtaskChanged,
    SubtaskProgress,
)

SUCCESS = OverallProgressStatus.CompletedWithSuccess
FAILURE = OverallProgressStatus.CompletedWithFailure


class ManualWaiter:
    def __init__(self):
        self.woken = False

    def __await__(self):
        assert not self.woken
        yield self

    def wake(self):
        assert not self.woken
        self.woken = True


class Outputs:
    def __init__(self):
        self.trace = []

    def create_waiter(self):
        return ManualWaiter()

    def pause_callbacks(self):
        self.trace.append("pause")

    def resume_callbacks(self):
        self.trace.append("resume")


@pytest.fixture
def outputs():
    return Outputs()


@pytest.fixture
def tracker(outputs):
    return ProgressTracker(outputs)


def instance(number=1, **members):
    return SubTaskInstance(SubTaskInstanceId=number, SubTaskUniqueId=9, **members)


def added(number=1, **members):
    return AddSubTask(subTaskInstance=instance(number, **members))


def status_of(number=1, percent=0, status=SubTaskStatus.InProgress, exception=None, **members):
    return SetSubTaskStatus(
        subTaskInstance=instance(number, **members),
        status=status,
        percentComplete=Decimal(percent),
        completionStatus=exception,
    )


def percentage(percent):
    return SetCompletionPercentage(completionPercentage=Decimal(percent))


def overall(status, completion=None):
    return SetOverallStatus(overallStatus=status, completionStatus=completion)


def receive(tracker, *messages):
    for message in messages:
        tracker.receive(message)


class Reader:
    """Reads events until there are none; goes on when it is woken."""

    def __init__(self, events):
        self.seen = []
        self.done = False
        self.coroutine = self.read(events)
        self.waiter = None

    async def read(self, events):
        async for event in events:
            self.seen.append(event)

    def turn(self):
        assert self.waiter is None or self.waiter.woken
        try:
            self.waiter = self.coroutine.send(None)
        except StopIteration:
            self.done = True

    def new(self):
        seen, self.seen = self.seen, []
        return seen


# What is kept


def test_before_anything(tracker):
    snapshot = tracker.snapshot()
    assert snapshot.state is CallbackState.INITIALIZED
    assert snapshot.status is OverallProgressStatus.NotStarted
    assert snapshot.percent == 0
    assert snapshot.subtasks == ()
    assert not snapshot.is_over
    assert not snapshot.succeeded
    assert snapshot.exception is None


def test_an_operation(tracker):
    receive(
        tracker,
        StartProgressCallback(),
        added(1, SubTaskName="Copy", ProgressStatusDescriptions="the scope"),
        added(2),
        status_of(1, "33.33", SubTaskName="Copy", ProgressStatusDescriptions="page 2"),
        percentage("16.67"),
    )
    snapshot = tracker.snapshot()
    assert snapshot.state is CallbackState.STARTED
    assert snapshot.status is OverallProgressStatus.InProgress
    assert snapshot.percent == Decimal("16.67")
    assert snapshot.subtasks == (
        SubtaskProgress(
            instance_id=1,
            unique_id=9,
            name="Copy",
            description="page 2",
            status=SubTaskStatus.InProgress,
            percent=Decimal("33.33"),
            is_non_deterministic=False,
            exception=None,
            details=None,
        ),
        SubtaskProgress(2, 9, "", "", SubTaskStatus.NotStarted, Decimal(0), False, None, None),
    )
    receive(tracker, overall(SUCCESS, DhcpMsmOverallCompletionStatus()))
    assert snapshot.status is OverallProgressStatus.InProgress, "a snapshot does not change"
    snapshot = tracker.snapshot()
    assert snapshot.state is CallbackState.COMPLETED
    assert snapshot.is_over
    assert snapshot.succeeded
    assert snapshot.exception is None
    assert snapshot.errors == ()


def test_a_failure(tracker):
    info = IpamException()
    completion = DhcpMsmOverallCompletionStatus(ErrorInfo=info)
    receive(tracker, StartProgressCallback(), overall(FAILURE, completion))
    snapshot = tracker.snapshot()
    assert snapshot.is_over
    assert not snapshot.succeeded
    assert snapshot.exception is info
    assert snapshot.completion_status is completion


def test_a_completion_status_of_another_kind(tracker):
    receive(tracker, StartProgressCallback(), overall(FAILURE, DhcpFailover()))
    assert tracker.snapshot().exception is None


def test_an_operation_without_percentage(tracker):
    receive(
        tracker,
        StartProgressCallback(isNonDeterministic=True),
        added(IsNonDeterministicProgress=True),
    )
    assert tracker.snapshot().is_non_deterministic
    assert tracker.snapshot().subtasks[0].is_non_deterministic


def test_an_interim_status(tracker):
    reader = Reader(tracker.events())
    receive(tracker, StartProgressCallback(), overall(OverallProgressStatus.InProgress))
    reader.turn()
    assert reader.new()[1:] == [OverallStatusChanged(OverallProgressStatus.InProgress, None)]
    assert not tracker.snapshot().is_over
    receive(tracker, overall(SUCCESS))
    assert tracker.snapshot().is_over


def test_the_members_of_the_message_count_more_than_the_instances(tracker):
    of_message, of_instance = IpamException(), IpamException(InnerIpamException=IpamException())
    receive(
        tracker,
        StartProgressCallback(),
        added(),
        status_of(
            status=SubTaskStatus.CompletedWithError,
            exception=of_message,
            SubTaskStatus=SubTaskStatus.NotRun,
            FailedCompletionStatus=of_instance,
        ),
    )
    [subtask] = tracker.snapshot().subtasks
    assert subtask.status is SubTaskStatus.CompletedWithError
    assert subtask.exception is of_message
    receive(tracker, status_of(FailedCompletionStatus=of_instance))
    assert tracker.snapshot().subtasks[0].exception is of_instance


# What is rejected


@pytest.mark.parametrize(
    ("messages", "rejected"),
    [
        ([added()], ("AddSubTask", "not due in state 'OperationWithProgress Callback")),
        ([StartProgressCallback()] * 2, ("StartProgressCallback", "not due in state")),
        (
            [StartProgressCallback(), overall(SUCCESS), overall(FAILURE)],
            ("SetOverallStatus", "not due in state 'OperationWithProgress Completed'"),
        ),
        ([StartProgressCallback(), status_of(4)], ("SetSubTaskStatus", "there is no subtask 4")),
        (
            [StartProgressCallback(), added(4), added(4)],
            ("AddSubTask", "there is a subtask 4 already"),
        ),
        ([StartProgressCallback(), AddSubTask()], ("AddSubTask", "subTaskInstance is null")),
        (
            [StartProgressCallback(), SetSubTaskStatus()],
            ("SetSubTaskStatus", "subTaskInstance is null"),
        ),
    ],
)
def test_callbacks_that_make_no_sense(tracker, messages, rejected):
    receive(tracker, *messages[:-1])
    before = tracker.snapshot()
    reader = Reader(tracker.events())
    reader.turn()
    reader.new()
    receive(tracker, messages[-1])
    snapshot = tracker.snapshot()
    [error] = snapshot.errors
    assert error.callback == rejected[0]
    assert error.reason.startswith(rejected[1])
    assert snapshot.error_count == 1
    assert (snapshot.state, snapshot.status, snapshot.subtasks) == (
        before.state,
        before.status,
        before.subtasks,
    )
    if not before.is_over:
        reader.turn()
        assert reader.seen == [error]


def test_errors_are_bounded(tracker):
    for _ in range(tracking.MAX_ERRORS + 5):
        receive(tracker, percentage(1))
    snapshot = tracker.snapshot()
    assert len(snapshot.errors) == tracking.MAX_ERRORS
    assert snapshot.error_count == tracking.MAX_ERRORS + 5


def test_subtasks_are_bounded(tracker, monkeypatch):
    monkeypatch.setattr(tracking, "MAX_SUBTASKS", 2)
    receive(tracker, StartProgressCallback(), added(1), added(2), added(3))
    assert len(tracker.snapshot().subtasks) == 2
    assert tracker.snapshot().errors[0].reason == "there are 2 subtasks already"


def test_messages_that_are_no_callbacks(tracker):
    with pytest.raises(TypeError, match="StartTask is no callback"):
        tracker.receive(StartTask())


def test_the_session_is_over_before_the_operation(tracker):
    receive(tracker, StartProgressCallback())
    tracker.session_ended("the connection was reset")
    tracker.session_ended("again")
    snapshot = tracker.snapshot()
    assert snapshot.state is CallbackState.CLOSED
    assert snapshot.end_reason == "the connection was reset"
    assert snapshot.is_over
    assert not snapshot.succeeded


def test_the_session_is_over_after_the_operation(tracker):
    receive(tracker, StartProgressCallback(), overall(SUCCESS))
    tracker.session_ended("closed")
    snapshot = tracker.snapshot()
    assert snapshot.state is CallbackState.CLOSED
    assert snapshot.end_reason is None
    assert snapshot.succeeded


# Readers


def test_events_in_order(tracker):
    reader = Reader(tracker.events())
    reader.turn()
    receive(tracker, StartProgressCallback(), added())
    reader.turn()
    assert [type(event) for event in reader.new()] == [OperationStarted, SubtaskAdded]
    receive(tracker, status_of(percent=50), percentage(50))
    reader.turn()
    changed, percent = reader.new()
    assert changed == SubtaskChanged(tracker.snapshot().subtasks[0])
    assert percent == PercentageChanged(Decimal(50))
    receive(tracker, overall(SUCCESS), percentage(60))
    reader.turn()
    assert reader.new() == [OperationCompleted(SUCCESS, None)]
    assert reader.done


@pytest.mark.parametrize(
    ("event", "name"),
    [
        (OperationStarted, "StartProgressCallback"),
        (SubtaskAdded, "AddSubTask"),
        (SubtaskChanged, "SetSubTaskStatus"),
        (PercentageChanged, "SetCompletionPercentage"),
        (OverallStatusChanged, "SetOverallStatus"),
        (OperationCompleted, "SetOverallStatus"),
    ],
)
def test_events_know_the_callbacks_they_come_from(event, name):
    assert event.callback == name


def test_a_reader_that_comes_late_is_told_how_things_stand(tracker):
    receive(tracker, percentage(1), StartProgressCallback(isNonDeterministic=True), added())
    receive(tracker, status_of(percent=30), percentage(15))
    reader = Reader(tracker.events())
    reader.turn()
    [subtask] = tracker.snapshot().subtasks
    assert reader.new() == [
        OperationStarted(True),
        SubtaskAdded(subtask),
        PercentageChanged(Decimal(15)),
        *tracker.snapshot().errors,
    ]
    receive(tracker, overall(FAILURE))
    reader.turn()
    assert reader.done
    late = Reader(tracker.events())
    late.turn()
    assert late.seen[-1] == OperationCompleted(FAILURE, None)
    assert late.done


def test_a_reader_after_the_end_of_the_session(tracker):
    tracker.session_ended("refused")
    reader = Reader(tracker.events())
    reader.turn()
    assert reader.seen == [SessionEnded("refused")]
    assert reader.done


def test_every_reader_hears_everything(tracker):
    readers = [Reader(tracker.events()) for _ in range(3)]
    receive(tracker, StartProgressCallback())
    tracker.session_ended("lost")
    for reader in readers:
        reader.turn()
        assert reader.seen == [OperationStarted(False), SessionEnded("lost")]
        assert reader.done


def test_a_reader_that_stops(tracker):
    events = tracker.events()
    reader = Reader(events)
    reader.turn()
    receive(tracker, StartProgressCallback())
    events.close()
    receive(tracker, percentage(1))
    reader.turn()
    assert reader.seen == []
    assert reader.done
    assert len(events) == 0


def test_a_reader_whose_wait_is_broken_off(tracker):
    events = tracker.events()
    reader = Reader(events)
    reader.turn()
    with pytest.raises(TimeoutError):
        reader.coroutine.throw(TimeoutError())
    receive(tracker, StartProgressCallback())  # wakes nobody
    again = Reader(events)
    again.turn()
    assert again.seen == [OperationStarted(False)]


def test_waiting_for_the_end(tracker):
    coroutine = tracker.wait()
    waiter = coroutine.send(None)
    receive(tracker, StartProgressCallback())
    assert waiter.woken
    waiter = coroutine.send(None)
    receive(tracker, overall(SUCCESS))
    with pytest.raises(StopIteration) as stopped:
        coroutine.send(None)
    assert stopped.value.value.succeeded


def test_a_reader_that_adds_and_drops_others_while_it_is_told(outputs):
    class Eager(ManualWaiter):
        """As a Deferred does: waking runs the coroutine at once."""

        def wake(self):
            super().wake()
            with pytest.raises(StopIteration):
                coroutine.send(None)

    outputs.create_waiter = Eager
    tracker = ProgressTracker(outputs)
    first = tracker.events()
    others = [tracker.events()]

    async def read():
        assert await anext(first) == OperationStarted(False)
        others[0] = tracker.events()
        gc.collect()

    coroutine = read()
    coroutine.send(None)
    receive(tracker, StartProgressCallback())
    assert [len(other) for other in others] == [1]


# Slow readers


@pytest.fixture
def slow(outputs):
    return ProgressTracker(outputs, events_limit=4)


def test_the_server_waits_for_a_slow_reader(slow, outputs):
    events = slow.events()
    receive(slow, StartProgressCallback(), *[percentage(1)] * 2)
    assert outputs.trace == []
    receive(slow, *[percentage(1)] * 3)
    assert outputs.trace == ["pause"]
    for _ in range(3):
        with pytest.raises(StopIteration):
            events.__anext__().send(None)
    assert outputs.trace == ["pause"]
    with pytest.raises(StopIteration):
        events.__anext__().send(None)
    assert outputs.trace == ["pause", "resume"]


def test_the_slowest_reader_counts(slow, outputs):
    quick, _idle = slow.events(), slow.events()
    receive(slow, StartProgressCallback(), *[percentage(1)] * 3)
    quick.close()
    assert outputs.trace == ["pause"]
    _idle.close()
    assert outputs.trace == ["pause", "resume"]


def test_a_reader_that_is_forgotten_holds_nobody_up(slow, outputs):
    events = slow.events()
    receive(slow, StartProgressCallback(), *[percentage(1)] * 3)
    del events
    gc.collect()
    assert outputs.trace == ["pause", "resume"]
    receive(slow, *[percentage(1)] * 10)
    assert outputs.trace == ["pause", "resume"]


MESSAGES = st.one_of(
    st.builds(StartProgressCallback, isNonDeterministic=st.booleans()),
    st.builds(
        AddSubTask,
        subTaskInstance=st.none() | st.builds(instance, st.integers(0, 3)),
    ),
    st.builds(
        SetSubTaskStatus,
        subTaskInstance=st.none() | st.builds(instance, st.integers(0, 3)),
        status=st.sampled_from(SubTaskStatus),
        percentComplete=st.decimals(allow_nan=False, allow_infinity=False),
    ),
    st.builds(
        SetCompletionPercentage,
        completionPercentage=st.decimals(allow_nan=False, allow_infinity=False),
    ),
    st.builds(SetOverallStatus, overallStatus=st.sampled_from(OverallProgressStatus)),
    st.just("ended"),
)


@given(st.lists(MESSAGES, max_size=30))
def test_whatever_comes_events_tell_what_the_snapshot_shows(messages):
    tracker = ProgressTracker(Outputs())
    reader = Reader(tracker.events())
    for message in messages:
        if message == "ended":
            tracker.session_ended("over")
        else:
            tracker.receive(message)
    reader.turn()
    snapshot = tracker.snapshot()
    assert reader.done == snapshot.is_over
    subtasks, errors, percent = {}, 0, Decimal(0)
    for event in reader.seen:
        match event:
            case SubtaskAdded(subtask) | SubtaskChanged(subtask):
                subtasks[subtask.instance_id] = subtask
            case PercentageChanged(percent):
                pass
            case CallbackRejected():
                errors += 1
    assert tuple(subtasks.values()) == snapshot.subtasks
    assert percent == snapshot.percent
    assert errors == snapshot.error_count or snapshot.is_over


def test_a_reader_that_nobody_holds_is_told_all_the_same(tracker, outputs):
    outputs.create_waiter = DeferredWaiter
    told = []

    async def follow():
        told.append(await tracker.wait())

    Deferred.fromCoroutine(follow())
    gc.collect()
    tracker.session_ended("gone")
    assert told == [tracker.snapshot()]
