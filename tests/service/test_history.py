"""Records on the wire, and the service that tells them: in bounds, whatever a handler said."""

from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from uuid import UUID

import pytest

from ipam_progress.binaryxml import UniqueId
from ipam_progress.contracts import IpamExceptionId
from ipam_progress.contracts.history import (
    GetOperation,
    GetOperationResponse,
    GetOperations,
    GetOperationsResponse,
    RecordedOperation,
    RecordedSubtask,
)
from ipam_progress.limits import Limits
from ipam_progress.namespaces import HISTORY
from ipam_progress.records import OperationRecord, Outcome, SubtaskRecord
from ipam_progress.service.application import operation_history_application
from ipam_progress.service.client import encode_request, read_answer, read_fault_error
from ipam_progress.service.endpoint import ServiceEndpoint
from ipam_progress.service.history import (
    MOST_OPERATIONS,
    MOST_SUBTASKS,
    record_of,
    recorded,
    recorded_in_short,
    request_id_of,
)
from ipam_progress.service.incoming import read_incoming
from ipam_progress.session.faults import IpamError

STARTED = datetime(2026, 2, 3, 4, 5, 6, 789012, UTC)
KEY = UUID("6ba7b810-9dad-11d1-80b4-00c04fd430c8")
SUBTASKS = (
    SubtaskRecord(number=1, unique_id=7, name="Check", status="CompletedWithSuccess"),
    SubtaskRecord(
        number=2,
        unique_id=2**40,
        name="Create",
        description="half of it",
        status="CompletedWithError",
        percent=Decimal("50.5"),
        error="IpamApiAccessDenied: no",
    ),
)
RECORD = OperationRecord(
    id=KEY,
    request_id="urn:uuid:11111111-2222-3333-4444-555555555555",
    operation_id="CreateDhcpScope",
    parameters="<p>1 &lt; 2</p>",
    client=r"CONTOSO\alice",
    address="192.0.2.7:50000",
    started=STARTED,
    ended=STARTED + timedelta(hours=1),
    outcome=Outcome.FAILED,
    percent=Decimal("75.25"),
    error="The scope exists.",
    client_saw_end=True,
    attempts=2,
    subtasks=SUBTASKS,
)
RUNNING = OperationRecord(id=KEY, operation_id="EditDhcpScope", parameters="", started=STARTED)


class StubHistory:
    """What the service asks; the test answers."""

    def __init__(self) -> None:
        self.calls = []
        self.answer: Future = Future()

    def operation(self, request_id):
        self.calls.append(request_id)
        return self.answer

    def operations(self, limit, outcome):
        self.calls.append((limit, outcome))
        return self.answer


@pytest.fixture
def history(make_pair_for):
    """A session of our own port type."""
    pair = make_pair_for(operation_history_application)
    pair.session = StubHistory()
    return pair


def answer_to(history, message):
    """Give what the service is asked, and what the client is told when the answer is there."""
    envelope = encode_request(history.encoder, message, UniqueId.random(), "net.tcp://x/history")
    later = history.endpoint.process(envelope, history.codec, history.session)
    assert isinstance(later, Future)
    return lambda: read_incoming(history.decoder, later.result(timeout=0))


def size_of_answer(history, message):
    """Give the octets of the answer to a request; its session has got it already."""
    envelope = encode_request(history.encoder, message, UniqueId.random(), "net.tcp://x/history")
    answer = history.endpoint.process(envelope, history.codec, history.session)
    return len(answer.result(timeout=0) if isinstance(answer, Future) else answer)


def test_a_record_comes_back_as_it_was():
    assert record_of(recorded(RECORD)) == RECORD
    assert record_of(recorded(RUNNING)) == RUNNING


def test_in_short_there_are_no_parameters_and_no_subtasks():
    told = recorded_in_short(RECORD)
    assert told.Parameters is told.Subtasks is None
    assert record_of(told).error == RECORD.error


def test_times_are_told_in_utc():
    there = timezone(timedelta(hours=5))
    record = OperationRecord(
        id=KEY, operation_id="", parameters="", started=STARTED.astimezone(there)
    )
    assert str(recorded(record).Started) == "2026-02-03T04:05:06.789012Z"


def test_a_server_that_tells_little_is_understood():
    assert record_of(RecordedOperation(Subtasks=[None, RecordedSubtask()])) == OperationRecord(
        id=UUID(int=0),
        operation_id="",
        parameters="",
        started=datetime(1, 1, 1, tzinfo=UTC),
        attempts=0,
        subtasks=(SubtaskRecord(number=0, unique_id=0, name="", status=""),),
    )


def test_texts_are_bounded_and_fit_for_xml():
    long = "x" * 1_000_000
    told = recorded(
        OperationRecord(
            id=KEY,
            operation_id="CreateDhcpScope",
            parameters=long,
            started=STARTED,
            error=f"\0{long}",
            subtasks=(
                SubtaskRecord(
                    number=1, unique_id=1, name=long, description="\x1b", status="", error=long
                ),
            ),
        )
    )
    assert told.Parameters is None, "half a document is of no use"
    assert told.Error.startswith("\ufffdxxx")
    assert len(told.Error) == 256 * 1024
    (subtask,) = told.Subtasks
    assert (len(subtask.Name), subtask.Description, len(subtask.Error)) == (256, "\ufffd", 256)


def test_in_a_list_an_error_is_short():
    record = OperationRecord(
        id=KEY, operation_id="", parameters="", started=STARTED, error="x" * 10_000
    )
    assert len(recorded_in_short(record).Error) == 256


@pytest.mark.parametrize(
    ("there", "length", "told"),
    [
        (MOST_SUBTASKS, 0, MOST_SUBTASKS),
        (MOST_SUBTASKS + 1, 0, MOST_SUBTASKS),
        (100_000, 0, MOST_SUBTASKS),
        (1000, 256, 1000),
        (1000, 263, 996),
        (1000, 300, 873),
    ],
)
def test_of_many_subtasks_the_newest_are_told_and_it_can_be_seen(there, length, told):
    """Texts of a subtask are a name and a description, of `length` characters together."""
    name, description = "x" * min(length, 256), "y" * max(length - 256, 0)
    everything = tuple(
        SubtaskRecord(number=number, unique_id=1, name=name, description=description, status="")
        for number in range(1, there + 1)
    )
    record = record_of(recorded(replace(RECORD, subtasks=everything)))
    assert record.subtasks == everything[-told:]
    assert record.subtasks[0].number - 1 == there - told


# Each of its characters has four octets.
EMOJI = "\U0001f600" * 300_000


@pytest.mark.parametrize("length", [1, 87, 256])
def test_the_largest_operation_fits_into_a_message(history, length):
    subtask = SubtaskRecord(
        number=2**31 - 1,
        unique_id=2**63 - 1,
        name=EMOJI[:length],
        description=EMOJI[:length],
        status="CompletedWithSuccess",
        percent=Decimal("99.999"),
        error=EMOJI[:length],
    )
    largest = replace(
        RECORD,
        request_id=EMOJI[:256],
        client=EMOJI,
        error=EMOJI,
        parameters=EMOJI[: 256 * 1024],
        subtasks=(subtask,) * MOST_SUBTASKS,
    )
    history.session.answer.set_result(recorded(largest))
    assert size_of_answer(history, GetOperation()) < Limits().envelope


def test_the_largest_list_fits_into_a_message(history):
    largest = replace(RECORD, request_id=EMOJI[:256], client=EMOJI, error=EMOJI)
    history.session.answer.set_result([recorded_in_short(largest)] * MOST_OPERATIONS)
    assert size_of_answer(history, GetOperations(limit=1000)) < Limits().envelope


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (f"urn:uuid:{KEY}", f"urn:uuid:{KEY}"),
        (f" urn:uuid:{str(KEY).upper()}\n", f"urn:uuid:{KEY}"),
        (str(KEY), f"urn:uuid:{KEY}"),
        ("urn:message:1", "urn:message:1"),
        ("", ""),
        ("x" * 1000, "x" * 500),
    ],
)
def test_message_ids_are_compared_in_one_form(text, key):
    assert request_id_of(text) == key
    assert request_id_of(key) == key


def test_an_operation_is_told(history):
    answer = answer_to(history, GetOperation(requestId="urn:message"))
    assert history.session.calls == ["urn:message"]
    history.session.answer.set_result(recorded(RECORD))
    incoming = answer()
    assert incoming.action == f"{HISTORY}/IOperationHistory/GetOperationResponse"
    told = read_answer(incoming, GetOperation)
    assert told == GetOperationResponse(GetOperationResult=recorded(RECORD))
    assert record_of(told.GetOperationResult) == RECORD


def test_an_operation_that_there_is_not_is_nil(history):
    answer = answer_to(history, GetOperation())
    history.session.answer.set_result(None)
    assert read_answer(answer(), GetOperation) == GetOperationResponse()


@pytest.mark.parametrize("outcome", [None, *Outcome])
def test_operations_are_told(history, outcome):
    answer = answer_to(history, GetOperations(limit=7, outcome=outcome))
    assert history.session.calls == [(7, outcome)]
    told = [recorded_in_short(record) for record in (RECORD, RUNNING)]
    history.session.answer.set_result(told)
    assert read_answer(answer(), GetOperations) == GetOperationsResponse(GetOperationsResult=told)


def test_a_fault_is_that_of_our_own_port_type(history):
    answer = answer_to(history, GetOperation(requestId="x"))
    history.session.answer.set_exception(
        IpamError(IpamExceptionId.IpamApiGenericErrorOccurred, "Try again.")
    )
    error = read_fault_error(answer())
    assert error.fault.action == f"{HISTORY}/IOperationHistory/GetOperationIpamExceptionFault"
    assert error.fault.reason == "Try again."
    assert history.failures == []


def test_the_application_publishes_our_types_alone():
    application = operation_history_application()
    endpoint = ServiceEndpoint(application)
    assert endpoint.app is application
    namespaces = {
        cls.get_namespace() for cls in application.interface.classes.values() if cls.get_namespace()
    }
    assert not {each for each in namespaces if "Microsoft.Windows.Ipam" in each}
