"""Tasks: which are there, how they are triggered, what is refused."""

import pytest

from ipam_progress.contracts import IpamExceptionId, IpamTaskType
from ipam_progress.session.faults import IpamError
from ipam_progress.session.outputs import HandlerKind
from ipam_progress.tasks import TaskRegistry

TASKS = [task for task in IpamTaskType if task is not IpamTaskType.None_]


class Runner:
    def __init__(self):
        self.calls = []
        self.failures = []

    def run_handler(self, call):
        self.calls.append(call)

    def log_failure(self, description, error):
        self.failures.append((description, error))


@pytest.fixture
def registry():
    return TaskRegistry()


@pytest.fixture
def runner():
    return Runner()


@pytest.mark.parametrize("task_type", TASKS, ids=lambda task: task.name)
@pytest.mark.parametrize("server", ["dhcp1.example", None])
def test_a_task_is_triggered_and_runs_later(registry, runner, task_type, server):
    seen = []
    registry.task(task_type)(seen.append)
    registry.start(task_type, server, runner)
    assert seen == []
    [call] = runner.calls
    assert call.kind is HandlerKind.THREAD
    assert call.description == f"task {task_type.value}"
    call.returned(call.invoke())
    assert seen == [server]
    error = OSError()
    call.failed(error)
    assert runner.failures == [(call.description, error)]


def test_coroutines_are_tasks_too(registry, runner):
    @registry.task("Expiry")
    async def expire(server):
        return server

    registry.start(IpamTaskType.Expiry, "one", runner)
    [call] = runner.calls
    assert call.kind is HandlerKind.COROUTINE
    with pytest.raises(StopIteration) as stopped:
        call.invoke().send(None)
    assert stopped.value.value == "one"


@pytest.mark.parametrize("task_type", [IpamTaskType.None_, None, "Discovery"])
def test_no_task_at_all(registry, runner, task_type):
    registry.task("Discovery")(lambda _server: None)
    with pytest.raises(IpamError, match="needs a taskType other than None") as caught:
        registry.start(task_type, None, runner)
    assert caught.value.exception_id is IpamExceptionId.IpamApiInvalidParameter
    assert runner.calls == []


def test_a_task_without_handler(registry, runner):
    registry.task("Discovery")(lambda _server: None)
    with pytest.raises(IpamError, match="The task Audit does not exist on this") as caught:
        registry.start(IpamTaskType.Audit, None, runner)
    assert caught.value.exception_id is IpamExceptionId.IpamApiTaskDoesNotExist


@pytest.mark.parametrize("named", ["None", IpamTaskType.None_, "Discover"])
def test_names_that_are_no_task(registry, named):
    with pytest.raises(ValueError, match="is no task; the tasks are Discovery, Utilization"):
        registry.task(named)


def test_a_second_handler(registry):
    def first(server):
        pass

    registry.task("Audit")(first)
    with pytest.raises(ValueError, match=r"task Audit has a handler already: .*first"):
        registry.task(IpamTaskType.Audit)(lambda _server: None)
    assert len(registry) == 1


def test_a_function_that_cannot_be_called(registry):
    with pytest.raises(TypeError, match=r"cannot be called as a handler with \(server\)"):
        registry.task("Audit")(lambda: None)
    with pytest.raises(TypeError, match="is `async def`"):

        @registry.task("Audit", thread=True)
        async def audit(server):
            pass

    assert len(registry) == 0
