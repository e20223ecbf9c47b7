"""Sessions in memory: handlers of every kind, slow clients, clients that leave."""

import threading
from decimal import Decimal
from itertools import pairwise

import pytest
from twisted.internet.defer import Deferred
from twisted.logger import LogLevel

from ipam_progress.contracts import (
    DhcpMsmOverallCompletionStatus,
    DhcpScopeV4,
    IpamExceptionId,
    IpamTaskType,
    OverallProgressStatus,
    SetOverallStatus,
    SetSubTaskStatus,
)
from ipam_progress.contracts.messages import StartOperationWithCallback, StartTask
from ipam_progress.demo import demo_registry
from ipam_progress.framing.records import EndRecord
from ipam_progress.limits import Limits
from ipam_progress.operations import IpamError, OperationRegistry
from ipam_progress.service.client import SoapFaultError
from ipam_progress.service.paths import OPERATION_PATH, SERVER_PATH

SUCCESS = OverallProgressStatus.CompletedWithSuccess
FAILURE = OverallProgressStatus.CompletedWithFailure


class Scripted:
    """A registry whose handlers the test plays: their reporters, and how they end."""

    def __init__(self) -> None:
        self.registry = OperationRegistry()
        self.reporters = []
        self.endings: list[Deferred] = []

        @self.registry.default(thread=False)
        def handler(_parameters, progress):
            self.reporters.append(progress)
            self.endings.append(Deferred())
            return self.endings[-1]


@pytest.fixture
def scripted():
    return Scripted()


def started(harness):
    wire = harness.connect().open()
    wire.start()
    harness.settle()
    return wire


def begun(harness):
    """An operation that has started, with everything read that came of it."""
    wire = started(harness)
    assert wire.names() == [
        "PreambleAckRecord",
        "InitializeOperationParametersResponse",
        "StartOperationWithCallbackResponse",
        "StartProgressCallback",
    ]
    return wire


def final_status(wire) -> SetOverallStatus:
    (status,) = [each for each in wire.received() if isinstance(each, SetOverallStatus)]
    return status


# --- Handlers ------------------------------------------------------------------------------------


def test_a_coroutine_runs_in_the_thread_of_the_reactor(make_harness, log):
    registry, threads = OperationRegistry(), []

    @registry.operation("CreateDhcpScope")
    async def create(parameters, progress) -> DhcpMsmOverallCompletionStatus:
        threads.append(threading.get_ident())
        await progress.update(percent=50)
        return DhcpMsmOverallCompletionStatus(HasIpamUpdateError=True)

    wire = started(make_harness(registry))
    status = final_status(wire)
    assert status.overallStatus is SUCCESS
    assert status.completionStatus.HasIpamUpdateError
    assert threads == [threading.get_ident()]
    assert log.lines(LogLevel.info)[-2:] == [
        "127.0.0.1:40000: operation CreateDhcpScope started",
        "127.0.0.1:40000: operation CreateDhcpScope returned",
    ]
    event = log.events[-1]
    assert (event["peer"], event["operation"], event["outcome"]) == (
        "127.0.0.1:40000",
        "operation CreateDhcpScope",
        "returned",
    )


def test_a_plain_function_runs_in_a_thread_and_waits_for_a_slow_client(make_harness):
    registry, threads, ended = OperationRegistry(), [], []

    @registry.default()
    def handler(_parameters, progress) -> None:
        threads.append(threading.get_ident())
        for step in range(100):
            progress.update(percent=step + 1)
        ended.append(True)

    harness = make_harness(registry, limits=Limits(outbox=10))
    wire = started(harness)
    seen = []
    while "SetOverallStatus" not in seen:
        harness.reactor.settle_with_threads(wire.transport.value)
        seen += wire.names()
    assert threads != [threading.get_ident()]
    assert seen.count("SetCompletionPercentage") == 100
    assert ended == [True]
    stopped = harness.server.stopService()
    harness.settle()
    wire.end()
    harness.settle()
    assert stopped.called


def test_a_deferred_is_waited_for(make_harness, scripted):
    harness = make_harness(scripted.registry)
    wire = begun(harness)
    scripted.endings[0].callback(None)
    harness.settle()
    assert final_status(wire).overallStatus is SUCCESS


@pytest.mark.parametrize("kind", ["coroutine", "thread", "direct", "deferred"])
def test_what_a_handler_raises_is_logged_and_not_told(make_harness, log, kind):
    registry = OperationRegistry()
    mistake = ZeroDivisionError("secret")

    async def coroutine(_parameters, _progress):
        raise mistake

    def plain(_parameters, _progress):
        if kind == "deferred":
            failing = Deferred()
            failing.errback(mistake)
            return failing
        raise mistake

    registry.default(thread=None if kind in {"coroutine", "thread"} else False)(
        coroutine if kind == "coroutine" else plain
    )
    harness = make_harness(registry)
    wire = started(harness)
    if kind == "thread":
        harness.reactor.settle_with_threads(lambda: b"SetOverallStatus" in wire.transport.value())
        harness.server._parts.runner.stop()
    status = final_status(wire)
    assert status.overallStatus is FAILURE
    data = status.completionStatus.ErrorInfo.IpamExceptionData
    assert data.ExceptionId is IpamExceptionId.IpamApiGenericErrorOccurred
    assert "secret" not in str(data)
    assert log.take_failures() == [mistake]
    assert log.lines(LogLevel.info)[-1] == (
        "127.0.0.1:40000: operation CreateDhcpScope failed with ZeroDivisionError: secret"
    )


def test_an_error_for_the_client_is_told_and_has_no_traceback(make_harness, log):
    registry = OperationRegistry()

    @registry.default()
    async def handler(_parameters, _progress):
        raise IpamError(IpamExceptionId.IpamApiInvalidParameter, "no such scope")

    status = final_status(started(make_harness(registry)))
    assert status.overallStatus is FAILURE
    assert "no such scope" in str(status.completionStatus.ErrorInfo)
    assert log.take_failures() == []


def test_a_handler_that_cannot_even_be_called_fails_its_operation(make_harness, log):
    registry = OperationRegistry()

    class Handler:
        async def __call__(self, parameters, progress):
            raise AssertionError("never called")

    class Broken(Handler):
        def __call__(self, parameters, progress):
            raise OSError("broken")

    handler = Handler()
    registry.default()(handler)
    handler.__class__ = Broken
    status = final_status(started(make_harness(registry)))
    assert status.overallStatus is FAILURE
    assert [type(error) for error in log.take_failures()] == [OSError]


def test_a_mistake_while_an_end_is_told_is_logged(make_harness, scripted, log, monkeypatch):
    harness = make_harness(scripted.registry)
    begun(harness)
    mistake = RuntimeError("in the session")

    def broken(*_arguments):
        raise mistake

    monkeypatch.setattr("ipam_progress.progress.ProgressReporter.succeed", broken)
    scripted.endings[0].callback(None)
    assert log.take_failures() == [mistake]


def test_a_callback_that_cannot_be_written_is_left_out(make_harness, scripted, log):
    harness = make_harness(scripted.registry)
    wire = begun(harness)
    part = scripted.reporters[0].subtask("part", details=DhcpScopeV4(ScopeName=3))
    part.update(percent=10)
    scripted.reporters[0].update(percent=20)
    scripted.endings[0].callback(None)
    harness.settle()
    names = wire.names()
    assert "AddSubTask" not in names
    assert names[-1] == "SetOverallStatus"
    failures = log.take_failures()
    assert failures
    assert all("ScopeName" in str(failure) for failure in failures)


def test_a_final_status_that_cannot_be_written_is_replaced(make_harness, scripted, log):
    harness = make_harness(scripted.registry)
    wire = begun(harness)
    unwritable = DhcpMsmOverallCompletionStatus(HasIpamUpdateError="perhaps")
    scripted.endings[0].callback(unwritable)
    harness.settle()
    status = final_status(wire)
    assert status.overallStatus is FAILURE
    assert "perhaps" not in str(status)
    (failure,) = log.take_failures()
    assert "HasIpamUpdateError" in str(failure)


def test_the_time_for_its_end_begins_when_a_client_has_been_told(make_harness, scripted):
    harness = make_harness(scripted.registry)
    wire = begun(harness)
    wire.transport.fill()
    scripted.endings[0].callback(None)
    harness.reactor.advance(100)
    wire.transport.drain()
    assert wire.names()[-1] == "SetOverallStatus"
    harness.reactor.advance(29)
    assert wire.received() == []
    harness.reactor.advance(1)
    harness.settle()
    assert wire.received() == [EndRecord()]


def test_tasks_run_and_are_logged(make_harness, log):
    registry, seen = OperationRegistry(), []

    @registry.task(IpamTaskType.Discovery)
    async def discover(server):
        seen.append(server)
        raise OSError("no network")

    harness = make_harness(registry)
    wire = harness.connect().open(SERVER_PATH)
    wire.ask(StartTask(taskType=IpamTaskType.Discovery, server="dc1"))
    wire.ask(StartTask(taskType=IpamTaskType.None_, server=None))
    _, reply, fault = wire.received()
    assert type(reply).__name__ == "StartTaskResponse"
    assert isinstance(fault, SoapFaultError)
    assert seen == ["dc1"]
    assert [type(error) for error in log.take_failures()] == [OSError]


@pytest.mark.parametrize(
    ("path", "request_"),
    [
        (OPERATION_PATH, StartOperationWithCallback()),
        (SERVER_PATH, StartTask(taskType=IpamTaskType.Discovery)),
    ],
)
def test_a_fault_of_the_server_itself_ends_the_session(harness, log, path, request_):
    wire = harness.connect().open(path)
    wire.send(wire.one_way(request_) + wire.one_way(request_))
    harness.settle()
    _, fault, *_, end = wire.received()
    assert isinstance(fault, SoapFaultError)
    assert isinstance(end, EndRecord)
    wire.end()
    assert wire.received() == []
    assert not wire.transport.disconnecting
    refused = "127.0.0.1:40000: refused a request: InternalServiceFault"
    assert {line[: len(refused)] for line in log.lines()} == {refused}


def test_a_session_that_is_ending_need_not_be_stopped(harness, outcome_of):
    wire = harness.connect().open(SERVER_PATH)
    wire.send(wire.one_way(StartTask(taskType=IpamTaskType.Discovery)))
    stopped = outcome_of(harness.server.stopService())
    assert wire.names() == ["PreambleAckRecord", "SoapFaultError", "EndRecord"]
    wire.end()
    harness.settle()
    assert stopped == [None]


def test_a_running_operation_is_left_alone_when_its_session_is_ended_so(make_harness, scripted):
    harness = make_harness(scripted.registry)
    wire = begun(harness)
    wire.send(wire.one_way(StartOperationWithCallback()))
    scripted.reporters[0].update(percent=10)
    harness.settle()
    assert wire.names() == ["SoapFaultError", "EndRecord"]
    scripted.endings[0].callback(None)
    harness.settle()
    assert wire.names() == []


# --- Slow clients --------------------------------------------------------------------------------


@pytest.mark.parametrize("merge", [True, False])
def test_while_the_transport_is_full_nothing_is_read_and_nothing_encoded(
    make_harness, scripted, merge
):
    harness = make_harness(scripted.registry, merge_progress=merge)
    wire = begun(harness)
    wire.transport.fill()
    assert not wire.transport.reading
    part = scripted.reporters[0].subtask("part")
    for percent in (10, 20, 30):
        part.update(percent=percent)
    harness.settle()
    assert wire.transport.value() == b""
    wire.transport.drain()
    assert wire.transport.reading
    received = wire.received()
    assert [each.percentComplete for each in received if isinstance(each, SetSubTaskStatus)] == [
        Decimal(percent) for percent in ((30,) if merge else (10, 20, 30))
    ]
    assert harness.server.counters.callbacks_merged == (4 if merge else 0)
    # whoever has everything is quick again
    for percent in (40, 50):
        part.update(percent=percent)
    harness.settle()
    assert wire.names() == ["SetSubTaskStatus", "SetCompletionPercentage"] * 2


def test_what_was_merged_for_a_client_that_has_gone_is_counted(make_harness, scripted):
    harness = make_harness(scripted.registry)
    wire = begun(harness)
    wire.transport.fill()
    for percent in (10, 20, 30):
        scripted.reporters[0].update(percent)
        harness.settle()
    wire.reset()
    assert harness.server.counters.callbacks_merged == 2


def test_a_coroutine_whose_client_is_slow_lets_others_run(make_harness):
    """Mere updates do not make it wait, and it must not keep the reactor to itself for that."""
    registry, steps = OperationRegistry(), []

    @registry.default()
    async def handler(_parameters, progress):
        for step in range(2000):
            steps.append(step)
            await progress.update(percent=Decimal(step) / 20)

    harness = make_harness(registry, limits=Limits(outbox=10))
    wire = harness.connect().open()
    wire.transport.fill()
    turns = []

    def other():
        turns.append(len(steps))
        if len(steps) < 2000:
            harness.reactor.callLater(0, other)

    other()
    wire.start()
    harness.settle()
    assert turns[-1] == 2000
    assert all(later - earlier < 500 for earlier, later in pairwise(turns))
    wire.transport.drain()
    harness.settle()
    assert "SetOverallStatus" in wire.names()


def test_what_waits_is_written_in_pieces_while_there_is_room(make_harness, scripted):
    harness = make_harness(scripted.registry)
    wire = begun(harness)
    wire.transport.capacity = 10_000
    for number in range(200):
        scripted.reporters[0].subtask(f"part {number}")
    harness.settle()
    assert wire.names() == ["AddSubTask"] * 128
    wire.transport.drain()
    assert wire.names() == ["AddSubTask"] * 72


def test_the_end_of_a_stopping_server_waits_for_a_client_that_reads(make_harness, scripted, log):
    harness = make_harness(scripted.registry)
    wire = begun(harness)
    wire.transport.fill()
    for number in range(10):
        scripted.reporters[0].subtask(f"part {number}")
    harness.server.stopService()
    scripted.endings[0].callback(None)
    harness.settle()
    harness.advance(9)
    wire.transport.drain()
    names = wire.names()
    assert names.count("AddSubTask") == 10
    assert names[-2:] == ["SetOverallStatus", "EndRecord"]
    harness.advance(9)
    assert not wire.transport.disconnecting
    wire.end()
    assert wire.transport.disconnecting
    assert log.lines() == []


def test_a_client_that_reads_nothing_does_not_hold_up_the_end(make_harness, scripted, log):
    harness = make_harness(scripted.registry)
    wire = begun(harness)
    wire.transport.fill()
    stopped = harness.server.stopService()
    scripted.endings[0].callback(None)
    wire.transport.connected = False
    harness.settle()
    harness.advance(10)
    assert wire.transport.disconnecting
    harness.advance(10)
    assert wire.transport.aborted
    assert stopped.called
    assert wire.names() == []


# --- Clients that leave --------------------------------------------------------------------------


def test_no_callback_goes_after_the_clients_end(make_harness, scripted, log):
    harness = make_harness(scripted.registry)
    wire = begun(harness)
    scripted.reporters[0].update(percent=10)
    wire.end()
    harness.settle()
    assert wire.received() == [EndRecord()]
    scripted.reporters[0].update(percent=20)
    scripted.endings[0].callback(None)
    harness.settle()
    assert wire.received() == []
    assert log.lines(LogLevel.info)[-1].endswith("operation CreateDhcpScope returned")


def test_the_end_goes_at_once_when_a_full_transport_is_drained(make_harness, scripted):
    harness = make_harness(scripted.registry)
    wire = begun(harness)
    wire.transport.fill()
    scripted.reporters[0].update(percent=10)
    wire.end()
    harness.settle()
    assert wire.received() == []
    wire.transport.drain()
    assert wire.received() == [EndRecord()]


def test_the_end_in_the_middle_of_many_callbacks(make_harness):
    harness = make_harness(demo_registry(subtasks=1, steps=2000), limits=Limits(outbox=100))
    wire = harness.connect().open()
    wire.transport.capacity = 10_000
    wire.start()
    harness.settle()
    seen = wire.names()
    assert 50 < seen.count("SetCompletionPercentage") < 1000
    wire.end()
    wire.transport.drain()
    harness.settle()
    assert wire.received() == [EndRecord()]


def test_a_handler_goes_on_when_its_client_has_gone(make_harness, scripted, log):
    harness = make_harness(scripted.registry)
    wire = begun(harness)
    scripted.reporters[0].update(percent=10)  # waits to be encoded
    wire.reset()
    harness.settle()
    assert wire.transport.value() == b""
    scripted.reporters[0].update(percent=20)
    scripted.endings[0].errback(ValueError("later"))
    harness.settle()
    assert wire.transport.value() == b""
    assert [type(error) for error in log.take_failures()] == [ValueError]
    assert harness.reactor.getDelayedCalls() == []


def test_a_waiting_coroutine_goes_on_when_its_client_has_gone(make_harness):
    registry, ended = OperationRegistry(), []

    @registry.default()
    async def handler(_parameters, progress):
        for step in range(1000):
            await progress.update(percent=Decimal(step) / 10)
        ended.append(True)

    harness = make_harness(registry, limits=Limits(outbox=10), merge_progress=False)
    wire = harness.connect().open()
    wire.transport.fill()
    wire.start()
    harness.settle()
    assert ended == []
    wire.reset()
    harness.settle()
    assert ended == [True]


@pytest.mark.parametrize("leave", ["reset", "end"])
def test_a_coroutine_whose_client_has_gone_lets_others_run(make_harness, leave):
    """It has nobody to wait for any more, and must not keep the reactor to itself for that."""
    registry, steps = OperationRegistry(), []

    @registry.default()
    async def handler(_parameters, progress):
        for step in range(2000):
            steps.append(step)
            await progress.update(percent=Decimal(step) / 20)

    harness = make_harness(registry, limits=Limits(outbox=10))
    wire = harness.connect().open()
    wire.transport.fill()  # and it stays so: nothing can be written any more
    wire.start()
    harness.settle()
    turns = []

    def other():
        turns.append(len(steps))
        if len(steps) < 2000:
            harness.reactor.callLater(0, other)

    other()
    getattr(wire, leave)()
    harness.settle()
    assert turns[-1] == 2000
    assert all(later - earlier < 500 for earlier, later in pairwise(turns))
