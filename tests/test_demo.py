"""The demonstration: what it sends can be counted."""

import pytest

from ipam_progress.contracts import (
    AddSubTask,
    IpamAdminOperationId,
    IpamTaskType,
    SetCompletionPercentage,
    SetSubTaskStatus,
)
from ipam_progress.demo import demo_registry
from ipam_progress.progress import ProgressReporter
from ipam_progress.session.outputs import HandlerKind


class Nothing:
    def __await__(self):
        return iter(())


class Sink:
    room = Nothing()

    def __init__(self):
        self.messages = []
        self.post = self.messages.append

    def wait_for_room(self):
        pass


def run(coroutine):
    with pytest.raises(StopIteration):
        coroutine.send(None)


def callbacks(registry, operation_id=IpamAdminOperationId.CreateDhcpScope):
    """All callbacks but StartProgressCallback, which the session sends."""
    sink = Sink()
    progress = ProgressReporter(sink)
    handler = registry.find(operation_id)
    assert handler.kind is HandlerKind.COROUTINE
    run(handler.function(None, progress))
    progress.succeed(None, sink.post)
    return sink.messages


@pytest.mark.parametrize(
    ("subtasks", "steps"), [(1, 1), (3, 4), (2, 3), (7, 7), (1, 20_000), (3, 5000)]
)
def test_the_number_of_callbacks(subtasks, steps):
    messages = callbacks(demo_registry(subtasks=subtasks, steps=steps))
    assert 1 + len(messages) == 1 + subtasks + 2 * subtasks * steps + 1


def test_every_operation_is_answered():
    registry = demo_registry(subtasks=1, steps=1)
    for operation_id in IpamAdminOperationId:
        assert len(callbacks(registry, operation_id)) == 4


def test_the_callbacks():
    messages = callbacks(demo_registry(subtasks=2, steps=3))
    first = messages[0].subTaskInstance
    assert (first.SubTaskName, first.ProgressStatusDescriptions) == ("Step 1", "step 1 of 2")
    assert (first.SubTaskInstanceId, first.SubTaskUniqueId) == (1, 1)
    seen = []
    for message in messages:
        match message:
            case AddSubTask():
                seen.append(message.subTaskInstance.SubTaskName)
            case SetSubTaskStatus():
                name = message.subTaskInstance.SubTaskName
                assert message.subTaskInstance.SubTaskStatus is message.status
                seen.append(f"{name}: {message.status.name} {message.percentComplete}")
            case SetCompletionPercentage():
                seen.append(f"{message.completionPercentage}%")
            case _:
                seen.append(message.overallStatus.name)
    assert seen == [
        "Step 1",
        "Step 2",
        "Step 1: InProgress 33.33",
        "16.67%",
        "Step 1: InProgress 66.67",
        "33.33%",
        "Step 1: CompletedWithSuccess 100",
        "50%",
        "Step 2: InProgress 33.33",
        "66.67%",
        "Step 2: InProgress 66.67",
        "83.33%",
        "Step 2: CompletedWithSuccess 100",
        "100%",
        "CompletedWithSuccess",
    ]


def test_a_reporter_left_to_itself_sends_the_same():
    """What the demonstration says in so many words is what subtasks give by themselves."""
    said = callbacks(demo_registry(subtasks=3, steps=4))
    sink = Sink()
    progress = ProgressReporter(sink)
    parts = [progress.subtask(f"Step {n}", description=f"step {n} of 3") for n in (1, 2, 3)]
    for part in parts:
        with part:
            for percent in (25, 50, 75):
                part.update(percent)
    progress.succeed(None, sink.post)
    assert sink.messages == said


def test_every_task_is_there():
    registry = demo_registry()
    tasks = {handler.task_type: handler for handler in registry.tasks}
    assert set(tasks) == set(IpamTaskType) - {IpamTaskType.None_}
    for handler in tasks.values():
        run(handler.function("dhcp1"))


def test_a_delay():
    slept = []

    def sleep(seconds):
        slept.append(seconds)
        return Nothing()

    registry = demo_registry(subtasks=2, steps=3, delay=0.5, sleep=sleep)
    callbacks(registry)
    assert slept == [0.5] * 6
    [task, *_] = registry.tasks
    run(task.function(None))
    assert slept == [0.5] * 7
    callbacks(demo_registry(sleep=sleep))
    assert len(slept) == 7


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"subtasks": 0}, "at least one subtask"),
        ({"steps": 0}, "and one step"),
        ({"delay": 1}, "a delay of 1 seconds needs a way to sleep"),
        ({"delay": -1, "sleep": lambda _: Nothing()}, "a delay of -1 seconds"),
    ],
)
def test_numbers_out_of_range(options, words):
    with pytest.raises(ValueError, match=words):
        demo_registry(**options)
