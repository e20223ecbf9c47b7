"""Every recorded client is replayed to our endpoint, every recorded server to our client.

Exempt from comparison is what the test service behind CoreWCF chose for itself (Action and Subcode
of its IpamException faults), and the wording of reasons, which is ours.
"""

from collections import Counter

import pytest

from ipam_progress.binaryxml import Decoder, Encoder
from ipam_progress.contracts import IpamExceptionId
from ipam_progress.contracts.messages import SetOverallStatus
from ipam_progress.namespaces import ADDRESSING, SOAP
from ipam_progress.service.callbacks import encode_callback, is_callback, read_callback
from ipam_progress.service.client import (
    SoapFaultError,
    encode_request,
    read_answer,
    read_fault_error,
)
from ipam_progress.service.declarations import OPERATIONS_BY_ACTION
from ipam_progress.service.endpoint import Silence
from ipam_progress.service.incoming import Incoming, read_incoming
from ipam_progress.service.protocol import SessionCodec
from ipam_progress.soap import read_message


def without_wording(said):
    """Leave out the text of the reason and its language."""
    at = said.index(((SOAP, "Reason"), {}))
    return said[: at + 1] + said[said.index("end", at + 2) :]


def without_choices(said):
    """Leave out, of an IpamException fault, its Action and its Subcode too."""
    action = next(i for i, item in enumerate(said) if item[0] == (ADDRESSING, "Action"))
    said = [*said[: action + 1], *said[action + 2 :]]
    if ((SOAP, "Subcode"), {}) in said:
        at = said.index(((SOAP, "Subcode"), {}))
        said = [*said[:at], *said[at + 5 :]]
    return said


def test_every_recorded_client_is_answered_as_it_was(recorded_sessions, operations, tasks, infoset):
    answers = Counter()
    for recorded in recorded_sessions:
        pair = tasks if recorded.conversation.startswith("start-task") else operations
        pair.session.initialized = False
        pair.codec = SessionCodec.create()
        ours, theirs = Decoder(), Decoder()
        pending = []
        for sender, envelope in recorded.messages:
            if sender == "client":
                answer = pair.endpoint.process(envelope, pair.codec, pair.session)
                if not isinstance(answer, Silence):
                    pending.append(ours.decode(answer))
                continue
            expected = theirs.decode(envelope)
            message = read_message(expected)
            if is_callback(Incoming(expected, message)):
                continue
            if recorded.conversation == "raw-keepalive" and message.is_fault:
                continue  # we do know the Keepalive
            said, due = infoset(pending.pop(0)), infoset(expected)
            if message.is_fault:
                said, due = without_wording(said), without_wording(due)
                if "IpamException" in str(due):
                    said, due = without_choices(said), without_choices(due)
                    answers["exception"] += 1
            assert said == due, recorded.conversation
            answers[message.is_fault] += 1
        assert pending == [], recorded.conversation
    assert answers[False] > 110
    assert answers[True] == 9
    assert answers["exception"] == 5
    assert operations.failures == tasks.failures == []


def test_every_recorded_server_is_understood(recorded_sessions):
    found = Counter()
    for recorded in recorded_sessions:
        to_server, to_client = Decoder(), Decoder()
        requests = {}
        for sender, envelope in recorded.messages:
            incoming = read_incoming(to_server if sender == "client" else to_client, envelope)
            if sender == "client":
                operation = OPERATIONS_BY_ACTION.get(incoming.action)
                requests[incoming.message.message_id] = operation and operation.request.python
            elif is_callback(incoming):
                found[type(read_callback(incoming)).__name__] += 1
            elif incoming.relates_to is None:
                found[read_fault_error(incoming).fault.subcodes[0][1]] += 1
            elif incoming.is_fault:
                with pytest.raises(SoapFaultError) as caught:
                    read_answer(incoming, requests.pop(incoming.relates_to))
                error = caught.value
                found[error.fault.subcodes[0][1]] += 1
                if error.detail is not None:
                    data = error.detail.IpamExceptionData
                    assert data.ExceptionId is IpamExceptionId.IpamApiInvalidParameter
                    assert data.ExceptionMessage == error.fault.reason
                    assert str(error) == f"IpamApiInvalidParameter: {error.fault.reason}"
            else:
                reply = read_answer(incoming, requests.pop(incoming.relates_to))
                found[type(reply).__name__] += 1
    assert found == {
        "InitializeOperationParametersResponse": 58,
        "StartOperationWithCallbackResponse": 55,
        "StartTaskResponse": 1,
        "StartProgressCallback": 55,
        "AddSubTask": 109,
        "SetSubTaskStatus": 217,
        "SetCompletionPercentage": 217,
        "SetOverallStatus": 55,
        "ActionNotSupported": 2,
        "DeserializationFailed": 2,
        "InternalServiceFault": 1,
        "Ipam": 5,
    }


def test_recorded_callbacks_are_written_as_they_were(recorded_sessions, infoset):
    last = 0
    for recorded in recorded_sessions:
        decoder, ours, encoder = Decoder(), Decoder(), Encoder()
        for sender, envelope in recorded.messages:
            if sender == "client":
                continue
            incoming = read_incoming(decoder, envelope)
            if is_callback(incoming):
                callback = read_callback(incoming)
                again = ours.decode(encode_callback(encoder, callback))
                assert infoset(again) == infoset(incoming.tokens), recorded.conversation
                last += isinstance(callback, SetOverallStatus)
    assert last > 50


def test_recorded_requests_are_written_octet_by_octet_as_they_were(recorded_sessions):
    count = 0
    for recorded in recorded_sessions:
        if recorded.conversation.startswith("raw-"):
            continue  # not made by WCF's own serializer
        decoder, encoder = Decoder(), Encoder()
        for sender, envelope in recorded.messages:
            if sender == "server":
                continue
            incoming = read_incoming(decoder, envelope)
            request = incoming.read_body(OPERATIONS_BY_ACTION[incoming.action].request)
            message = incoming.message
            again = encode_request(encoder, request, message.message_id, message.to)
            assert again == envelope, recorded.conversation
            count += 1
    assert count > 110
