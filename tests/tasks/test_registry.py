"""Tasks: which are there, how often they run, what is refused."""

from datetime import timedelta

import pytest

from ipam_progress.contracts import IpamTaskType
from ipam_progress.operations import OperationRegistry
from ipam_progress.session.outputs import HandlerKind
from ipam_progress.tasks import TaskHandler, TaskRegistry
from ipam_progress.tasks.registry import TASK_TYPES

HOUR = timedelta(hours=1)


def run(server):
    pass


async def run_later(server):
    pass


@pytest.fixture
def registry():
    return TaskRegistry()


def test_there_are_eight_tasks():
    assert len(TASK_TYPES) == 8
    assert IpamTaskType.None_ not in TASK_TYPES


@pytest.mark.parametrize("task_type", TASK_TYPES, ids=lambda task: task.name)
@pytest.mark.parametrize("by_name", [True, False])
def test_a_task_has_a_handler(registry, task_type, by_name):
    assert registry.find(task_type) is None
    assert registry.task(task_type.value if by_name else task_type)(run) is run
    assert registry.find(task_type) == TaskHandler(task_type, run, HandlerKind.THREAD)
    assert list(registry) == [registry.find(task_type)]


@pytest.mark.parametrize(
    ("function", "thread", "kind"),
    [
        (run, None, HandlerKind.THREAD),
        (run, False, HandlerKind.DIRECT),
        (run_later, None, HandlerKind.COROUTINE),
    ],
)
def test_a_handler_runs_as_it_wants_to(registry, function, thread, kind):
    registry.task("Expiry", thread=thread)(function)
    assert registry.find(IpamTaskType.Expiry).kind is kind


def test_what_a_program_says_of_a_task():
    registry = OperationRegistry()
    registry.task("Audit", every=HOUR, concurrent=3, thread=False)(run)
    handler = TaskHandler(IpamTaskType.Audit, run, HandlerKind.DIRECT, HOUR, 3, enabled=True)
    assert list(registry.tasks) == [handler]


def test_what_whoever_runs_it_says(registry):
    registry.task("Audit", every=HOUR)(run)
    registry.task("Expiry", every=HOUR)(run)
    registry.recur("Audit", timedelta(minutes=5))
    registry.limit(IpamTaskType.Audit, 4)
    registry.recur("Expiry", None)
    registry.disable("Expiry")
    audit, expiry = registry
    assert (audit.every, audit.concurrent, audit.enabled) == (timedelta(minutes=5), 4, True)
    assert (expiry.every, expiry.concurrent, expiry.enabled) == (None, 1, False)


@pytest.mark.parametrize("named", ["None", IpamTaskType.None_, "Discover"])
def test_names_that_are_no_task(registry, named):
    for use in (registry.task, registry.disable, lambda named: registry.recur(named, HOUR)):
        with pytest.raises(ValueError, match="is no task; the tasks are Discovery, Utilization"):
            use(named)


def test_a_task_that_is_not_there_cannot_be_changed(registry):
    for change in (
        lambda: registry.recur("Audit", HOUR),
        lambda: registry.limit("Audit", 2),
        lambda: registry.disable("Audit"),
    ):
        with pytest.raises(ValueError, match="the program has no handler for the task Audit"):
            change()


@pytest.mark.parametrize("every", [timedelta(0), timedelta(seconds=-1), timedelta(days=3651)])
def test_times_that_no_task_can_recur_after(registry, every):
    problem = "task Audit: the time from one run to the next must be from 1 second to 3650 days"
    with pytest.raises(ValueError, match=problem):
        registry.task("Audit", every=every)(run)
    assert len(registry) == 0
    registry.task("Audit")(run)
    with pytest.raises(ValueError, match=problem):
        registry.recur("Audit", every)
    assert registry.find(IpamTaskType.Audit).every is None


def test_there_must_be_room_for_a_run(registry):
    with pytest.raises(ValueError, match="room for 1 run at least, not 0"):
        registry.task("Audit", concurrent=0)(run)


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
        registry.task("Audit", thread=True)(run_later)
    assert len(registry) == 0
