"""Tasks through the whole server: by their time, asked for, asked about, and by whom."""

from datetime import UTC, datetime, timedelta

import pytest
from twisted.internet.defer import CancelledError, Deferred

from ipam_progress.authorization import Authorizer
from ipam_progress.contracts import IpamExceptionId, IpamTaskState, IpamTaskType
from ipam_progress.contracts.base import ZERO_SPAN, ZERO_TIME
from ipam_progress.contracts.messages import (
    GetIpamTasksInfo,
    IsTaskRunning,
    StartTask,
    TaskLastRunResult,
    TaskLastRuntime,
    TaskNextRuntime,
    TaskRecurrenceDuration,
)
from ipam_progress.events import TaskRunEnded, TaskRunStarted
from ipam_progress.identity import IdentityResolver
from ipam_progress.operations import OperationRegistry
from ipam_progress.records import Outcome, TaskTrigger
from ipam_progress.service.client import SoapFaultError
from ipam_progress.service.paths import SERVER_PATH
from ipam_progress.tasks.answers import HAS_NOT_RUN
from ipam_progress.values import TimeSpan

DISCOVERY, AUDIT, EXPIRY = IpamTaskType.Discovery, IpamTaskType.Audit, IpamTaskType.Expiry
HOUR = timedelta(hours=1)


class Tasks:
    """A registry with two tasks: one whose runs wait to be ended, and one that recurs."""

    def __init__(self):
        self.registry = OperationRegistry()
        self.runs = []
        self.recurring = []

        @self.registry.task(DISCOVERY, thread=False)
        def discover(server):
            self.runs.append((server, Deferred()))
            return self.runs[-1][1]

        @self.registry.task(AUDIT, every=HOUR, thread=False)
        def audit(server):
            self.recurring.append(server)
            return 5


@pytest.fixture
def tasks():
    return Tasks()


@pytest.fixture
def pair(make_pair, tasks):
    return make_pair(tasks.registry)


@pytest.fixture
def ask(pair, outcome_of):
    """Give a function that asks the server something and gives the answer, or the exception."""

    def answer(request):
        given = outcome_of(request)
        for _ in range(2 * len(IpamTaskType) + 2):
            pair.run()
        return given[0] if not hasattr(given[0], "value") else given.error

    return answer


def fault_id(error):
    assert isinstance(error, SoapFaultError)
    return error.detail.IpamExceptionData.ExceptionId


def is_now(time):
    return abs(datetime.now(UTC) - time) < timedelta(minutes=1)


def test_a_task_runs_by_its_time(pair, tasks, log):
    assert tasks.recurring == []
    pair.reactor.settle()
    assert tasks.recurring == [None]
    pair.reactor.advance(3599)
    assert tasks.recurring == [None]
    pair.reactor.advance(1)
    assert tasks.recurring == [None, None]


def test_a_task_is_asked_about(pair, tasks, ask):
    client = pair.client
    pair.reactor.settle()
    assert ask(client.is_task_running(AUDIT)) is False
    assert ask(client.task_last_run_result(AUDIT)) == 5
    last = ask(client.task_last_run_time(AUDIT)).to_datetime()
    assert is_now(last)
    assert ask(client.task_next_run_time(AUDIT)).to_datetime() == last + HOUR
    assert ask(client.task_recurrence(AUDIT)) == TimeSpan.parse("PT1H")


def test_a_task_that_never_ran_is_asked_about(pair, ask):
    client = pair.client
    assert ask(client.task_last_run_result(DISCOVERY)) == HAS_NOT_RUN
    assert ask(client.task_last_run_time(DISCOVERY)) == ZERO_TIME
    assert ask(client.task_next_run_time(DISCOVERY)) == ZERO_TIME
    assert ask(client.task_recurrence(DISCOVERY)) == ZERO_SPAN


def test_a_task_is_asked_about_while_it_runs(pair, tasks, ask):
    assert ask(pair.client.start_task(DISCOVERY, "dhcp1")) is None
    assert ask(pair.client.is_task_running(DISCOVERY)) is True
    assert ask(pair.client.task_last_run_result(DISCOVERY)) == HAS_NOT_RUN
    assert is_now(ask(pair.client.task_last_run_time(DISCOVERY)).to_datetime())
    ((server, running),) = tasks.runs
    assert server == "dhcp1"
    running.callback(7)
    assert ask(pair.client.is_task_running(DISCOVERY)) is False
    assert ask(pair.client.task_last_run_result(DISCOVERY)) == 7


def test_all_tasks_are_asked_about(pair, tasks, ask, log):
    pair.reactor.settle()
    ask(pair.client.start_task(DISCOVERY))
    told = {info.TaskType: info for info in ask(pair.client.tasks_info())}
    assert len(told) == 8
    assert told[DISCOVERY].State is IpamTaskState.Running
    assert told[EXPIRY].State is IpamTaskState.Disabled
    audit = told[AUDIT]
    assert (audit.State, audit.Triggers) == (IpamTaskState.Ready, "every hour")
    assert ask(pair.client.tasks()) == pair.harness.server.tasks.overview()
    assert log.lines() == []  # nothing had to be refused


def test_a_session_is_enough_for_all_questions(pair, ask):
    ask(pair.client.tasks())
    assert len(pair.links) == 1
    assert pair.links[0].client.is_gone


def test_a_question_can_be_cancelled(pair, outcome_of):
    asking = pair.client.tasks()
    given = outcome_of(asking)
    pair.connect()
    asking.cancel()
    assert isinstance(given.error, CancelledError)


@pytest.mark.parametrize("ask_for", ["is_task_running", "task_last_run_result",
                                     "task_last_run_time", "task_next_run_time",
                                     "task_recurrence", "start_task"])  # fmt: skip
def test_no_task_at_all(pair, ask, ask_for):
    error = ask(getattr(pair.client, ask_for)(IpamTaskType.None_))
    assert fault_id(error) is IpamExceptionId.IpamApiInvalidParameter


@pytest.mark.parametrize("ask_for", ["task_last_run_result", "task_last_run_time",
                                     "task_next_run_time", "task_recurrence",
                                     "start_task"])  # fmt: skip
def test_a_task_that_nothing_runs(pair, ask, ask_for):
    error = ask(getattr(pair.client, ask_for)(EXPIRY))
    assert fault_id(error) is IpamExceptionId.IpamApiTaskDoesNotExist
    assert ask(pair.client.is_task_running(EXPIRY)) is False


def test_a_client_is_answered_while_another_run_waits(pair, tasks, ask):
    for server in ("a", "b", "b"):
        assert ask(pair.client.start_task(DISCOVERY, server)) is None
    assert [server for server, _ in tasks.runs] == ["a"]
    tasks.runs[0][1].callback(None)
    pair.reactor.settle()
    assert [server for server, _ in tasks.runs] == ["a", "b"]


def test_runs_are_told_to_those_who_listen(pair, tasks, ask):
    told = []
    pair.harness.server.events.subscribe(told.append, TaskRunStarted, TaskRunEnded)
    ask(pair.client.start_task(DISCOVERY, "dhcp1"))
    tasks.runs[0][1].callback(None)
    begun, ended = (event for event in told if event.run.task_type == "Discovery")
    assert begun.run.trigger is TaskTrigger.START_TASK
    assert begun.run.server == "dhcp1"
    assert begun.run.id == ended.run.id
    assert (begun.run.outcome, ended.run.outcome) == (Outcome.RUNNING, Outcome.SUCCEEDED)


def test_a_program_asks_for_a_run(pair, tasks):
    pair.harness.server.tasks.trigger(DISCOVERY)
    assert [server for server, _ in tasks.runs] == [None]


def test_the_server_stops_and_starts_again(pair, tasks, log):
    server = pair.harness.server
    pair.reactor.settle()
    server.tasks.trigger(DISCOVERY, "a")
    server.tasks.trigger(DISCOVERY, "b")
    server.stopService()
    pair.reactor.settle()
    assert pair.reactor.getDelayedCalls() == []
    (warning,) = log.lines()
    assert "runs of task Discovery that waited and are not run: 1" in warning
    tasks.runs[0][1].callback(None)
    server.start()
    pair.reactor.settle()
    assert tasks.recurring == [None]  # its time has not come again
    server.tasks.trigger(DISCOVERY, "c")
    assert [name for name, _ in tasks.runs] == ["a", "c"]


QUESTIONS = [
    GetIpamTasksInfo(),
    *(
        question(taskType=AUDIT)
        for question in (
            IsTaskRunning,
            TaskLastRunResult,
            TaskLastRuntime,
            TaskNextRuntime,
            TaskRecurrenceDuration,
        )
    ),
]


@pytest.mark.parametrize(
    ("group", "may_ask", "may_start"),
    [(None, False, False), ("IPAM Users", True, False), ("IPAM MSM Administrators", True, True)],
)
def test_who_may_ask_and_who_may_start(make_harness, tasks, group, may_ask, may_start):
    told = []
    harness = make_harness(tasks.registry, authorizer=Authorizer(audit=told.append))
    members = {} if group is None else {group: ["alice"]}
    wire = harness.connect()
    wire.channel.identity = IdentityResolver(members).identify("alice", "NTLM")
    wire.open(SERVER_PATH)
    wire.received()
    for question in QUESTIONS:
        wire.ask(question)
    wire.ask(StartTask(taskType=DISCOVERY))
    *answers, started = wire.received()
    assert len(answers) == len(QUESTIONS)
    for answer in answers:
        if may_ask:
            assert not isinstance(answer, SoapFaultError)
        else:
            assert fault_id(answer) is IpamExceptionId.IpamApiAccessDenied
    if may_start:
        assert not isinstance(started, SoapFaultError)
    else:
        assert fault_id(started) is IpamExceptionId.IpamApiAccessDenied
    # what is allowed goes unsaid, but for what was started
    assert [entry.action for entry in told] == [
        *([] if may_ask else [type(question).__name__ for question in QUESTIONS]),
        "StartTask Discovery",
    ]


def test_who_asked_is_on_record(make_harness, tasks):
    told = []
    harness = make_harness(tasks.registry)
    harness.server.events.subscribe(told.append, TaskRunStarted)
    wire = harness.connect()
    wire.channel.identity = IdentityResolver().identify("alice", "NTLM")
    wire.open(SERVER_PATH)
    wire.ask(StartTask(taskType=DISCOVERY))
    assert [event.run.client for event in told] == ["alice"]
