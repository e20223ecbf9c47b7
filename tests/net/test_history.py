"""The history over the wire, in memory: who is told what, and what happens when the store fails.

The store is a real one; its thread is played by the test, which decides when it answers.
"""

from concurrent.futures import Future
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID

import pytest
from twisted.logger import LogLevel

from ipam_progress.authorization import Authorizer
from ipam_progress.contracts import (
    CreateDhcpScopeParameters,
    IpamAdminOperationId,
    IpamExceptionId,
)
from ipam_progress.contracts.history import (
    GetOperation,
    GetOperationResponse,
    GetOperations,
    GetOperationsResponse,
)
from ipam_progress.demo import demo_registry
from ipam_progress.errors import (
    ConnectionLostError,
    FramingError,
    RequestTimeoutError,
    StoreUnavailableError,
)
from ipam_progress.framing import faults
from ipam_progress.framing.records import EndRecord, FaultRecord
from ipam_progress.identity import Identity, IpamGroup
from ipam_progress.net.server import ManagementServer
from ipam_progress.records import OperationRecord, Outcome, SubtaskRecord
from ipam_progress.service.client import SoapFaultError
from ipam_progress.service.history import record_of, recorded
from ipam_progress.service.paths import HISTORY_PATH
from ipam_progress.store import Store

BEGAN = datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC)
ALICE = r"CONTOSO\alice"
BOB = "bob@EXAMPLE.COM"
ADMINISTRATOR = Identity(
    "root", "NTLM", groups=frozenset({IpamGroup.IPAM_ADMINISTRATORS.value.casefold()})
)


def request_id(number: int) -> str:
    return f"urn:uuid:{UUID(int=number)}"


def operation(number: int, client: str, outcome: Outcome) -> OperationRecord:
    began = BEGAN + timedelta(minutes=number)
    return OperationRecord(
        id=UUID(int=1000 + number),
        request_id=request_id(number),
        operation_id="CreateDhcpScope",
        parameters="<p/>",
        client=client,
        address="192.0.2.7:50000",
        started=began,
        ended=None if outcome is Outcome.RUNNING else began + timedelta(seconds=5),
        outcome=outcome,
        percent=Decimal(100),
        error="The scope exists." if outcome is Outcome.FAILED else None,
        subtasks=(SubtaskRecord(number=1, unique_id=1, name="Check", status="InProgress"),),
    )


OPERATIONS = [
    operation(1, ALICE, Outcome.SUCCEEDED),
    operation(2, BOB, Outcome.FAILED),
    operation(3, ALICE, Outcome.FAILED),
    operation(4, "", Outcome.RUNNING),
]


class Writer:
    """The thread of a store: it does nothing before it is told to."""

    failure: str | None = None

    def __init__(self, store: Store) -> None:
        self.store = store
        self.error: Exception | None = None
        self.jobs: list = []

    def submit(self, work, retry_for: float = 0.0) -> Future:
        future: Future = Future()
        self.jobs.append((work, future))
        return future

    def run(self) -> None:
        while self.jobs:
            work, future = self.jobs.pop(0)
            if self.error is not None:
                future.set_exception(self.error)
                continue
            with self.store.transaction() as transaction:
                result = work(transaction)
            future.set_result(result)


@contextmanager
def filled_store(folder):
    store = Store(f"sqlite:///{folder / 'operations.db'}")
    store.open()
    with store.transaction() as transaction:
        for record in OPERATIONS:
            transaction.add_operation(record)
    yield store
    store.close()


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    """A store that no test changes."""
    with filled_store(tmp_path_factory.mktemp("store")) as opened:
        yield opened


class Audited:
    """A server with a store, and the decisions that it notes."""

    def __init__(self, harness, store) -> None:
        self.harness = harness
        self.writer = Writer(store)
        harness.server._parts.store = None  # it is open already
        harness.server.recorder.writer = self.writer
        harness.server.start()

    def session(self, identity: Identity | None):
        """Open a session of somebody."""
        wire = self.harness.connect()
        wire.channel.identity = identity
        wire.open(HISTORY_PATH)
        assert [type(each).__name__ for each in wire.received()] == ["PreambleAckRecord"]
        return wire

    def ask(self, identity: Identity | None, request):
        """Give the one answer to a request in a session of its own."""
        wire = self.session(identity)
        wire.ask(request)
        self.writer.run()
        (answer,) = wire.received()
        return answer


@pytest.fixture
def noted():
    return []


@pytest.fixture
def served(make_harness, store, noted):
    authorizer = Authorizer(audit=noted.append)
    return Audited(make_harness(start=False, store=store, authorizer=authorizer), store)


def numbers_in(answer: GetOperationsResponse) -> list[int]:
    assert isinstance(answer, GetOperationsResponse)
    return [each.Id.int - 1000 for each in answer.GetOperationsResult]


def alice(name: str = ALICE) -> Identity:
    return Identity(name, "NTLM", address="192.0.2.7:50001")


# --- Who is told what ----------------------------------------------------------------------------


@pytest.mark.parametrize("identity", [None, ADMINISTRATOR])
def test_where_nobody_is_known_and_for_administrators_there_is_everything(served, identity, noted):
    assert numbers_in(served.ask(identity, GetOperations(limit=1000))) == [4, 3, 2, 1]
    for record in OPERATIONS:
        answer = served.ask(identity, GetOperation(requestId=record.request_id))
        assert answer == GetOperationResponse(GetOperationResult=recorded(record))
    assert noted == []


@pytest.mark.parametrize("name", [ALICE, r"contoso\ALICE"])
def test_a_client_is_told_of_its_own(served, name, noted):
    assert numbers_in(served.ask(alice(name), GetOperations(limit=10))) == [3, 1]
    answer = served.ask(alice(name), GetOperation(requestId=request_id(3)))
    assert answer.GetOperationResult == recorded(OPERATIONS[2])
    assert noted == []


@pytest.mark.parametrize("number", [2, 4])
def test_what_is_somebody_elses_is_as_if_it_were_not_there(served, number, noted):
    wanted = GetOperation(requestId=request_id(number))
    assert served.ask(alice(), wanted) == GetOperationResponse()
    (entry,) = noted
    assert entry.identity == alice()
    assert entry.action == f"GetOperation {request_id(number)}"
    assert not entry.decision.allowed
    assert entry.decision.reason == "another client started it"


def test_what_is_not_there_is_nobodys(served, noted):
    for wanted in (request_id(99), "urn:x", "", None):
        assert served.ask(alice(), GetOperation(requestId=wanted)) == GetOperationResponse()
    assert noted == []


@pytest.mark.parametrize(
    "request_", [GetOperation(requestId=request_id(4)), GetOperations(limit=1)]
)
def test_nobody_has_operations_where_sessions_are_protected(served, request_, noted):
    error = served.ask(Identity("", "TLS"), request_)
    assert error.detail.IpamExceptionData.ExceptionId is IpamExceptionId.IpamApiAccessDenied
    assert "log on with an account" in error.fault.reason
    (entry,) = noted
    assert entry.action == type(request_).__name__
    assert entry.decision.reason == "nobody knows who asks"


def test_without_an_authorizer_the_rule_is_the_same(make_harness, store):
    served = Audited(make_harness(start=False, store=store), store)
    assert served.ask(alice(), GetOperation(requestId=request_id(2))) == GetOperationResponse()
    assert numbers_in(served.ask(alice(), GetOperations(limit=10))) == [3, 1]
    assert isinstance(served.ask(Identity("", "TLS"), GetOperations(limit=1)), SoapFaultError)


def test_a_message_id_that_was_chosen_again_hides_nothing(make_harness, tmp_path):
    """Clients choose them: that of another's operation does not make it disappear."""
    again = operation(1, BOB, Outcome.FAILED)
    later = OperationRecord(
        id=UUID(int=2000),
        request_id=again.request_id,
        operation_id="EditDhcpScope",
        parameters="",
        client=BOB,
        started=BEGAN + timedelta(days=1),
        ended=BEGAN + timedelta(days=1),
        outcome=Outcome.FAILED,
    )
    with filled_store(tmp_path) as store:
        with store.transaction() as transaction:
            transaction.add_operation(later)
        served = Audited(make_harness(start=False, store=store), store)
        answer = served.ask(alice(), GetOperation(requestId=request_id(1)))
    assert answer.GetOperationResult.Id == UUID(int=1001)


# --- What is told --------------------------------------------------------------------------------


def test_a_list_is_short_and_newest_first(served):
    answer = served.ask(None, GetOperations(limit=2, outcome=Outcome.FAILED))
    assert numbers_in(answer) == [3, 2]
    for each in answer.GetOperationsResult:
        assert each.Parameters is each.Subtasks is None


def test_of_very_many_subtasks_the_newest_are_told(make_harness, tmp_path):
    subtasks = tuple(
        SubtaskRecord(number=number, unique_id=1, name=f"Part {number}", status="InProgress")
        for number in range(1, 100_001)
    )
    with filled_store(tmp_path) as store:
        with store.transaction() as transaction:
            transaction.save_progress(OPERATIONS[3].id, Decimal(1), subtasks)
        served = Audited(make_harness(start=False, store=store), store)
        answer = served.ask(None, GetOperation(requestId=request_id(4)))
    assert record_of(answer.GetOperationResult).subtasks == subtasks[-1000:]


@pytest.mark.parametrize("limit", [0, -1, 1001])
def test_a_limit_is_from_1_to_1000(served, limit):
    error = served.ask(None, GetOperations(limit=limit))
    assert error.detail.IpamExceptionData.ExceptionId is IpamExceptionId.IpamApiInvalidParameter
    assert error.fault.reason == f"The limit is {limit}; it has to be from 1 to 1000."


def test_requests_are_answered_one_after_the_other(served):
    wire = served.session(None)
    wire.send(
        wire.request(GetOperation(requestId=request_id(2))) + wire.request(GetOperations(limit=1))
    )
    assert len(served.writer.jobs) == 1
    served.writer.run()
    assert wire.names() == ["GetOperationResponse", "GetOperationsResponse"]
    wire.end()
    assert wire.received() == [EndRecord()]


def test_a_client_that_has_left_is_told_nothing(served):
    wire = served.session(None)
    wire.ask(GetOperations(limit=1))
    wire.reset()
    served.writer.run()
    assert wire.received() == []


# --- When the store fails ------------------------------------------------------------------------


def test_a_store_that_fails_is_a_fault_and_the_session_goes_on(served, log):
    served.writer.error = StoreUnavailableError("the disk is full")
    wire = served.session(None)
    wire.ask(GetOperations(limit=1))
    served.writer.run()
    (error,) = wire.received()
    assert error.detail.IpamExceptionData.ExceptionId is IpamExceptionId.IpamApiGenericErrorOccurred
    assert "cannot read its records at the moment" in error.fault.reason
    assert "disk" not in error.fault.reason
    assert log.lines(LogLevel.error) == ["the history cannot be read: the disk is full"]
    served.writer.error = None
    wire.ask(GetOperations(limit=1))
    served.writer.run()
    assert wire.names() == ["GetOperationsResponse"]


def test_a_mistake_of_ours_is_the_servers_failure(served, log):
    served.writer.error = ZeroDivisionError("ours")
    wire = served.session(None)
    wire.ask(GetOperations(limit=1))
    served.writer.run()
    error, end = wire.received()
    assert error.fault.subcodes[0][1] == "InternalServiceFault"
    assert end == EndRecord()
    (failure,) = log.take_failures()
    assert str(failure) == "ours"


# --- The path ------------------------------------------------------------------------------------


def test_without_a_store_there_is_no_such_path(harness):
    assert harness.server.service_at(f"net.tcp://x{HISTORY_PATH}") is None


def test_the_path_cannot_be_that_of_another_service(store):
    with pytest.raises(ValueError, match="IOperationHistory is at the path /IpamOperationHistory"):
        ManagementServer(
            demo_registry(), server_path="/ipamoperationhistory/", store=store, reactor=object()
        )


# --- The client ----------------------------------------------------------------------------------


@pytest.fixture
def pair(make_pair, store):
    """A client, and a server whose store answers at once."""
    linked = make_pair()
    linked.harness.reactor = linked.reactor
    server = ManagementServer(
        demo_registry(subtasks=1, steps=1),
        reactor=linked.reactor,
        allow_unprotected_network=True,
        store=store,
    )
    linked.harness.server = server
    linked.writer = Audited(linked.harness, store).writer
    return linked


def run(pair) -> None:
    pair.run()
    while pair.writer.jobs:
        pair.writer.run()
        pair.run()


def test_the_client_asks_for_an_operation(pair, outcome_of):
    for wanted in (request_id(2), UUID(int=2), str(UUID(int=2))):
        answer = outcome_of(pair.client.operation(wanted))
        run(pair)
        assert answer == [OPERATIONS[1]]
    assert all(link.client.is_gone for link in pair.links)


def test_the_client_asks_for_an_operation_that_there_is_not(pair, outcome_of):
    answer = outcome_of(pair.client.operation("urn:x"))
    run(pair)
    assert answer == [None]


def test_the_client_asks_for_operations(pair, outcome_of):
    everything = outcome_of(pair.client.operations())
    failed = outcome_of(pair.client.operations(limit=1, outcome=Outcome.FAILED))
    run(pair)
    assert [record.id.int for record in everything[0]] == [1004, 1003, 1002, 1001]
    (record,) = failed[0]
    assert (record.id.int, record.outcome, record.parameters) == (1003, Outcome.FAILED, "")


def test_the_client_is_told_a_fault(pair, outcome_of):
    answer = outcome_of(pair.client.operations(limit=0))
    run(pair)
    assert isinstance(answer.error, SoapFaultError)
    assert all(link.client.is_gone for link in pair.links)


def test_a_server_that_keeps_no_records_says_so(make_pair, outcome_of):
    pair = make_pair()
    answer = outcome_of(pair.client.operations())
    pair.run()
    assert isinstance(answer.error, FramingError)
    assert "it keeps no records" in str(answer.error)


def test_other_faults_of_the_framing_stay_what_they_are(make_pair, outcome_of):
    pair = make_pair()
    answer = outcome_of(pair.client.operations())
    pair.connect()
    (link,) = pair.links
    link.client.send(FaultRecord(faults.UNSUPPORTED_MODE).serialize())
    assert str(answer.error) == "the service does not serve duplex sessions"


# --- The name of an operation --------------------------------------------------------------------


def parameters():
    return CreateDhcpScopeParameters(OperationId=IpamAdminOperationId.CreateDhcpScope)


def test_an_operation_has_the_message_id_of_its_start(make_pair, outcome_of):
    pair = make_pair()
    chosen = UUID(int=77)
    given = outcome_of(pair.client.start_operation(parameters(), chosen))
    made = outcome_of(pair.client.start_operation(parameters()))
    pair.run()
    assert given[0].request_id == request_id(77)
    assert made[0].request_id.startswith("urn:uuid:")
    assert made[0].request_id != given[0].request_id


@pytest.mark.parametrize(
    ("lose", "error"),
    [
        (lambda pair: pair.links[0].client.reset(), ConnectionLostError),
        (lambda pair: pair.reactor.advance(61), RequestTimeoutError),
    ],
)
def test_a_start_without_an_answer_says_what_to_ask_for(make_pair, outcome_of, lose, error):
    pair = make_pair()
    started = outcome_of(pair.client.start_operation(parameters(), UUID(int=77)))
    pair.connect()
    (link,) = pair.links
    link.carry()  # the preamble, and its acknowledgement
    link.carry()  # the parameters, and their reply
    assert link.client.transport.value(), "the start is on its way"
    assert started == []
    lose(pair)
    assert type(started.error) is error
    assert "the operation may have begun all the same" in str(started.error)
    assert request_id(77) in str(started.error)
