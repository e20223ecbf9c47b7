from decimal import Decimal

import pytest

from ipam_progress.binaryxml import END, Decoder, Encoder, start
from ipam_progress.contracts import OverallProgressStatus, SubTaskInstance, SubTaskStatus
from ipam_progress.contracts.messages import (
    AddSubTask,
    SetCompletionPercentage,
    SetOverallStatus,
    SetSubTaskStatus,
    StartProgressCallback,
    StartTask,
)
from ipam_progress.errors import DeserializationError, EnvelopeError, SerializationError
from ipam_progress.namespaces import ANONYMOUS, IPAM
from ipam_progress.service.callbacks import encode_callback, is_callback, read_callback
from ipam_progress.service.declarations import CALLBACKS
from ipam_progress.service.incoming import Incoming, read_incoming
from ipam_progress.soap import read_message

SUBTASK = SubTaskInstance(SubTaskInstanceId=1, SubTaskName="Step", SubTaskUniqueId=7)
MESSAGES = [
    StartProgressCallback(isNonDeterministic=True),
    AddSubTask(subTaskInstance=SUBTASK),
    SetSubTaskStatus(
        subTaskInstance=SUBTASK, status=SubTaskStatus.InProgress, percentComplete=Decimal("33.33")
    ),
    SetCompletionPercentage(completionPercentage=Decimal(50)),
    SetOverallStatus(overallStatus=OverallProgressStatus.CompletedWithSuccess),
]


def named(message):
    return type(message).__name__


@pytest.mark.parametrize("message", MESSAGES, ids=named)
def test_a_callback_gets_there(message):
    encoder, decoder = Encoder(), Decoder()
    sizes = []
    for _ in range(3):
        octets = encode_callback(encoder, message)
        incoming = read_incoming(decoder, octets)
        assert is_callback(incoming)
        assert read_callback(incoming) == message
        sizes.append(len(octets))
    assert sizes[0] > sizes[1] == sizes[2]  # the string table has everything


@pytest.mark.parametrize("message", MESSAGES, ids=named)
def test_a_callback_is_sent_with_the_name_of_the_service(message):
    incoming = read_incoming(Decoder(), encode_callback(Encoder(), message))
    assert incoming.action == f"{IPAM}/IIpamOperationWithProgress/{named(message)}"
    assert incoming.message.to == ANONYMOUS
    assert incoming.relates_to is None
    assert incoming.message.message_id is None
    assert not incoming.is_fault


@pytest.mark.parametrize("message", MESSAGES, ids=named)
def test_a_callback_is_understood_with_the_name_of_the_callback_too(message):
    sent = read_incoming(Decoder(), encode_callback(Encoder(), message))
    sent.message.action = CALLBACKS[type(message)].other_action
    assert sent.action == f"{IPAM}/IIpamOperationWithProgressCallback/{named(message)}"
    assert is_callback(sent)
    assert read_callback(sent) == message


@pytest.mark.parametrize("message", [StartTask(), SUBTASK, None, "AddSubTask"], ids=named)
def test_what_is_no_callback_cannot_be_sent(message):
    encoder = Encoder()
    with pytest.raises(SerializationError, match="the callbacks are StartProgressCallback, Add"):
        encode_callback(encoder, message)
    assert encode_callback(encoder, MESSAGES[0])


def test_a_value_that_does_not_fit_leaves_the_encoder_free():
    encoder, decoder = Encoder(), Decoder()
    with pytest.raises(SerializationError, match="SubTaskName"):
        encode_callback(encoder, AddSubTask(subTaskInstance=SubTaskInstance(SubTaskName=5)))
    assert read_callback(read_incoming(decoder, encode_callback(encoder, MESSAGES[1])))


def test_what_is_no_callback_is_told_as_what_it_is(operations):
    envelope = operations.envelope("urn:odd", start("", "Odd"), END)
    incoming = read_incoming(Decoder(), envelope)
    assert not is_callback(incoming)
    with pytest.raises(EnvelopeError, match="urn:odd belongs to no callback"):
        read_callback(incoming)


def test_a_callback_without_a_body_is_refused(operations):
    envelope = operations.envelope(CALLBACKS[AddSubTask].action)
    with pytest.raises(DeserializationError, match="AddSubTask is due"):
        read_callback(read_incoming(Decoder(), envelope))


def test_a_callback_with_another_body_is_refused(operations):
    envelope = operations.envelope(CALLBACKS[AddSubTask].action, start("", "Odd"), END)
    with pytest.raises(DeserializationError):
        read_callback(read_incoming(Decoder(), envelope))


def test_a_callback_that_demands_too_much_is_refused():
    sent = read_incoming(Decoder(), encode_callback(Encoder(), MESSAGES[0]))
    sent.message.not_understood.append(("urn:x", "Odd"))
    with pytest.raises(EnvelopeError, match=r"not known: \{urn:x\}Odd"):
        read_callback(sent)


def test_incoming_says_what_its_headers_say():
    octets = encode_callback(Encoder(), MESSAGES[0])
    tokens = Decoder().decode(octets)
    assert read_incoming(Decoder(), octets) == Incoming(tokens, read_message(tokens))
