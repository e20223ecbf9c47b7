"""The reporter: which callbacks, with which values, in which order."""

import threading
from decimal import Decimal
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipam_progress.contracts import (
    DhcpFailover,
    DhcpMsmOverallCompletionStatus,
    IpamExceptionId,
    SubTaskStatus,
)
from ipam_progress.errors import LocalProtocolError
from ipam_progress.progress import ProgressReporter
from ipam_progress.session.faults import IpamError

SUCCESS = SubTaskStatus.CompletedWithSuccess
COMPLETED = {SUCCESS, SubTaskStatus.CompletedWithWarning}


def run(coroutine):
    """Drive a coroutine to its end; gives what it yielded."""
    yielded = []
    while True:
        try:
            yielded.append(coroutine.send(None))
        except StopIteration:
            return yielded


# Subtasks


def test_a_subtask_is_added_with_what_is_said_of_it(sink, progress):
    details = DhcpFailover()
    part = progress.subtask(
        "Create", description="the scope", unique_id=7, non_deterministic=True, details=details
    )
    [message] = sink.messages
    instance = message.subTaskInstance
    assert instance.SubTaskName == part.name == "Create"
    assert instance.SubTaskInstanceId == part.instance_id == 1
    assert instance.SubTaskUniqueId == 7
    assert instance.ProgressStatusDescriptions == "the scope"
    assert instance.IsNonDeterministicProgress
    assert instance.SubTaskInstanceDetails is details
    assert instance.SubTaskStatus is part.status is SubTaskStatus.NotStarted
    assert progress.subtasks == (part,)


def test_numbers_count_up(sink, progress):
    parts = [progress.subtask("one"), progress.subtask("two")]
    assert [part.instance_id for part in parts] == [1, 2]
    assert [message.subTaskInstance.SubTaskUniqueId for message in sink.messages] == [1, 2]


def test_a_plain_block(sink, progress):
    with progress.subtask("one") as part:
        part.update(percent=50)
        assert not part.is_completed
    assert part.is_completed
    assert part.percent == 100
    assert sink.sent() == ["add 1", "1 InProgress 50", "50%", "1 CompletedWithSuccess 100"]
    assert sink.finish(progress) == ["100%", "CompletedWithSuccess"]


def test_an_async_block(sink, progress):
    async def handler():
        async with progress.subtask("one") as part:
            await part.update(percent=50)

    assert run(handler()) == []
    assert sink.room.awaited == 3
    assert sink.sent() == ["add 1", "1 InProgress 50", "50%", "1 CompletedWithSuccess 100"]


def test_coroutines_wait_where_they_await(sink, progress):
    async def handler():
        part = progress.subtask("one")
        await progress.room
        await part.update(percent=50)
        await progress.update(60)
        await part.warning("hm")
        await part.error(ValueError())

    sink.room.yields = 1
    assert run(handler()) == ["full"] * 5


def test_threads_wait_before_each_callback(sink, progress):
    with progress.subtask("one") as part:
        part.update(1)
        part.warning("hm")
    progress.update(2)
    with progress.subtask("two") as part:
        part.error(ValueError())
    assert sink.waits == 7


def test_what_waits_keeps_the_values_of_its_moment(sink, progress):
    part = progress.subtask("one", description="first")
    part.update(10, description="second")
    part.update(20)
    part.update(description="third")
    part.update(status=SUCCESS)
    instances = [
        message.subTaskInstance for message in sink.messages if hasattr(message, "subTaskInstance")
    ]
    assert [instance.ProgressStatusDescriptions for instance in instances] == [
        "first",
        "second",
        "second",
        "third",
        "third",
    ]
    assert [instance.SubTaskStatus.name for instance in instances] == [
        "NotStarted",
        "InProgress",
        "InProgress",
        "InProgress",
        "CompletedWithSuccess",
    ]
    assert {(instance.SubTaskName, instance.SubTaskInstanceId) for instance in instances} == {
        ("one", 1)
    }


def test_the_last_update_may_complete_the_block(sink, progress):
    with progress.subtask("one") as part:
        part.update(100, status=SUCCESS)
    assert sink.sent() == ["add 1", "1 CompletedWithSuccess 100"]


def test_a_completed_subtask_has_no_more_to_report(sink, progress):
    part = progress.subtask("one")
    part.update(status=SUCCESS)
    sink.sent()
    for report in (
        lambda: part.update(50),
        lambda: part.warning("late"),
        lambda: part.error(ValueError()),
    ):
        with pytest.raises(LocalProtocolError, match="'one' is CompletedWithSuccess already"):
            report()
    assert sink.messages == []


@pytest.mark.parametrize(
    ("status", "percent", "overall"),
    [
        ("CompletedWithSuccess", "100", ["50%"]),
        ("CompletedWithWarning", "100", ["50%"]),
        ("CompletedWithError", "20", []),
        ("NotApplicable", "20", ["50%"]),
        ("NotRun", "20", ["50%"]),
    ],
)
def test_final_statuses(sink, progress, status, percent, overall):
    part = progress.subtask("one")
    progress.subtask("two")
    part.update(20)
    sink.sent()
    part.update(status=SubTaskStatus[status])
    assert sink.sent() == [f"1 {status} {percent}", *overall]


def test_a_success_with_a_percentage_of_its_own(sink, progress):
    progress.subtask("one").update(99, status=SUCCESS)
    assert sink.sent() == ["add 1", "1 CompletedWithSuccess 99"]


@pytest.mark.parametrize("kind", [2**31, -(2**31) - 1, "7", 0.5])
def test_kinds_of_subtasks_that_are_none(sink, progress, kind):
    with pytest.raises(ValueError, match="a unique id must be a whole number of 32 bits, not"):
        progress.subtask("one", unique_id=kind)
    assert sink.messages == []
    progress.subtask("one", unique_id=2**31 - 1)


@pytest.mark.parametrize("weight", [0, -1, float("nan"), float("inf"), "1", None, 0.0001])
def test_weights_that_are_none(sink, progress, weight):
    with pytest.raises(ValueError, match="a weight must be a number of at least"):
        progress.subtask("one", weight=weight)
    with pytest.raises(ValueError, match="a weight must be"):
        progress.expect(weight)
    assert sink.messages == []


@pytest.mark.parametrize(
    "percent",
    [-1, 101, 100.01, -0.001, float("nan"), Decimal("NaN"), Decimal("sNaN"), "50", b"", 1j],
)
def test_percentages_that_are_none(sink, progress, percent):
    part = progress.subtask("one")
    sink.sent()
    with pytest.raises(ValueError, match="a percentage must be a number from 0 to 100, not"):
        part.update(percent)
    with pytest.raises(ValueError, match="a percentage must be"):
        progress.update(percent)
    assert sink.messages == []
    assert part.status is SubTaskStatus.NotStarted


def test_a_status_that_is_none(sink, progress):
    part = progress.subtask("one")
    with pytest.raises(ValueError, match="'InProgress' is no SubTaskStatus"):
        part.update(status="InProgress")
    assert sink.sent() == ["add 1"]


@pytest.mark.parametrize(
    ("percent", "text"),
    [
        (0, "0"),
        (5, "5"),
        (100, "100"),
        (12.5, "12.5"),
        (Decimal("0.10"), "0.1"),
        (100 / 3, "33.33"),
        (200 / 3, "66.67"),
        (99.999, "100"),
        (Decimal("0.125"), "0.12"),
        (Decimal("0.135"), "0.14"),
        (Decimal("1E+1"), "10"),
        (True, "1"),
    ],
)
def test_percentages_travel_with_two_decimals_at_most(sink, progress, percent, text):
    progress.update(percent)
    [message] = sink.messages
    assert str(message.completionPercentage) == text
    assert progress.percent == message.completionPercentage


# Warnings and errors


def test_warnings(sink, progress):
    with progress.subtask("one") as part:
        part.update(40)
        part.warning("first")
        part.warning("second", exception_id=IpamExceptionId.IpamApiObjectNotFound)
    *_, first, second, final = sink.messages
    texts = [
        message.completionStatus.IpamExceptionData.ExceptionMessage
        for message in (first, second, final)
    ]
    assert texts == ["first", "second", "second"]
    data = final.completionStatus.IpamExceptionData
    assert data.ExceptionId is IpamExceptionId.IpamApiObjectNotFound
    assert final.subTaskInstance.FailedCompletionStatus is final.completionStatus
    assert first.subTaskInstance.FailedCompletionStatus is None
    assert sink.sent()[2:] == [
        "40%",
        "1 InProgress 40 !",
        "1 InProgress 40 !",
        "1 CompletedWithWarning 100 !",
    ]


def test_a_warning_goes_along_where_the_last_update_says_so(sink, progress):
    with progress.subtask("one") as part:
        part.warning("hm")
        part.update(status=SubTaskStatus.CompletedWithWarning)
    with progress.subtask("two") as part:
        part.update(status=SubTaskStatus.CompletedWithWarning)
    with progress.subtask("three") as part:
        part.warning("it went well after all")
        part.update(status=SUCCESS)
    first, second, third = (
        message for message in sink.messages if getattr(message, "status", None) in COMPLETED
    )
    assert first.completionStatus.IpamExceptionData.ExceptionMessage == "hm"
    assert first.subTaskInstance.FailedCompletionStatus is first.completionStatus
    assert second.completionStatus is third.completionStatus is None


def test_an_exception_leaves_the_block(sink, progress):
    error = ValueError("secret")
    part = progress.subtask("one")
    part.update(40)
    with pytest.raises(ValueError, match="secret") as caught, part:
        raise error
    assert caught.value is error
    final = sink.messages[-1]
    assert sink.sent()[-1] == "1 CompletedWithError 40 !"
    data = final.completionStatus.IpamExceptionData
    assert data.ExceptionId is IpamExceptionId.IpamApiGenericErrorOccurred
    assert data.ExceptionMessage == "The subtask 'one' failed; the log of the server says why."
    assert final.subTaskInstance.FailedCompletionStatus is final.completionStatus


def test_an_ipam_error_leaves_an_async_block(sink, progress):
    async def handler():
        async with progress.subtask("one"):
            raise IpamError(IpamExceptionId.IpamApiObjectNotFound, "no such scope")

    sink.room.yields = 1
    with pytest.raises(IpamError):
        run(handler())
    assert sink.room.awaited == 1  # on the way in; what fails does not wait
    data = sink.messages[-1].completionStatus.IpamExceptionData
    assert data.ExceptionMessage == "no such scope"


def test_an_error_of_one_subtask_need_not_be_the_operations(sink, progress):
    with progress.subtask("one") as part:
        part.error(IpamError(IpamExceptionId.IpamApiObjectNotFound, "gone"))
    with progress.subtask("two"):
        pass
    assert sink.finish(progress) == [
        "add 1",
        "1 CompletedWithError 0 !",
        "add 2",
        "2 CompletedWithSuccess 100",
        "50%",
        "100%",
        "CompletedWithSuccess",
    ]


def test_an_exception_is_not_hidden_by_a_callback_that_cannot_go(sink, progress):
    part = progress.subtask("one")
    sink.refusing = True
    with pytest.raises(KeyError), part:
        raise KeyError
    with pytest.raises(LocalProtocolError, match="no more"), part:
        pass


# The overall percentage


def test_it_follows_from_the_subtasks_and_is_sent_when_it_changes(sink, progress):
    parts = [progress.subtask(name) for name in ("one", "two", "three")]
    parts[0].update(50)
    parts[0].update(50)
    parts[0].update(50.001)
    parts[1].update(100, status=SUCCESS)
    assert sink.sent()[3:] == [
        "1 InProgress 50",
        "16.67%",
        "1 InProgress 50",
        "1 InProgress 50",
        "2 CompletedWithSuccess 100",
        "50%",
    ]
    assert progress.percent == 50


def test_weights(sink, progress):
    small = progress.subtask("small")
    progress.subtask("large", weight=2.5)
    small.update(status=SUCCESS)
    assert sink.sent()[-1] == "28.57%"


def test_it_never_goes_back(sink, progress):
    first, second = progress.subtask("one"), progress.subtask("two")
    first.update(60)
    assert sink.sent()[-1] == "30%"
    first.update(40)
    assert sink.sent() == ["1 InProgress 40"]
    progress.subtask("three")
    second.update(30)
    assert sink.sent() == ["add 3", "2 InProgress 30"]
    second.update(60)
    assert sink.sent() == ["2 InProgress 60", "33.33%"]


def test_hundred_waits_for_the_end(sink, progress):
    with progress.subtask("one"):
        pass
    assert sink.sent() == ["add 1", "1 CompletedWithSuccess 100"]
    with progress.subtask("two") as part:
        part.update(10)
    assert sink.sent() == ["add 2", "50%", "2 InProgress 10", "55%", "2 CompletedWithSuccess 100"]
    assert sink.finish(progress) == ["100%", "CompletedWithSuccess"]


def test_subtasks_that_are_still_to_come(sink, progress):
    progress.expect(4)
    seen = []
    for name in "abcd":
        with progress.subtask(name) as part:
            part.update(50)
        seen += [text for text in sink.sent() if "%" in text]
    assert seen == ["12.5%", "25%", "37.5%", "50%", "62.5%", "75%", "87.5%"]
    assert sink.finish(progress) == ["100%", "CompletedWithSuccess"]


def test_more_subtasks_than_expected(sink, progress):
    progress.expect(1)
    progress.subtask("one")
    progress.subtask("two").update(50)
    assert sink.sent()[-1] == "25%"


def test_a_handler_with_a_percentage_of_its_own(sink, progress):
    progress.update(10)
    progress.update(10)
    with progress.subtask("one") as part:
        part.update(50)
    progress.update(5)
    assert sink.finish(progress) == [
        "10%",
        "10%",
        "add 1",
        "1 InProgress 50",
        "1 CompletedWithSuccess 100",
        "5%",
        "100%",
        "CompletedWithSuccess",
    ]


def test_a_handler_that_gives_the_percentage_from_the_beginning(sink, progress):
    assert progress.automatic
    progress.automatic = False
    progress.subtask("one").update(50)
    progress.update(20)
    assert sink.sent() == ["add 1", "1 InProgress 50", "20%"]
    progress.automatic = True
    progress.subtasks[0].update(60)
    assert sink.sent() == ["1 InProgress 60", "60%"]
    progress.update(70)
    assert not progress.automatic


def test_hundred_is_not_said_twice(sink, progress):
    progress.update(100)
    assert sink.finish(progress) == ["100%", "CompletedWithSuccess"]


def test_nothing_is_worked_out_for_operations_without_percentage(sink):
    progress = ProgressReporter(sink, non_deterministic=True)
    with progress.subtask("one") as part:
        part.update(50)
    assert sink.finish(progress) == [
        "add 1",
        "1 InProgress 50",
        "1 CompletedWithSuccess 100",
        "CompletedWithSuccess",
    ]


@given(
    st.lists(st.tuples(st.integers(0, 3), st.floats(0, 100)), max_size=40),
    st.lists(st.floats(0.001, 1000), min_size=4, max_size=4),
)
def test_percentages_only_grow_and_only_the_end_is_hundred(updates, weights):
    messages = []
    sink = SimpleNamespace(post=messages.append, wait_for_room=lambda: None, room=None)
    progress = ProgressReporter(sink)
    parts = [progress.subtask("part", weight=weight) for weight in weights]
    for number, percent in updates:
        parts[number].update(percent)
    for part in parts:
        with part:
            pass
    progress.succeed(None, messages.append)
    shown = [
        message.completionPercentage
        for message in messages
        if type(message).__name__ == "SetCompletionPercentage"
    ]
    assert shown == sorted(set(shown))
    assert shown[-1] == 100
    assert all(-value.as_tuple().exponent <= 2 for value in shown)


# The end


def final_of(sink, progress, result=None):
    progress.succeed(result, sink.messages.append)
    return sink.messages[-1]


def test_the_completion_status_of_a_success(sink, progress):
    final = final_of(sink, progress)
    assert final.completionStatus == DhcpMsmOverallCompletionStatus()


def test_a_result(sink, progress):
    result = DhcpFailover()
    progress.result(result)
    assert final_of(sink, progress).completionStatus is result


def test_what_is_returned_counts_more(sink, progress):
    progress.result(DhcpFailover())
    returned = DhcpFailover()
    assert final_of(sink, progress, returned).completionStatus is returned


def test_a_result_of_another_type(progress):
    with pytest.raises(TypeError, match="a result must be an IpamObject, not 'done'"):
        progress.result("done")


@pytest.mark.parametrize("partial", [True, False])
def test_a_failure(sink, progress, partial):
    result = DhcpMsmOverallCompletionStatus(HasIpamUpdateError=True)
    progress.result(result if partial else DhcpFailover())
    progress.fail(IpamError(IpamExceptionId.IpamApiAddScopeFailed, "no"), sink.messages.append)
    [final] = sink.messages
    assert sink.sent() == ["CompletedWithFailure"]
    assert final.completionStatus.HasIpamUpdateError is partial
    assert final.completionStatus.ErrorInfo.IpamExceptionData.ExceptionMessage == "no"
    assert result.ErrorInfo is None


def subtasks_left_open(progress):
    progress.subtask("never begun")
    progress.subtask("begun").update(30)
    progress.subtask("done").update(status=SUCCESS)
    progress.subtask("warned").warning("hm")


def test_subtasks_that_are_open_at_the_end_of_a_success(sink, progress):
    subtasks_left_open(progress)
    sink.sent()
    assert sink.finish(progress) == [
        "1 NotRun 0",
        "2 CompletedWithSuccess 100",
        "4 CompletedWithWarning 100 !",
        "100%",
        "CompletedWithSuccess",
    ]


def test_subtasks_that_are_open_at_the_end_of_a_failure(sink, progress):
    subtasks_left_open(progress)
    sink.sent()
    progress.fail(ValueError(), sink.messages.append)
    assert sink.sent() == [
        "1 NotRun 0",
        "2 CompletedWithError 30 !",
        "4 CompletedWithError 0 !",
        "CompletedWithFailure",
    ]


def test_the_end_does_not_go_the_usual_way(sink, progress):
    part = progress.subtask("one")
    part.update(10)
    sink.sent()
    sink.refusing = True
    assert sink.finish(progress) == [
        "1 CompletedWithSuccess 100",
        "100%",
        "CompletedWithSuccess",
    ]
    with pytest.raises(LocalProtocolError, match="no more"):
        part.update(20)


# Threads


def test_updates_of_many_threads_leave_in_the_order_of_their_changes(sink, progress):
    parts = [progress.subtask(f"part {number}") for number in range(4)]
    together = threading.Barrier(len(parts))

    def work(part):
        together.wait(10)
        with part:
            for percent in range(100):
                part.update(percent)

    threads = [threading.Thread(target=work, args=(part,)) for part in parts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    texts = sink.finish(progress)
    for part in parts:
        own = [text for text in texts if text.startswith(f"{part.instance_id} ")]
        assert own == [f"{part.instance_id} InProgress {percent}" for percent in range(100)] + [
            f"{part.instance_id} CompletedWithSuccess 100"
        ]
    shown = [float(text[:-1]) for text in texts if text.endswith("%")]
    assert shown == sorted(set(shown))
    assert shown[-1] == 100
