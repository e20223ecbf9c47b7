"""Operations on record: real SQLite files, the server in memory."""

from contextlib import closing, suppress
from datetime import UTC, datetime
from decimal import Decimal
from queue import Empty
from uuid import uuid4

import pytest
from twisted.internet.defer import Deferred
from twisted.logger import LogLevel

from ipam_progress.contracts import (
    CreateDhcpScopeParameters,
    DhcpScopeV4,
    IpamAdminOperationId,
    IpamExceptionId,
    IpamTaskType,
    OverallProgressStatus,
)
from ipam_progress.contracts.messages import (
    InitializeOperationParameters,
    SetOverallStatus,
    StartOperationWithCallback,
)
from ipam_progress.errors import StoreError, StoreUnavailableError
from ipam_progress.events import (
    OperationEnded,
    OperationProgressed,
    OperationStarted,
    StoreFailed,
    StoreRecovered,
)
from ipam_progress.operations import IpamError, OperationRegistry
from ipam_progress.records import OperationRecord, Outcome, TaskRunRecord, TaskTrigger
from ipam_progress.service.archive import parameters_to_xml
from ipam_progress.service.client import SoapFaultError
from ipam_progress.store import Store

PARAMETERS = CreateDhcpScopeParameters(
    OperationId=IpamAdminOperationId.CreateDhcpScope, Scope=DhcpScopeV4(ScopeName="Berlin")
)


class Handlers:
    """A registry whose handlers the test plays."""

    def __init__(self, **options) -> None:
        self.registry = OperationRegistry()
        self.calls = []
        self.endings: list[Deferred] = []

        @self.registry.operation("CreateDhcpScope", thread=False, **options)
        def play(parameters, progress):
            self.calls.append((parameters, progress))
            self.endings.append(Deferred())
            return self.endings[-1]

    @property
    def progress(self):
        return self.calls[-1][1]


class Recorded:
    """A server with a store, and everything that it tells."""

    def __init__(self, make_harness, path, handlers=None) -> None:
        self.handlers = handlers or Handlers()
        self.path = path
        self.store = Store(f"sqlite:///{path}")
        self.harness = make_harness(self.handlers.registry, store=self.store, start=False)
        self.server = self.harness.server
        self.told = []
        self.server.events.subscribe(
            self.told.append,
            OperationStarted,
            OperationProgressed,
            OperationEnded,
            StoreFailed,
            StoreRecovered,
        )

    def start(self) -> "Recorded":
        started = []
        self.server.start().addBoth(started.append)
        self.wait(lambda: started)
        self.started = started[0]
        return self

    def stop(self) -> None:
        stopped = []
        self.server.stopService().addBoth(stopped.append)
        while not stopped:  # clients do not answer, so every limit runs out
            self.harness.advance(1)
            with suppress(Empty):
                self.harness.reactor.calls_from_threads.get(timeout=0.02)()

    def wait(self, condition) -> None:
        self.harness.reactor.settle_with_threads(condition)
        self.harness.settle()

    def ask(self):
        """Start an operation, without waiting for the reply."""
        wire = self.harness.connect().open()
        wire.ask(InitializeOperationParameters(paramters=PARAMETERS))
        wire.received()
        wire.ask(StartOperationWithCallback())
        return wire

    def begin(self):
        """Start an operation."""
        before = len(self.handlers.calls)
        wire = self.ask()
        self.wait(lambda: len(self.handlers.calls) > before)
        return wire

    def records(self) -> list[OperationRecord]:
        """Give what is on record."""
        if self.server.recorder.writer is not None:
            return everything(self.store)
        with closing(Store(f"sqlite:///{self.path}")) as store:
            store.open()
            return everything(store)

    def record(self) -> OperationRecord:
        [record] = self.records()
        return record


def everything(store) -> list[OperationRecord]:
    with store.transaction() as transaction:
        found = transaction.operations(100)
        return [transaction.operation(each.id) for each in found]


@pytest.fixture
def recorded(make_harness, tmp_path):
    server = Recorded(make_harness, tmp_path / "operations.db").start()
    yield server
    if server.server.running:
        server.stop()


def breaks(recorded, monkeypatch):
    """Let the disk be full from now on; give what mends it."""
    real = Store.transaction

    def full(_store):
        raise StoreUnavailableError("the disk is full")

    monkeypatch.setattr(Store, "transaction", full)
    return lambda: monkeypatch.setattr(Store, "transaction", real)


def test_the_start_is_on_record_before_the_reply_and_the_handler(recorded):
    wire = recorded.ask()
    assert wire.received() == []
    assert recorded.handlers.calls == []
    recorded.wait(lambda: recorded.handlers.calls)
    assert wire.names() == ["StartOperationWithCallbackResponse", "StartProgressCallback"]
    record = recorded.record()
    assert record.outcome is Outcome.RUNNING
    assert record.operation_id == "CreateDhcpScope"
    assert "<ScopeName>Berlin</ScopeName>" in record.parameters
    assert record.request_id.startswith("urn:uuid:")
    assert record.address == "127.0.0.1:40000"
    assert recorded.told[0].operation.id == record.id


def test_what_a_client_sends_meanwhile_waits_for_the_answer(recorded):
    wire = recorded.harness.connect().open()
    wire.start()
    wire.end()
    assert wire.names()[-1] == "InitializeOperationParametersResponse"
    recorded.wait(lambda: recorded.handlers.calls)
    assert wire.names() == ["StartOperationWithCallbackResponse", "EndRecord"]
    assert recorded.handlers.progress.cancelled
    recorded.handlers.endings[0].callback(None)
    recorded.wait(lambda: isinstance(recorded.told[-1], OperationEnded))
    assert recorded.record().outcome is Outcome.SUCCEEDED


def test_progress_is_saved_and_told_a_few_times_a_second(recorded):
    recorded.begin()
    progress = recorded.handlers.progress
    part = progress.subtask("Create")
    for percent in range(100):
        part.update(percent=percent)
    progress.checkpoint({"done": 99})
    recorded.harness.advance(0.25)
    told = [event for event in recorded.told if isinstance(event, OperationProgressed)]
    assert [(event.percent, event.subtasks[0].percent) for event in told] == [(99, 99)]
    recorded.wait(lambda: recorded.record().subtasks)
    record = recorded.record()
    assert record.percent == 99
    assert record.checkpoint == '{"done":99}'
    [subtask] = record.subtasks
    assert (subtask.name, subtask.status, subtask.percent) == ("Create", "InProgress", Decimal(99))
    recorded.harness.advance(0.25)
    assert len([event for event in recorded.told if isinstance(event, OperationProgressed)]) == 1


def test_the_end_is_on_record_before_it_is_told(recorded):
    wire = recorded.begin()
    with recorded.handlers.progress.subtask("Create"):
        pass
    recorded.harness.settle()
    wire.names()
    recorded.handlers.endings[0].callback(None)
    recorded.harness.reactor.advance(0)
    assert "SetOverallStatus" not in wire.names()
    recorded.wait(lambda: isinstance(recorded.told[-1], OperationEnded))
    final = wire.received()[-1]
    assert isinstance(final, SetOverallStatus)
    record = recorded.record()
    assert (record.outcome, record.percent, record.error) == (Outcome.SUCCEEDED, 100, None)
    assert record.ended is not None
    assert [subtask.status for subtask in record.subtasks] == ["CompletedWithSuccess"]
    assert not record.client_saw_end
    wire.end()
    recorded.wait(lambda: recorded.record().client_saw_end)


def test_what_a_client_is_told_went_wrong_is_on_record(recorded):
    recorded.begin()
    error = IpamError(IpamExceptionId.IpamApiInvalidParameter, "There is such a scope.")
    recorded.handlers.endings[0].errback(error)
    recorded.wait(lambda: isinstance(recorded.told[-1], OperationEnded))
    record = recorded.record()
    assert record.outcome is Outcome.FAILED
    assert record.error == "IpamApiInvalidParameter: There is such a scope."


def test_the_text_of_other_errors_is_not(recorded, log):
    recorded.begin()
    recorded.handlers.endings[0].errback(RuntimeError("secret"))
    recorded.wait(lambda: isinstance(recorded.told[-1], OperationEnded))
    assert recorded.record().error.startswith("IpamApiGenericErrorOccurred: The operation failed")
    assert "secret" not in recorded.record().error
    log.take_failures()


def test_an_operation_whose_client_left_ends_on_record(recorded):
    wire = recorded.begin()
    wire.reset()
    recorded.harness.settle()
    recorded.handlers.endings[0].callback(None)
    recorded.wait(lambda: isinstance(recorded.told[-1], OperationEnded))
    record = recorded.record()
    assert record.outcome is Outcome.SUCCEEDED
    assert not record.client_saw_end


def test_a_client_that_leaves_before_its_start_is_on_record(recorded):
    wire = recorded.ask()
    wire.reset()
    recorded.wait(lambda: recorded.records() and recorded.record().ended)
    assert recorded.handlers.calls == []
    assert recorded.record().outcome is Outcome.FAILED
    assert "before the operation CreateDhcpScope began" in recorded.record().error


# When the store fails


def test_nothing_is_begun_while_the_store_fails(recorded, monkeypatch, log):
    mend = breaks(recorded, monkeypatch)
    wire = recorded.ask()
    recorded.wait(lambda: StoreFailed("the disk is full") in recorded.told)
    [fault] = wire.received()
    assert isinstance(fault, SoapFaultError)
    assert fault.detail.IpamExceptionData.ExceptionId is IpamExceptionId.IpamApiGenericErrorOccurred
    assert "cannot keep records" in str(fault)
    wire.ask(StartOperationWithCallback())  # refused at once
    assert isinstance(wire.received()[0], SoapFaultError)
    assert recorded.handlers.calls == []
    mend()
    recorded.wait(lambda: StoreRecovered() in recorded.told)
    wire.ask(StartOperationWithCallback())
    recorded.wait(lambda: recorded.handlers.calls)
    assert recorded.records()[0].outcome is Outcome.RUNNING
    assert any("so nothing new is begun" in line for line in log.lines(LogLevel.critical))


def test_an_end_that_cannot_be_recorded_is_not_told_but_kept(
    recorded, monkeypatch, make_harness, log
):
    wire = recorded.begin()
    mend = breaks(recorded, monkeypatch)
    monkeypatch.setattr("ipam_progress.net.recorder._GIVE_UP_AFTER", 0.6)
    wire.names()
    recorded.handlers.endings[0].callback(None)
    recorded.wait(lambda: wire.transport.aborted)
    assert "SetOverallStatus" not in wire.names()
    assert recorded.told[-1].operation.outcome is Outcome.UNKNOWN
    assert recorded.store.unresolved() == {recorded.told[-1].operation.id}
    assert any("so its client is not told" in line for line in log.lines(LogLevel.warn))
    mend()  # the truth goes on record where the server lives to see it
    recorded.wait(lambda: StoreRecovered() in recorded.told and not recorded.store.unresolved())
    assert recorded.record().outcome is Outcome.SUCCEEDED


def test_the_next_start_records_that_nobody_knows_how_it_ended(
    recorded, monkeypatch, make_harness, log
):
    wire = recorded.begin()
    mend = breaks(recorded, monkeypatch)
    monkeypatch.setattr("ipam_progress.net.recorder._GIVE_UP_AFTER", 0.1)
    recorded.handlers.endings[0].callback(None)
    recorded.wait(lambda: wire.transport.aborted)
    recorded.stop()
    mend()
    again = Recorded(make_harness, recorded.path).start()
    record = again.record()
    assert record.outcome is Outcome.UNKNOWN
    assert "could not be put on record" in record.error
    assert again.store.unresolved() == set()
    again.stop()


# After a crash


def left_behind(path, **values) -> OperationRecord:
    """Leave an operation on record as a process does that is killed."""
    values.setdefault("parameters", parameters_to_xml(PARAMETERS))
    record = OperationRecord(
        id=uuid4(), operation_id="CreateDhcpScope", started=datetime.now(UTC), **values
    )
    with closing(Store(f"sqlite:///{path}")) as store:
        store.open()
        with store.transaction() as transaction:
            transaction.add_operation(record)
            transaction.add_task_run(
                TaskRunRecord(
                    id=uuid4(),
                    task_type="Discovery",
                    trigger=TaskTrigger.SCHEDULE,
                    started=datetime.now(UTC),
                )
            )
    return record


def test_what_ran_when_the_process_ended_has_failed(make_harness, tmp_path, log):
    left_behind(tmp_path / "operations.db")
    recorded = Recorded(make_harness, tmp_path / "operations.db").start()
    record = recorded.record()
    assert record.outcome is Outcome.FAILED
    assert record.error == "The server ended before the operation was completed."
    with recorded.store.transaction() as transaction:
        [run] = transaction.task_runs(10)
    assert run.outcome is Outcome.FAILED
    assert any(
        "was running when the server ended: failed" in line for line in log.lines(LogLevel.warn)
    )
    recorded.stop()


def test_an_operation_that_can_be_is_resumed(make_harness, tmp_path):
    left_behind(tmp_path / "operations.db", checkpoint='{"done": 7}')
    recorded = Recorded(make_harness, tmp_path / "operations.db", Handlers(resumable=True)).start()
    recorded.wait(lambda: recorded.handlers.calls)
    parameters, progress = recorded.handlers.calls[0]
    assert parameters == PARAMETERS
    assert progress.saved_checkpoint == {"done": 7}
    assert progress.attempt == 2
    assert not progress.cancelled
    assert (recorded.record().outcome, recorded.record().attempts) == (Outcome.RUNNING, 2)
    for percent in range(100):  # nobody listens, and nothing overflows
        progress.update(percent=percent)
    recorded.handlers.endings[0].callback(None)
    recorded.wait(lambda: isinstance(recorded.told[-1], OperationEnded))
    assert recorded.record().outcome is Outcome.SUCCEEDED
    recorded.stop()


@pytest.mark.parametrize("parameters", ["<a/>", "no XML"])
def test_damaged_parameters_cannot_be_resumed(make_harness, tmp_path, parameters):
    left_behind(tmp_path / "operations.db", parameters=parameters)
    recorded = Recorded(make_harness, tmp_path / "operations.db", Handlers(resumable=True)).start()
    assert recorded.record().outcome is Outcome.FAILED
    assert "its parameters are damaged" in recorded.record().error
    recorded.stop()


def test_an_operation_of_another_time_cannot_be_resumed(make_harness, tmp_path):
    path = tmp_path / "operations.db"
    record = left_behind(path)
    with closing(Store(f"sqlite:///{path}")) as store:
        store.open()
        with store.transaction() as transaction:
            transaction.add_operation(
                OperationRecord(
                    id=uuid4(), operation_id="Gone", parameters="", started=record.started
                )
            )
    recorded = Recorded(make_harness, path, Handlers(resumable=True)).start()
    outcomes = {each.operation_id: each.outcome for each in recorded.records()}
    assert outcomes == {"CreateDhcpScope": Outcome.RUNNING, "Gone": Outcome.FAILED}
    recorded.stop()


# Stopping


def test_what_runs_without_a_client_when_the_server_stops_has_failed(recorded):
    wire = recorded.begin()
    wire.reset()
    recorded.harness.settle()
    recorded.stop()
    record = recorded.record()
    assert record.outcome is Outcome.FAILED
    assert "The server stopped" in record.error


def test_what_can_be_resumed_is_left_to_the_next_start(make_harness, tmp_path):
    path = tmp_path / "operations.db"
    recorded = Recorded(make_harness, path, Handlers(resumable=True)).start()
    wire = recorded.begin()
    wire.reset()
    recorded.harness.settle()
    recorded.stop()
    assert recorded.record().outcome is Outcome.RUNNING


def test_a_client_that_is_there_when_the_server_stops_is_told_and_so_is_the_record(recorded):
    wire = recorded.begin()
    recorded.harness.settle()
    recorded.stop()
    [final] = [each for each in wire.received() if isinstance(each, SetOverallStatus)]
    assert final.overallStatus is OverallProgressStatus.CompletedWithFailure
    assert recorded.record().outcome is Outcome.FAILED


def test_a_store_that_is_in_use_is_refused_and_the_server_can_be_started_later(
    recorded, make_harness
):
    other = Recorded(make_harness, recorded.path).start()
    assert isinstance(other.started.value, StoreError)
    assert not other.server.running
    recorded.stop()
    other.start()
    assert other.server.urls
    other.stop()


# Tasks


def test_a_task_begins_on_record_and_ends_there(make_harness, tmp_path):
    path = tmp_path / "operations.db"
    handlers, ran, ending = Handlers(), [], Deferred()

    @handlers.registry.task("Discovery", thread=False)
    def discover(server):
        ran.append(server)
        return ending

    recorded = Recorded(make_harness, path, handlers).start()
    recorded.server.tasks.trigger(IpamTaskType.Discovery, "dhcp1")
    assert ran == []
    recorded.wait(lambda: ran)
    with recorded.store.transaction() as transaction:
        [run] = transaction.task_runs(10)
    assert (run.server, run.outcome, run.trigger) == ("dhcp1", Outcome.RUNNING, TaskTrigger.PROGRAM)
    ending.callback(7)
    recorded.wait(lambda: recorded.server.tasks_overview()[0].state == "Ready")
    recorded.stop()
    again = Recorded(make_harness, path).start()
    [discovery] = [task for task in again.server.tasks_overview() if task.last_run]
    assert (discovery.task_type, discovery.last_result) == ("Discovery", 7)
    with again.store.transaction() as transaction:
        [run] = transaction.task_runs(10)
    assert (run.outcome, run.result) == (Outcome.FAILED, 7)
    again.stop()


def test_no_task_is_begun_while_the_store_fails(recorded, monkeypatch, log):
    recorded.handlers.registry.task("Discovery", thread=False)(lambda _server: None)
    recorded.stop()
    recorded.start()
    breaks(recorded, monkeypatch)
    recorded.ask()
    recorded.wait(lambda: StoreFailed("the disk is full") in recorded.told)
    with pytest.raises(IpamError, match="cannot keep records"):
        recorded.server.tasks.trigger(IpamTaskType.Discovery)


# Retention


def test_what_is_old_goes_at_the_start_and_every_hour(recorded):
    long_ago = datetime(2001, 1, 1, tzinfo=UTC)

    def add_old() -> None:
        with recorded.store.transaction() as transaction:
            record = OperationRecord(
                id=uuid4(), operation_id="CreateDhcpScope", parameters="", started=long_ago
            )
            transaction.add_operation(record)
            transaction.end_operation(
                record.id, ended=long_ago, outcome=Outcome.FAILED, percent=Decimal(0)
            )

    recorded.harness.settle()
    recorded.wait(recorded.harness.reactor.getDelayedCalls)
    for _ in range(2):
        add_old()
        assert len(recorded.records()) == 1
        recorded.harness.advance(3600)
        recorded.wait(lambda: not recorded.records())
        recorded.wait(recorded.harness.reactor.getDelayedCalls)
