"""Parts of an operation: what they count for, and what the client sees of them."""

from fractions import Fraction
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipam_progress.contracts import SubTaskStatus
from ipam_progress.progress import ProgressPart, ProgressReporter

SUCCESS = SubTaskStatus.CompletedWithSuccess


def complete(progress, name="part", **options):
    with progress.subtask(name, **options):
        pass


def test_functions_that_know_only_their_share(sink, progress):
    def copy_records(names, progress: ProgressPart):
        progress.expect(len(names))
        for name in names:
            complete(progress, name)

    create, copy = progress.part(weight=1), progress.part(weight=9)
    complete(create)
    copy_records(["www", "mail"], copy)
    assert sink.finish(progress) == [
        "add 1",
        "1 CompletedWithSuccess 100",
        "10%",
        "add 2",
        "2 CompletedWithSuccess 100",
        "55%",
        "add 3",
        "3 CompletedWithSuccess 100",
        "100%",
        "CompletedWithSuccess",
    ]
    assert [part.instance_id for part in progress.subtasks] == [1, 2, 3]
    assert create.percent == copy.percent == 100


def test_the_same_function_reports_for_a_whole_operation(sink, progress):
    assert isinstance(progress, ProgressPart)
    assert isinstance(progress.part(), ProgressPart)


def test_parts_beside_subtasks_and_within_parts(sink, progress):
    own = progress.subtask("own", weight=2)
    outer = progress.part(weight=2)
    inner = outer.part(weight=3)
    beside = outer.subtask("beside")
    inner.subtask("within").update(50)
    assert sink.sent() == ["add 1", "add 2", "add 3", "3 InProgress 50", "18.75%"]
    assert (inner.percent, outer.percent) == (50, 37.5)
    beside.update(status=SUCCESS)
    own.update(50)
    assert sink.sent() == [
        "2 CompletedWithSuccess 100",
        "31.25%",
        "1 InProgress 50",
        "56.25%",
    ]


def test_the_clients_percentage_does_not_go_back_when_a_part_grows(sink, progress):
    part, other = progress.part(), progress.subtask("other")
    complete(part)
    assert sink.sent()[-1] == "50%"
    part.subtask("another")
    part.expect(4)
    assert part.percent == 25
    assert progress.percent == 50
    other.update(50)
    assert sink.sent() == ["add 3", "1 InProgress 50"]
    other.update(80)
    assert sink.sent() == ["1 InProgress 80", "52.5%"]


def test_a_function_with_a_percentage_of_its_own(sink, progress):
    part = progress.part(weight=3)
    progress.part()
    assert part.automatic
    assert part.update(50) is sink.room
    assert sink.waits == 1
    part.update(50)
    part.update(40)
    assert not part.automatic
    assert progress.automatic
    complete(part)  # does not count any more
    part.update(100)
    assert sink.sent() == ["37.5%", "add 1", "1 CompletedWithSuccess 100", "75%"]
    with pytest.raises(ValueError, match="a percentage must be"):
        part.update(101)


def test_a_function_that_means_to_give_its_percentage_throughout(sink, progress):
    part = progress.part()
    part.automatic = False
    part.expect(3)
    complete(part)
    assert part.percent == 0
    part.update(10)
    assert sink.sent() == ["add 1", "1 CompletedWithSuccess 100", "10%"]


def test_a_handler_that_gives_the_percentage_itself_has_parts_in_vain(sink, progress):
    progress.update(5)
    part = progress.part()
    part.update(50)
    assert sink.sent() == ["5%"]
    assert part.percent == 50


def test_hundred_waits_for_the_end_whatever_parts_say(sink, progress):
    progress.part().update(100)
    assert sink.sent() == []
    assert sink.finish(progress) == ["100%", "CompletedWithSuccess"]


@pytest.mark.parametrize("weight", [0, -1, "1", None])
def test_weights_that_are_none(progress, weight):
    with pytest.raises(ValueError, match="a weight must be a number of at least"):
        progress.part(weight=weight)


def test_parts_know_when_nobody_waits(progress):
    part = progress.part().part()
    assert not part.cancelled
    progress.cancel("the client has gone")
    assert part.cancelled
    assert part.cancel_reason == "the client has gone"


def test_parts_wait_for_slow_clients(sink, progress):
    assert progress.part().room is sink.room


steps = st.one_of(
    st.tuples(st.just("part"), st.integers(0, 5), st.integers(1, 5)),
    st.tuples(st.just("subtask"), st.integers(0, 5), st.integers(1, 5)),
    st.tuples(st.just("expect"), st.integers(0, 5), st.integers(1, 20)),
    st.tuples(st.just("update"), st.integers(0, 9), st.integers(0, 100)),
    st.tuples(st.just("update"), st.integers(0, 9), st.integers(0, 100)),
)


class Model:
    """What a branch of the tree has to come to, as a fraction."""

    def __init__(self, part):
        self.part = part
        self.expected = 0
        self.children = []  # (weight, a model or a subtask)

    def done(self):
        weight = max(self.expected, sum(weight for weight, _ in self.children))
        parts = (
            weight * (child.done() if isinstance(child, Model) else Fraction(child.percent) / 100)
            for weight, child in self.children
        )
        return sum(parts, Fraction(0)) / (weight or 1)


@given(st.lists(steps, max_size=40))
def test_the_percentage_is_right_whatever_the_tree_and_the_order(steps):
    messages = []
    sink = SimpleNamespace(post=messages.append, wait_for_room=lambda: None, room=None)
    progress = ProgressReporter(sink)
    models, subtasks, highest = [Model(progress)], [], Fraction(0)
    for what, number, value in steps:
        model = models[number % len(models)]
        match what:
            case "part":
                models.append(Model(model.part.part(weight=value)))
                model.children.append((value, models[-1]))
            case "subtask":
                subtasks.append(model.part.subtask("subtask", weight=value))
                model.children.append((value, subtasks[-1]))
            case "expect":
                model.part.expect(value)
                model.expected = value
            case "update" if subtasks:
                subtasks[number % len(subtasks)].update(value)
                if round(models[0].done() * 10_000) < 100_00:
                    highest = max(highest, models[0].done())
        for model in models[1:]:
            assert abs(Fraction(model.part.percent) / 100 - model.done()) < Fraction(6, 100_000)
    shown = [
        message.completionPercentage
        for message in messages
        if type(message).__name__ == "SetCompletionPercentage"
    ]
    assert shown == sorted(set(shown))
    assert Fraction(progress.percent) / 100 >= highest - Fraction(6, 100_000)
    assert progress.percent < 100


def test_what_seemed_to_be_all_is_told_when_more_is_to_do(sink, progress):
    progress.subtask("one").update(100)
    assert "SetCompletionPercentage" not in {type(message).__name__ for message in sink.messages}
    progress.part()
    assert sink.messages[-1].completionPercentage == 50
