"""Keepalives in memory: clients with and without them, servers that know them or not."""

import pytest
from twisted.internet.defer import Deferred

from ipam_progress.binaryxml import Encoder, UniqueId
from ipam_progress.contracts import CreateDhcpScopeParameters, IpamAdminOperationId, IpamTaskType
from ipam_progress.contracts.messages import StartOperationWithCallback, StartTask
from ipam_progress.framing.records import EndRecord, PreambleAckRecord, SizedEnvelopeRecord
from ipam_progress.operations import OperationRegistry
from ipam_progress.service.client import SoapFaultError, encode_keepalive
from ipam_progress.service.declarations import CALLBACKS_BY_ACTION, KEEPALIVE
from ipam_progress.service.paths import OPERATION_PATH, SERVER_PATH
from ipam_progress.session.keepalive import KeepaliveMode
from ipam_progress.soap import (
    action_not_supported,
    begin_one_way,
    end_message,
    internal_service_fault,
    read_message,
    write_fault,
)

BOTH = pytest.mark.parametrize("path", [OPERATION_PATH, SERVER_PATH])
DROPPED = "127.0.0.1:40000: connection dropped: no message from the client for 60 seconds"
TASK = StartTask(taskType=IpamTaskType.Discovery)


class Playing:
    """A registry whose operation the test plays."""

    def __init__(self) -> None:
        self.registry = OperationRegistry()

        @self.registry.default(thread=False)
        def handler(_parameters, progress):
            self.progress = progress
            self.ending = Deferred()
            return self.ending


@pytest.fixture
def playing():
    return Playing()


def one_way(wire, action):
    wire.send(
        SizedEnvelopeRecord(
            end_message(wire._encoder, begin_one_way(wire._encoder, action))
        ).serialize()
    )


def keepalive(wire):
    wire.send(SizedEnvelopeRecord(encode_keepalive(wire._encoder)).serialize())


def let_pass(whose, seconds):
    """Let time pass, a second at a time: a tick that is due does not wait for the next one."""
    for _ in range(seconds):
        whose.advance(1)


def timers(harness):
    return len(harness.reactor.getDelayedCalls())


# --- Servers -------------------------------------------------------------------------------------


@BOTH
def test_a_client_that_knows_no_keepalives_is_left_alone(harness, path):
    wire = harness.connect().open(path)
    before = timers(harness)
    let_pass(harness, 599)
    assert not wire.transport.aborted
    assert timers(harness) == before == 1  # the receive timeout's


@BOTH
def test_a_client_that_has_begun_to_send_them_has_to_go_on(harness, log, path):
    wire = harness.connect().open(path)
    let_pass(harness, 100)
    for _ in range(20):
        keepalive(wire)
        let_pass(harness, 45)
    let_pass(harness, 29)  # the last one was seen 15 seconds after it had come
    assert not wire.transport.aborted
    let_pass(harness, 1)
    assert wire.transport.aborted
    assert log.lines() == [DROPPED]
    assert timers(harness) == 0
    assert wire.names() == ["PreambleAckRecord"]


@BOTH
def test_where_they_are_required_silence_is_not_borne(make_harness, log, path):
    harness = make_harness(keepalive=KeepaliveMode.REQUIRED)
    wire = harness.connect().open(path)
    let_pass(harness, 59)
    assert not wire.transport.aborted
    let_pass(harness, 1)
    assert wire.transport.aborted
    assert log.lines() == [DROPPED]
    assert timers(harness) == 0


def test_a_request_is_as_good_as_a_keepalive(make_harness):
    harness = make_harness(keepalive=KeepaliveMode.REQUIRED)
    wire = harness.connect().open(SERVER_PATH)
    for _ in range(20):
        wire.ask(TASK)
        let_pass(harness, 59)
    assert not wire.transport.aborted


def test_callbacks_are_no_sign_of_the_client(make_harness, playing, log):
    harness = make_harness(playing.registry, keepalive=KeepaliveMode.REQUIRED)
    wire = harness.connect().open()
    wire.start()
    for percent in range(15):
        assert not wire.transport.aborted
        harness.advance(5)
        playing.progress.update(percent=percent)
    assert wire.transport.aborted
    assert log.lines() == [DROPPED]
    assert wire.names().count("SetCompletionPercentage") == 14


@BOTH
def test_nobody_is_dropped_where_they_are_off(make_harness, path):
    harness = make_harness(keepalive=KeepaliveMode.OFF)
    wire = harness.connect().open(path)
    keepalive(wire)
    let_pass(harness, 599)
    assert not wire.transport.aborted


@pytest.mark.parametrize("action", sorted(CALLBACKS_BY_ACTION))
def test_a_callback_from_a_client_is_no_keepalive(harness, action):
    wire = harness.connect().open()
    one_way(wire, action)
    assert timers(harness) == 1


def test_what_was_seen_counts_for_its_session_alone(harness):
    wire = harness.connect().open(SERVER_PATH)
    keepalive(wire)
    wire.end()
    wire.open(SERVER_PATH)
    let_pass(harness, 599)
    assert not wire.transport.aborted


def test_a_client_whose_messages_wait_unread_is_not_dropped(harness):
    """It reads no callbacks, so we read none of its Keepalives: TCP knows whether it is there."""
    wire = harness.connect().open()
    keepalive(wire)
    wire.transport.fill()
    let_pass(harness, 300)
    assert not wire.transport.aborted
    wire.transport.drain()
    let_pass(harness, 55)
    assert not wire.transport.aborted
    let_pass(harness, 15)
    assert wire.transport.aborted


def test_a_handler_goes_on_when_its_silent_client_has_been_dropped(make_harness, playing, log):
    harness = make_harness(playing.registry, keepalive=KeepaliveMode.REQUIRED)
    wire = harness.connect().open()
    wire.start()
    let_pass(harness, 75)  # the requests were seen after 15 seconds
    assert wire.is_gone
    playing.progress.update(percent=50)
    playing.ending.callback(None)
    harness.settle()
    assert timers(harness) == 0
    assert log.lines() == [DROPPED]


# --- Clients -------------------------------------------------------------------------------------


UNKNOWN = action_not_supported(KEEPALIVE)


class PlayedServer:
    """A server with WCF's ways: it answers a Keepalive with a fault that names no request."""

    def __init__(self, client) -> None:
        self.client = client
        self.encoder = Encoder()
        client.wire.send(PreambleAckRecord().serialize())
        client.wire.records()

    def sent(self):
        """Take the Actions of what the client has sent."""
        return [
            record if isinstance(record, EndRecord) else read_message(record).action
            for record in self.client.wire.records()
        ]

    def fault(self, fault=UNKNOWN, relates_to=None):
        octets = write_fault(self.encoder, fault, relates_to)
        self.client.wire.send(SizedEnvelopeRecord(octets).serialize())


@pytest.fixture
def played(make_client):
    return PlayedServer(make_client(keepalive=True))


REFUSED = (
    "127.0.0.1:40000: the server does not know Keepalives, no more are sent to it in this session;"
    " it may end the session for that: connect to it without keepalive"
)


def test_a_client_sends_none_unless_it_is_told_to(make_client):
    played = PlayedServer(make_client())
    let_pass(played.client, 1000)
    assert played.sent() == []


def test_a_client_tells_that_it_is_there(played):
    let_pass(played.client, 15)
    let_pass(played.client, 15)
    assert played.sent() == [KEEPALIVE] * 2
    assert played.client.ended == []


def test_none_is_sent_before_the_session_and_after_its_end(make_client):
    client = make_client(keepalive=True)
    let_pass(client, 30)
    played = PlayedServer(client)
    let_pass(client, 14)
    assert played.sent() == []
    client.channel.end()
    let_pass(client, 9)
    assert played.sent() == [EndRecord()]
    client.wire.send(EndRecord().serialize())
    client.settle()
    assert client.reactor.getDelayedCalls() == []


@pytest.mark.parametrize("leave", ["end", "close", "reset"])
def test_none_is_sent_when_the_server_has_gone(played, leave):
    getattr(played.client.wire, leave)()
    played.client.settle()
    let_pass(played.client, 60)
    assert KEEPALIVE not in played.sent()
    assert len(played.client.ended) == 1
    assert played.client.reactor.getDelayedCalls() == []


def test_a_request_says_as_much(played, outcome_of):
    let_pass(played.client, 10)
    outcome_of(played.client.channel.request(StartOperationWithCallback()))
    let_pass(played.client, 5)
    assert KEEPALIVE not in played.sent()
    let_pass(played.client, 15)
    assert played.sent() == [KEEPALIVE]


@pytest.mark.parametrize("fault", [UNKNOWN, internal_service_fault()], ids=["WCF", "another"])
def test_a_server_that_knows_none_is_sent_no_more(played, outcome_of, log, fault):
    """Its fault names no request, and must not be taken for the answer of the one that waits."""
    let_pass(played.client, 15)
    let_pass(played.client, 15)
    answer = outcome_of(played.client.channel.request(StartOperationWithCallback()))
    played.sent()
    played.fault(fault)
    played.fault(fault)
    assert answer == []
    assert log.lines() == [REFUSED]
    let_pass(played.client, 59)
    assert played.sent() == []
    assert not played.client.transport.disconnecting


def test_as_long_as_none_was_sent_a_fault_is_for_the_request_that_waits(played, outcome_of, log):
    answer = outcome_of(played.client.channel.request(StartOperationWithCallback()))
    played.fault()
    assert isinstance(answer.error, SoapFaultError)
    assert log.lines() == []


def test_a_refusal_that_names_its_request_is_that_requests(played, outcome_of):
    identifier = UniqueId.random()
    played.client.channel._new_message_id = lambda: identifier
    let_pass(played.client, 15)
    answer = outcome_of(played.client.channel.request(StartOperationWithCallback()))
    played.fault(relates_to=identifier)
    assert isinstance(answer.error, SoapFaultError)


# --- Both ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("speaks", [True, False])
def test_a_long_operation_where_keepalives_are_required(make_pair, outcome_of, playing, speaks):
    pair = make_pair(playing.registry, keepalive=speaks)
    pair.harness.server._parts.keepalive = KeepaliveMode.REQUIRED
    parameters = CreateDhcpScopeParameters(OperationId=IpamAdminOperationId.CreateDhcpScope)
    started = outcome_of(pair.client.start_operation(parameters))
    pair.run()
    (operation,) = started
    waiting = operation.wait()
    ended = outcome_of(waiting)
    for _ in range(100):
        pair.reactor.advance(5)
        pair.run()
    assert (ended == []) is speaks
    playing.ending.callback(None)
    pair.run()
    assert (ended[0].end_reason is None) is speaks
    assert bool(ended[0].succeeded) is speaks
