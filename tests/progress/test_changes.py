"""What the session and whoever keeps records have of a reporter: changes, checkpoints, the end."""

import threading
from decimal import Decimal

import pytest

from ipam_progress.contracts import IpamExceptionId, SubTaskStatus
from ipam_progress.progress import ProgressChanges, ProgressReporter
from ipam_progress.records import SubtaskRecord
from ipam_progress.session.faults import IpamError

SUCCESS = SubTaskStatus.CompletedWithSuccess


def stand(changes):
    """Tell in few words how subtasks stand."""
    return [
        f"{each.number} {each.status} {each.percent}" + ("" if each.error is None else " !")
        for each in changes.subtasks
    ]


# Changes


def test_where_nothing_has_changed_there_is_nothing(progress):
    assert progress.take_changes() is None
    progress.subtask("one")
    assert progress.take_changes() is not None
    assert progress.take_changes() is None


def test_a_subtask_that_is_new(progress):
    progress.subtask("Create", description="the scope", unique_id=7)
    assert progress.take_changes() == ProgressChanges(
        percent=Decimal(0),
        subtasks=(
            SubtaskRecord(
                number=1, unique_id=7, name="Create", description="the scope", status="NotStarted"
            ),
        ),
        checkpoint=None,
    )


def test_a_subtask_without_description(progress):
    progress.subtask("Create")
    assert progress.take_changes().subtasks[0].description == ""


def test_only_what_has_changed_and_as_it_stands(progress):
    parts = [progress.subtask(name) for name in ("one", "two", "three")]
    progress.take_changes()
    parts[2].update(10)
    parts[0].update(20, description="half done")
    parts[2].update(30)
    changes = progress.take_changes()
    assert stand(changes) == ["3 InProgress 30", "1 InProgress 20"]
    assert changes.subtasks[1].description == "half done"
    assert changes.percent == progress.percent == Decimal("16.67")
    parts[2].update(40)
    assert stand(progress.take_changes()) == ["3 InProgress 40"]


def test_a_percentage_alone(progress):
    progress.update(12.5)
    assert progress.take_changes() == ProgressChanges(Decimal("12.5"), (), None)
    progress.update(12.5)
    assert progress.take_changes() is None


def test_warnings_and_errors_are_told_as_the_client_was(progress):
    warned, failed = progress.subtask("one"), progress.subtask("two")
    warned.warning("hm")
    failed.error(ValueError("secret"))
    first, second = progress.take_changes().subtasks
    assert (first.status, first.error) == ("InProgress", "hm")
    assert second.status == "CompletedWithError"
    assert second.error == "The subtask 'two' failed; the log of the server says why."
    with warned:
        pass
    assert stand(progress.take_changes()) == ["1 CompletedWithWarning 100 !"]


def test_an_update_that_could_not_be_posted_has_changed_nothing(sink, progress):
    part = progress.subtask("one")
    progress.take_changes()
    sink.refusing = True
    with pytest.raises(Exception, match="no more"):
        part.update(50)
    assert progress.take_changes() is None


def test_changes_of_parts(progress):
    progress.part().part().subtask("one").update(50)
    assert stand(progress.take_changes()) == ["1 InProgress 50"]


def test_nothing_is_lost_while_many_threads_report(progress):
    parts = [progress.subtask(f"part {number}") for number in range(4)]
    seen, over = {}, threading.Event()

    def work(part):
        for percent in range(101):
            part.update(percent)

    def look():
        while not over.is_set():
            note(progress.take_changes())

    def note(changes):
        for each in () if changes is None else changes.subtasks:
            assert seen.get(each.number, 0) <= each.percent
            seen[each.number] = each.percent

    threads = [threading.Thread(target=work, args=(part,)) for part in parts]
    looking = threading.Thread(target=look)
    for thread in (looking, *threads):
        thread.start()
    for thread in threads:
        thread.join(10)
    over.set()
    looking.join(10)
    note(progress.take_changes())
    assert seen == {1: 100, 2: 100, 3: 100, 4: 100}


# The end


def subtasks_left_open(progress):
    progress.subtask("never begun")
    progress.subtask("begun").update(30)
    progress.subtask("done").update(status=SUCCESS)
    progress.take_changes()


def test_a_success_tells_how_every_subtask_ended(sink, progress):
    subtasks_left_open(progress)
    sink.finish(progress)
    changes = progress.take_changes()
    assert stand(changes) == [
        "1 NotRun 0",
        "2 CompletedWithSuccess 100",
        "3 CompletedWithSuccess 100",
    ]
    assert changes.percent == 100
    assert progress.take_changes() is None


def test_a_failure_tells_how_every_subtask_ended(sink, progress):
    subtasks_left_open(progress)
    error = IpamError(IpamExceptionId.IpamApiObjectNotFound, "no such scope")
    progress.fail(error, sink.messages.append)
    changes = progress.take_changes()
    assert stand(changes) == [
        "1 NotRun 0",
        "2 CompletedWithError 30 !",
        "3 CompletedWithSuccess 100",
    ]
    assert changes.subtasks[1].error == "no such scope"
    assert changes.percent == progress.percent == Decimal("43.33")


def test_what_a_handler_reports_after_the_end_is_not_told(sink, progress):
    part = progress.subtask("one")
    part.update(30)
    progress.fail(ValueError(), sink.messages.append)
    part.update(40)  # the server stops: the session lets it fall
    progress.checkpoint("late")
    assert stand(progress.take_changes()) == ["1 CompletedWithError 30 !"]
    part.update(50)
    assert progress.take_changes() is None


def test_what_was_saved_last_is_told_with_the_end(sink, progress):
    progress.checkpoint([1])
    sink.finish(progress)
    assert progress.take_changes().checkpoint == "[1]"


# Cancelled


def test_whoever_asks_is_told_that_nobody_waits(progress):
    assert not progress.cancelled
    assert progress.cancel_reason is None
    progress.cancel("the client has gone")
    progress.cancel("the server stops")
    assert progress.cancelled
    assert progress.cancel_reason == "the client has gone"


# Checkpoints


@pytest.mark.parametrize(
    "value", [None, 0, 1.5, "text", "\u00e4\ud800", [], {"done": [1, 2, {"last": None}]}, True]
)
def test_a_checkpoint_comes_back_to_the_next_attempt(sink, progress, value):
    progress.checkpoint(value)
    changes = progress.take_changes()
    assert changes == ProgressChanges(Decimal(0), (), changes.checkpoint)
    assert changes.checkpoint.isascii()
    again = ProgressReporter(sink, attempt=2, saved_checkpoint=changes.checkpoint)
    assert again.saved_checkpoint == value
    assert again.attempt == 2
    assert again.take_changes() is None


def test_a_first_attempt_has_none(progress):
    assert progress.saved_checkpoint is None
    assert progress.attempt == 1
    progress.checkpoint("here")
    assert progress.saved_checkpoint is None


def test_what_comes_back_may_be_changed(sink):
    progress = ProgressReporter(sink, saved_checkpoint='{"done":[1]}')
    progress.saved_checkpoint["done"].append(2)
    assert progress.saved_checkpoint == {"done": [1]}


def test_only_the_newest_is_told_and_once(progress):
    progress.checkpoint(1)
    progress.checkpoint(2)
    assert progress.take_changes().checkpoint == "2"
    assert progress.take_changes() is None
    progress.update(10)
    assert progress.take_changes().checkpoint is None


def nested():
    value = []
    for _ in range(100_000):
        value = [value]
    return value


def in_itself():
    value = []
    value.append(value)
    return value


@pytest.mark.parametrize(
    ("value", "error", "words"),
    [
        (object(), TypeError, "must be a JSON value: Object of type object"),
        (b"octets", TypeError, "must be a JSON value"),
        ({(1, 2): 3}, TypeError, "must be a JSON value: keys must be"),
        ({1: "one"}, TypeError, "text for the keys of dictionaries"),
        ((1, 2), TypeError, "use lists rather than tuples"),
        (float("nan"), ValueError, "must be a JSON value: Out of range"),
        ([float("inf")], ValueError, "must be a JSON value: Out of range"),
        (in_itself(), ValueError, "Circular reference"),
        (nested(), ValueError, "must be a JSON value"),
        ("x" * 65_535, ValueError, "may take 65536 octets as JSON, not 65537"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_checkpoints_that_are_none(progress, value, error, words):
    progress.checkpoint("good")
    with pytest.raises(error, match=f"a checkpoint .*{words}"):
        progress.checkpoint(value)
    assert progress.take_changes().checkpoint == '"good"'


def test_the_largest_checkpoint(progress):
    progress.checkpoint("x" * 65_534)
    assert len(progress.take_changes().checkpoint) == 65_536
