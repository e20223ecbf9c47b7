"""Messages that are wrong, in sessions that are in order.

What is broken within the body is answered with DeserializationFailed and the session goes on; what
is broken before it leaves the string tables in doubt, and ends the connection. Either way memory
stays flat and good clients are served meanwhile.
"""

import random

import pytest

from ipam_progress.binaryxml import UniqueId
from ipam_progress.contracts import IpamTaskType
from ipam_progress.contracts.core import IpamOperationWithProgressParameters
from ipam_progress.contracts.enumerations import IpamAdminOperationId
from ipam_progress.contracts.messages import (
    InitializeOperationParameters,
    StartOperationWithCallback,
    StartTask,
)
from ipam_progress.contracts.parameters import CreateDhcpScopeParameters, DeleteDhcpScopeParameters
from ipam_progress.framing.records import EndRecord, SizedEnvelopeRecord
from ipam_progress.service.client import encode_keepalive, encode_request, read_fault_error

OPERATION_PATH = "/IpamOperationWithProgress"
SERVER_PATH = "/IpamServer"
TWO_GIGABYTES = b"\xff\xff\xff\x7f"
TWO_GIGABYTES_31 = b"\xff\xff\xff\xff\x07"
DISPATCHER = "http://schemas.microsoft.com/net/2005/12/windowscommunicationfoundation/dispatcher"
NAMESPACE = "http://Microsoft.Windows.Ipam"
GOOD_TASK = StartTask(taskType=IpamTaskType.Discovery, server="dhcp1")


@pytest.fixture(scope="module")
def server(start_server, probe):
    """A server that has served before, so that what it holds now is what it needs."""
    server = start_server()
    assert probe(server, "sessions", 20).status == 0
    assert probe(server, "calls", 100).status == 0
    return server


@pytest.fixture
def task_session(server, connect):
    """An open session of IIpamServer that has had a good call."""
    client = connect(server).open_session(SERVER_PATH)
    assert_answered(client)
    return client


def assert_answered(client):
    """The session is alive: a good call gets its reply."""
    message_id = client.request(GOOD_TASK)
    reply = client.next_message()
    assert reply.action == f"{NAMESPACE}/IIpamServer/StartTaskResponse"
    assert reply.relates_to == message_id


def encoded(client, message):
    message_id = UniqueId.random()
    return message_id, encode_request(client.encoder, message, message_id, client.via)


def assert_not_deserialized(client, message_id):
    answer = client.next_message()
    assert answer.relates_to == message_id
    fault = read_fault_error(answer)
    assert fault.fault.code[1] == "Sender"
    assert [code for _, code in fault.fault.subcodes] == ["DeserializationFailed"]
    assert fault.fault.action == f"{DISPATCHER}/fault"
    assert fault.detail is None
    assert 0 < len(fault.fault.reason) < 1000  # clients do not take long ones


def test_an_enumeration_value_that_does_not_exist(task_session):
    client = task_session
    message_id, envelope = encoded(client, GOOD_TASK)
    assert envelope.count(b"Discovery") == 1
    client.send_envelope(envelope.replace(b"Discovery", b"Recovery!"))
    assert_not_deserialized(client, message_id)
    assert_answered(client)


def test_a_type_that_does_not_exist(server, connect):
    """And the session is not initialized by it."""
    client = connect(server).open_session(OPERATION_PATH)
    good = InitializeOperationParameters(
        paramters=CreateDhcpScopeParameters(OperationId=IpamAdminOperationId.CreateDhcpScope)
    )
    message_id, envelope = encoded(client, good)
    name = b"CreateDhcpScopeParameters"  # for i:type, in the session's string table
    assert envelope.count(name) == 1
    client.send_envelope(envelope.replace(name, b"CreateDhcpSkopeParameters"))
    assert_not_deserialized(client, message_id)
    message_id = client.request(
        InitializeOperationParameters(
            paramters=DeleteDhcpScopeParameters(OperationId=IpamAdminOperationId.DeleteDhcpScope)
        )
    )
    reply = client.next_message()
    assert (reply.relates_to, reply.is_fault) == (message_id, False)


NESTED = b"\x40\x01a"
BROKEN_BODIES = {
    "elements nested 10,000 deep": NESTED * 10_000 + b"\x01" * 10_000,
    "elements nested 10,000 deep, unfinished": NESTED * 10_000,
    "10,000 attributes": NESTED
    + b"".join(b"\x04\x05a%04d\xa8" % number for number in range(10_000))
    + b"\x01",
    "10,000 prefixes": NESTED
    + b"".join(b"\x09\x05p%04d\x01u" % number for number in range(10_000))
    + b"\x01",
    "one attribute twice": NESTED + b"\x04\x01a\xa8\x04\x01a\xa8\x01",
    "a million elements": b"\x40\x01a\x01" * 1_000_000,
    "Chars8 beyond the end": NESTED + b"\x99\xff",
    "Chars32 of 2 GB": NESTED + b"\x9d" + TWO_GIGABYTES + b"abc",
    "Chars32 of -1": NESTED + b"\x9d\xff\xff\xff\xff" + b"abc",
    "Bytes32 of 2 GB": NESTED + b"\xa3" + TWO_GIGABYTES + b"abc",
    "UnicodeChars32 of 2 GB": NESTED + b"\xbb" + TWO_GIGABYTES + b"abc",
    "a name of 2 GB": b"\x40" + TWO_GIGABYTES_31 + b"a",
    "a comment of 2 GB": b"\x02" + TWO_GIGABYTES_31 + b"a",
    "an array of 2 G": b"\x03\x40\x01a\x01\x8b" + TWO_GIGABYTES_31 + bytes(100),
    "an array of a million": b"\x03\x40\x01a\x01\xb5\xc0\x84\x3d" + bytes(1_000_000),
    "a dictionary string that is not there": b"\x42\xff\xff\x03\x01",
    "a session string that is not there": b"\x42\xff\x01\x01",
    "a reserved record": NESTED + b"\xfe",
    "text that is no UTF-8": NESTED + b"\x99\x02\xff\xff",
    "half a document": b"\x40",
    "nothing": b"",
    "another element": NESTED + b"\x01",
    "text": b"\x98\x05hello",
    "lists in lists": NESTED + b"\xa4" * 10_000,
    "a name of two million characters": b"\x40\x80\x89\x7a" + b"n" * 2_000_000 + b"\x01",
    "a prefix of two million characters": b"\x41\x80\x89\x7a" + b"n" * 2_000_000 + b"\x01a\x01",
    # what an element has to remember of the prefixes that others have declared
    "many prefixes, redeclared often": b"".join(
        NESTED + b"".join(b"\x09\x03%c%02d\x01u" % (letter, number) for number in range(60))
        for letter in b"abcd"
    )
    + b"\x40\x01a\x09\x01p\x01u\x01" * 250_000
    + b"\x01" * 4,
    "a million comments": b"\x02\x01c" * 1_000_000,
}


@pytest.mark.parametrize("name", BROKEN_BODIES)
def test_broken_bodies(server, task_session, replace_body, undisturbed, name):
    client = task_session
    with undisturbed(server, megabytes=64, good=("calls", 20)):
        message_id, envelope = encoded(client, GOOD_TASK)
        client.send_envelope(replace_body(envelope, BROKEN_BODIES[name]))
        assert_not_deserialized(client, message_id)
        assert_answered(client)
        server.wait_for_log_of([client.port])
    assert max(map(len, server.log())) < 1000


def test_costly_bodies_cost_no_more_the_more_there_are(
    server, task_session, replace_body, undisturbed
):
    """What one of them may take for a moment is all that any number of them takes."""
    client = task_session
    with undisturbed(server, megabytes=64, good=("calls", 100)):
        for name in 5 * ("a million elements", "many prefixes, redeclared often"):
            message_id, envelope = encoded(client, GOOD_TASK)
            client.send_envelope(replace_body(envelope, BROKEN_BODIES[name]))
            assert_not_deserialized(client, message_id)
        assert_answered(client)


def test_broken_bodies_by_the_hundred(server, task_session, replace_body, undisturbed):
    """Random octets in one session, each answered; what they cost is given back."""
    client = task_session
    generator = random.Random(5)
    with undisturbed(server):
        for _ in range(300):
            message_id, envelope = encoded(client, GOOD_TASK)
            # within an element: two ends of an element would begin something beside the body
            body = NESTED + b"\x98\x01a" + generator.randbytes(generator.randint(1, 500))
            client.send_envelope(replace_body(envelope, body.replace(b"\x01", b"\x02")))
            assert_not_deserialized(client, message_id)
        assert_answered(client)


def test_mutated_parameters(server, connect, undisturbed):
    """Octets changed anywhere in a real message: an answer, or the end of the connection."""
    generator = random.Random(6)
    good = InitializeOperationParameters(
        paramters=CreateDhcpScopeParameters(OperationId=IpamAdminOperationId.CreateDhcpScope)
    )
    outcomes = set()
    with undisturbed(server):
        for _ in range(300):
            client = connect(server).open_session(OPERATION_PATH)
            _, envelope = encoded(client, good)
            mutated = bytearray(envelope)
            for _ in range(generator.randint(1, 3)):
                mutated[generator.randrange(len(mutated))] = generator.randrange(256)
            client.send_envelope(bytes(mutated))
            client.send(EndRecord().serialize())
            client.end_sending()
            records = client.records()
            outcomes.add((*(type(record).__name__ for record in records[:-1]), records[-1]))
            client.close()
    assert outcomes <= {
        ("SizedEnvelopeRecord", "EndRecord", "closed"),  # a reply or a fault
        ("EndRecord", "closed"),  # an Action that is taken in silence
        ("reset",),  # string table or headers are broken
    }
    assert len(outcomes) >= 2


BROKEN_ENVELOPES = {
    "a string table of 2 GB": TWO_GIGABYTES_31 + b"\x01a",
    "a string of 2 GB": b"\x06" + TWO_GIGABYTES_31 + b"a",
    "a string table beyond the end": b"\x7f\x01a",
    "a string beyond the table": b"\x03\x05abcdefgh",
    "a string table over 2048 octets": b"\x88\x27" + b"\x01a" * 2500,
    "strings of no octets": b"\x88\x27" + b"\x00" * 5000,
    "no document": b"\x00",
    "no SOAP": b"\x00\x40\x01a\x01",
    "no headers": b"\x00\x56\x02\x0b\x01a\x06\x56\x0e\x01\x01",
    "random octets": random.Random(7).randbytes(1000),
    "zeros": bytes(100_000),
    "deep headers": b"\x00\x56\x02\x56\x08" + NESTED * 10_000,
}


@pytest.mark.parametrize("name", BROKEN_ENVELOPES)
def test_broken_envelopes(server, task_session, undisturbed, name):
    client = task_session
    with undisturbed(server, good=("calls", 20)):
        client.send_envelope(BROKEN_ENVELOPES[name])
        assert client.records() == ["reset"]
        server.wait_for_log_of([client.port])


@pytest.mark.parametrize("path", [OPERATION_PATH, SERVER_PATH])
@pytest.mark.parametrize(
    ("action", "subcode"),
    [
        (b"http://Microsoft.Windows.Ipam/IIpamServer/StartTusk", "ActionNotSupported"),
        (b"http://Microsoft.Windows.Ipam/IIpamServer/\xe2\x98\x83a\x00b", "ActionNotSupported"),
    ],
)
def test_actions_that_do_not_exist(server, connect, path, action, subcode):
    client = connect(server).open_session(path)
    good = f"{NAMESPACE}/IIpamServer/StartTask".encode()
    for _ in range(2):  # CoreWCF goes on with the session
        _, envelope = encoded(client, GOOD_TASK)
        wrong = envelope.replace(good, action + b"X" * (len(good) - len(action)))
        client.send_envelope(wrong)
        fault = client.next_fault()
        assert [code for _, code in fault.fault.subcodes][-1:] == [subcode]


def test_another_services_request(server, connect):
    """StartTask at the operations' address is no action of that service."""
    client = connect(server).open_session(OPERATION_PATH)
    client.request(GOOD_TASK)
    assert client.next_fault().fault.code[1] == "Sender"


def test_a_keepalive_is_taken_in_silence(task_session):
    client = task_session
    client.send_envelope(encode_keepalive(client.encoder))
    assert_answered(client)


def test_requests_that_cross_our_end(server, connect, make_preamble):
    """A refused initialization ends our side; what the client had on the way is no surprise."""
    client = connect(server).open_session(OPERATION_PATH)
    base = IpamOperationWithProgressParameters(OperationId=IpamAdminOperationId.CreateDhcpScope)
    client.request(InitializeOperationParameters(paramters=base))
    assert "IpamApiInvalidParameter" in str(client.next_fault())
    assert client.next_record() == EndRecord()
    client.request(StartOperationWithCallback())
    client.request(InitializeOperationParameters(paramters=base))
    client.send(EndRecord().serialize())
    # that session is over; the connection carries another one
    client.open_session(OPERATION_PATH)
    client.send(EndRecord().serialize())
    assert client.next_record() == EndRecord()
    client.end_sending()
    assert client.next_record() == "closed"


def test_a_client_that_says_everything_at_once(server, connect, make_preamble):
    """Preamble, requests, End, and the next session behind them, in one segment."""
    client = connect(server)
    client.via = server.url + SERVER_PATH
    calls = [encoded(client, GOOD_TASK)[1] for _ in range(10)]
    session = (
        make_preamble(client.via)
        + b"".join(SizedEnvelopeRecord(call).serialize() for call in calls)
        + EndRecord().serialize()
    )
    client.send(session * 3)
    client.end_sending()
    records = client.records()
    kinds = [type(record).__name__ for record in records[:-1]]
    assert kinds == ["PreambleAckRecord", *10 * ["SizedEnvelopeRecord"], "EndRecord"] * 3
    assert records[-1] == "closed"
