import pytest

from ipam_progress.binaryxml import END, Decoder, Encoder, UniqueId, declare, start, text
from ipam_progress.contracts import IpamException, IpamExceptionData, IpamExceptionId, IpamTaskType
from ipam_progress.contracts.messages import (
    AddSubTask,
    InitializeOperationParameters,
    StartOperationWithCallback,
    StartTask,
    StartTaskResponse,
)
from ipam_progress.errors import (
    BinaryXmlError,
    DeserializationError,
    EnvelopeError,
    RemoteProtocolError,
    SerializationError,
)
from ipam_progress.namespaces import ANONYMOUS, IPAM, IPAM1, SOAP_FAULT
from ipam_progress.service.client import (
    SoapFaultError,
    encode_keepalive,
    encode_request,
    read_answer,
    read_fault_error,
)
from ipam_progress.service.declarations import OPERATIONS
from ipam_progress.service.incoming import read_incoming
from ipam_progress.session.faults import IpamError
from ipam_progress.soap import SENDER, Fault, internal_service_fault, write_fault

ADDRESS = "net.tcp://server:808/IpamServer"
IDENTIFIER = UniqueId(bytes(range(16)))
START_TASK = OPERATIONS[StartTask]


def incoming_fault(fault, write_detail=None):
    octets = write_fault(Encoder(), fault, IDENTIFIER, write_detail)
    return read_incoming(Decoder(), octets)


@pytest.mark.parametrize(
    ("message", "port_type"),
    [
        (InitializeOperationParameters(), "IIpamOperationWithProgress"),
        (StartOperationWithCallback(), "IIpamOperationWithProgress"),
        (StartTask(taskType=IpamTaskType.Expiry, server="s"), "IIpamServer"),
    ],
)
def test_a_request_says_what_it_is_and_where_it_goes(message, port_type):
    incoming = read_incoming(Decoder(), encode_request(Encoder(), message, IDENTIFIER, ADDRESS))
    assert incoming.action == f"{IPAM}/{port_type}/{type(message).__name__}"
    assert incoming.message.message_id == IDENTIFIER
    assert incoming.message.to == ADDRESS
    assert incoming.message.reply_to == ANONYMOUS
    assert incoming.read_body(OPERATIONS[type(message)].request) == message


@pytest.mark.parametrize("message", [AddSubTask(), StartTaskResponse(), None])
def test_what_is_no_request_cannot_be_sent(message):
    with pytest.raises(SerializationError, match="the requests are Init"):
        encode_request(Encoder(), message, IDENTIFIER, ADDRESS)


def test_a_keepalive_has_an_action_and_nothing_else():
    incoming = read_incoming(Decoder(), encode_keepalive(Encoder()))
    message = incoming.message
    assert message.action == "Microsoft.WindowsServerSolutions.Common.ProviderFramework.Keepalive"
    assert (message.to, message.message_id, message.body) == (None, None, None)


def test_the_reply_of_another_operation_is_no_answer(tasks):
    answer = tasks.request(StartTask(taskType=IpamTaskType.Audit))
    with pytest.raises(EnvelopeError, match=r"StartTaskResponse where http.*ParametersResponse is"):
        read_answer(answer, InitializeOperationParameters)


def test_a_reply_with_another_body_is_no_answer(tasks):
    envelope = tasks.envelope(START_TASK.reply_action, start("", "Odd"), END)
    with pytest.raises(DeserializationError):
        read_answer(read_incoming(Decoder(), envelope), StartTask)


def test_a_fault_is_raised_with_all_it_says(tasks):
    answer = tasks.request(StartTask())
    with pytest.raises(SoapFaultError, match=r"^IpamApiInvalidParameter: task type$") as caught:
        read_answer(answer, StartTask)
    error = caught.value
    assert isinstance(error, RemoteProtocolError)
    assert error.fault.action == START_TASK.fault_action
    assert error.fault.code == SENDER
    assert error.detail == IpamException(
        IpamExceptionData=IpamExceptionData(
            ExceptionId=IpamExceptionId.IpamApiInvalidParameter, ExceptionMessage="task type"
        )
    )


def test_an_exception_keeps_its_inner_exceptions(tasks):
    cause = IpamError(IpamExceptionId.IpamApiAccessDenied, "cause")
    outer = IpamError(IpamExceptionId.IpamApiGenericErrorOccurred, "outer")
    outer.__cause__ = cause
    tasks.session.error = outer
    detail = read_fault_error(tasks.request(StartTask())).detail
    assert detail.InnerIpamException.IpamExceptionData.ExceptionMessage == "cause"


def test_a_fault_without_a_detail_is_named_by_its_most_exact_code():
    error = read_fault_error(incoming_fault(internal_service_fault()))
    assert error.detail is None
    assert str(error).startswith("InternalServiceFault: The server could not")


def test_a_fault_may_say_no_more_than_its_code():
    error = read_fault_error(incoming_fault(Fault(action=SOAP_FAULT, code=SENDER, reason="")))
    assert str(error) == "Sender"


def test_an_exception_without_data_leaves_the_code_to_speak(tasks):
    tasks.session.error = IpamError(IpamExceptionId.IpamApiAccessDenied, "no")
    tasks.session.error.to_contract = IpamException
    error = read_fault_error(tasks.request(StartTask()))
    assert error.detail == IpamException()
    assert str(error) == "Sender: no"


@pytest.mark.parametrize(
    "detail",
    [
        (start("", "Other"), declare("", "urn:other"), text("x"), END),
        (
            start("", "IpamException"),
            declare("", IPAM1),
            start("", "IpamExceptionData"),
            declare("", ""),
            start("b", "ExceptionId"),
            declare("b", IPAM),
            text("NoSuchId"),
            END,
            END,
            END,
        ),
    ],
)
def test_a_detail_that_we_cannot_read_counts_as_none(tasks, detail):
    fault = (start("s", "Fault"), start("s", "Detail"), *detail, END, END)
    incoming = read_incoming(Decoder(), tasks.envelope(SOAP_FAULT, *fault))
    error = read_fault_error(incoming)
    assert error.fault.detail is not None
    assert error.detail is None


def test_octets_that_are_no_message_are_told_as_what_they_are():
    with pytest.raises(BinaryXmlError):
        read_incoming(Decoder(), b"\0\xff")
