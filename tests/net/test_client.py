"""The client in memory: one channel against a server played by the test, and whole operations."""

import pytest
from twisted.internet.defer import CancelledError, Deferred
from twisted.internet.error import ConnectionRefusedError as Refused
from twisted.internet.error import DNSLookupError
from twisted.internet.testing import MemoryReactor
from twisted.python.failure import Failure

from ipam_progress.binaryxml import Encoder, UniqueId
from ipam_progress.contracts import (
    AddSubTask,
    CreateDhcpScopeParameters,
    IpamAdminOperationId,
    IpamTaskType,
    OverallProgressStatus,
    SetCompletionPercentage,
    SetOverallStatus,
    StartProgressCallback,
    SubTaskInstance,
    messages,
)
from ipam_progress.contracts.messages import (
    InitializeOperationParameters,
    StartOperationWithCallback,
    StartTask,
)
from ipam_progress.errors import (
    BinaryXmlError,
    ConnectionLostError,
    EnvelopeError,
    FramingError,
    LocalProtocolError,
    RequestTimeoutError,
    SerializationError,
)
from ipam_progress.framing import faults
from ipam_progress.framing.records import (
    EndRecord,
    FaultRecord,
    PreambleAckRecord,
    SizedEnvelopeRecord,
)
from ipam_progress.net.client import ManagementClient
from ipam_progress.operations import OperationRegistry
from ipam_progress.service.bodies import end_with_body
from ipam_progress.service.callbacks import encode_callback
from ipam_progress.service.client import SoapFaultError
from ipam_progress.service.declarations import OPERATIONS
from ipam_progress.session.callbacks import CallbackState
from ipam_progress.soap import (
    action_not_supported,
    begin_reply,
    write_fault,
)

ACK = PreambleAckRecord().serialize()
END = EndRecord().serialize()
DONE = SetOverallStatus(overallStatus=OverallProgressStatus.CompletedWithSuccess)


class PlayedServer:
    """What a server says to a client's channel."""

    def __init__(self, client) -> None:
        self.client = client
        self.encoder = Encoder()

    def send(self, *parts: bytes) -> None:
        self.client.wire.send(b"".join(parts))

    def callback(self, message) -> bytes:
        return SizedEnvelopeRecord(encode_callback(self.encoder, message)).serialize()

    def reply(self, request, relates_to) -> bytes:
        operation = OPERATIONS[request]
        begun = begin_reply(self.encoder, operation.reply_action, relates_to)
        response = operation_response(request)
        return SizedEnvelopeRecord(end_with_body(self.encoder, begun, response)).serialize()

    def fault(self, relates_to=None) -> bytes:
        fault = action_not_supported("urn:action")
        return SizedEnvelopeRecord(write_fault(self.encoder, fault, relates_to)).serialize()


def operation_response(request):
    return getattr(messages, f"{request.__name__}Response")()


class Conversation:
    """A client's channel with an open session, and the server that the test plays."""

    def __init__(self, make_client) -> None:
        self.ids: list = []
        self.client = make_client(new_message_id=self._new_id)
        self.server = PlayedServer(self.client)
        self.channel = self.client.channel
        self.server.send(ACK)
        self.client.wire.records()

    def _new_id(self):
        self.ids.append(UniqueId.random())
        return self.ids[-1]


@pytest.fixture
def talk(make_client):
    return Conversation(make_client)


# --- Opening -------------------------------------------------------------------------------------


def test_a_session_opens_when_the_server_says_so(make_client):
    client = make_client()
    assert client.opened == []
    assert client.transport.no_delay
    client.wire.send(ACK)
    assert client.opened == [client.channel]
    client.advance(1000)
    assert not client.transport.disconnecting


def test_a_session_that_does_not_open_in_time(make_client):
    client = make_client()
    client.advance(59)
    assert client.opened == []
    client.advance(1)
    assert isinstance(client.opened.error, ConnectionLostError)
    assert "no session was opened within 60 seconds" in str(client.opened.error)
    assert client.transport.aborted


@pytest.mark.parametrize(
    ("uri", "text"),
    [
        (faults.ENDPOINT_NOT_FOUND, "no service at this address"),
        ("urn:unheard\nof", "the server sent the fault 'urn:unheard\\nof'"),
    ],
)
def test_a_session_that_is_refused(make_client, uri, text):
    client = make_client()
    client.wire.send(FaultRecord(uri).serialize())
    assert isinstance(client.opened.error, FramingError)
    assert text in str(client.opened.error)
    assert client.transport.disconnecting


def test_a_connection_that_is_closed_or_lost_before_the_session(make_client):
    for close in ("half_close", "reset"):
        client = make_client()
        getattr(client.wire, close)()
        assert client.opened.error is not None
        assert len(client.ended) == 1


def test_a_connection_that_is_dropped_before_the_session_may_have_wanted_security(make_client):
    client = make_client()
    client.wire.reset()
    assert str(client.opened.error).startswith("the connection was lost: ")
    assert "a server that demands security drops clients that ask for none" in str(
        client.opened.error
    )


def test_a_server_that_speaks_something_else(make_client):
    client = make_client()
    client.wire.send(b"HTTP/1.1 400 Bad Request\r\n")
    assert isinstance(client.opened.error, FramingError)
    assert "HTTP" in str(client.opened.error)
    assert client.transport.aborted


def test_an_address_that_is_too_long(make_client):
    client = make_client("net.tcp://x/" + "a" * 2048)
    assert isinstance(client.opened.error, LocalProtocolError)
    assert client.transport.aborted


# --- Requests ------------------------------------------------------------------------------------


def test_replies_find_their_requests_in_any_order(talk, outcome_of):
    first = outcome_of(talk.channel.request(StartTask(taskType=IpamTaskType.Discovery)))
    second = outcome_of(talk.channel.request(StartOperationWithCallback()))
    talk.server.send(talk.server.reply(StartOperationWithCallback, talk.ids[1]))
    assert first == []
    assert len(second) == 1
    talk.server.send(talk.server.reply(StartTask, talk.ids[0]))
    assert type(first[0]).__name__ == "StartTaskResponse"
    assert talk.client.reactor.getDelayedCalls() == []


def test_a_reply_may_write_the_message_id_in_another_form(talk, outcome_of):
    answer = outcome_of(talk.channel.request(StartOperationWithCallback()))
    text = f" {talk.ids[0]}\n".replace("abcdef", "ABCDEF").upper().replace("URN:UUID", "urn:uuid")
    talk.server.send(talk.server.reply(StartOperationWithCallback, text))
    assert type(answer[0]).__name__ == "StartOperationWithCallbackResponse"


def test_a_request_that_is_not_answered_in_time_ends_everything(talk, outcome_of):
    first = outcome_of(talk.channel.request(StartOperationWithCallback()))
    talk.client.advance(30)
    second = outcome_of(talk.channel.request(StartOperationWithCallback()))
    talk.client.advance(30)
    assert isinstance(first.error, RequestTimeoutError)
    assert str(first.error) == "no answer to StartOperationWithCallback within 60 seconds"
    assert second.error is first.error
    assert talk.client.transport.aborted
    assert talk.client.reactor.getDelayedCalls() == []


def test_a_fault_fails_its_request_and_leaves_the_session(talk, outcome_of):
    answers = [outcome_of(talk.channel.request(StartOperationWithCallback())) for _ in range(2)]
    talk.server.send(talk.server.fault(talk.ids[1]))
    assert answers[0] == []
    assert isinstance(answers[1].error, SoapFaultError)
    assert not talk.client.transport.disconnecting


def test_a_fault_without_address_is_for_the_first_in_line(talk, outcome_of, log):
    answers = [outcome_of(talk.channel.request(StartOperationWithCallback())) for _ in range(2)]
    talk.server.send(talk.server.fault())
    assert isinstance(answers[0].error, SoapFaultError)
    assert answers[1] == []
    talk.server.send(talk.server.fault())
    assert isinstance(answers[1].error, SoapFaultError)
    assert log.lines() == []


def test_answers_that_nobody_waits_for_are_noted(talk, log):
    talk.server.send(talk.server.reply(StartTask, UniqueId.random()), talk.server.fault())
    assert [line.endswith("answers nothing that was asked") for line in log.lines()] == [True] * 2
    assert not talk.client.transport.disconnecting


def test_the_reply_of_another_operation_fails_the_request(talk, outcome_of):
    answer = outcome_of(talk.channel.request(StartOperationWithCallback()))
    talk.server.send(talk.server.reply(StartTask, talk.ids[0]))
    assert isinstance(answer.error, EnvelopeError)
    assert not talk.client.transport.disconnecting


def test_a_cancelled_request_is_forgotten(talk, outcome_of):
    asking = talk.channel.request(StartOperationWithCallback())
    answer = outcome_of(asking)
    asking.cancel()
    assert isinstance(answer.error, CancelledError)
    talk.server.send(talk.server.reply(StartOperationWithCallback, talk.ids[0]))
    assert talk.client.reactor.getDelayedCalls() == []


def test_a_request_that_cannot_be_written_is_not_sent(talk):
    with pytest.raises(SerializationError, match="paramters"):
        talk.channel.request(InitializeOperationParameters(paramters="nothing"))
    assert talk.client.wire.records() == []
    talk.channel.end()
    with pytest.raises(LocalProtocolError):
        talk.channel.request(StartOperationWithCallback())


@pytest.mark.parametrize(
    ("garbage", "error"),
    [
        (SizedEnvelopeRecord(b"\x7f").serialize(), BinaryXmlError),
        (SizedEnvelopeRecord(b"\x00\x40\x01a\x01").serialize(), EnvelopeError),
        (b"\x42", FramingError),
        (b"\x06\x80\x80\x80\x10", FramingError),
    ],
)
def test_garbage_from_the_server_is_an_error(talk, outcome_of, garbage, error):
    answer = outcome_of(talk.channel.request(StartOperationWithCallback()))
    reply = talk.server.reply(StartOperationWithCallback, talk.ids[0])
    talk.server.send(garbage, reply)
    assert isinstance(answer.error, error)
    assert talk.client.transport.aborted
    assert talk.client.ended == [str(answer.error)]
    talk.client.settle()
    assert talk.client.ended == [str(answer.error)]


# --- Callbacks -----------------------------------------------------------------------------------


def test_callbacks_in_the_wrong_order_are_errors_of_the_tracker(talk):
    added = AddSubTask(subTaskInstance=SubTaskInstance(SubTaskInstanceId=1))
    for message in (added, StartProgressCallback(), StartProgressCallback(), DONE, added):
        talk.server.send(talk.server.callback(message))
    snapshot = talk.client.tracker.snapshot()
    assert snapshot.succeeded
    assert [error.callback for error in snapshot.errors] == [
        "AddSubTask",
        "StartProgressCallback",
        "AddSubTask",
    ]
    assert not talk.client.transport.disconnecting


def test_a_reader_that_lags_behind_has_the_server_wait(talk):
    events = talk.client.tracker.events()
    talk.server.send(talk.server.callback(StartProgressCallback()))
    for number in range(999):
        assert talk.client.transport.reading
        talk.server.send(talk.server.callback(SetCompletionPercentage(completionPercentage=number)))
    assert not talk.client.transport.reading
    talk.client.transport.fill()  # and now our own octets wait too
    talk.client.transport.drain()
    assert not talk.client.transport.reading
    talk.client.transport.fill()
    events.close()
    assert not talk.client.transport.reading
    talk.client.transport.drain()
    assert talk.client.transport.reading


def test_holding_a_connection_that_has_gone_does_nothing(talk):
    talk.channel.abort("enough")
    talk.client.settle()
    talk.client.transport.reading = None
    talk.channel.hold()
    talk.channel.release()
    assert talk.client.transport.reading is None


# --- The end -------------------------------------------------------------------------------------


def test_an_end_is_answered_and_the_connection_closed(talk, outcome_of):
    gone = [outcome_of(talk.channel.end()) for _ in range(2)]
    assert talk.client.wire.records() == [EndRecord()]
    talk.server.send(talk.server.callback(StartProgressCallback()))  # it crossed our End
    assert talk.client.tracker.snapshot().state is CallbackState.STARTED
    talk.server.send(END)
    assert talk.client.transport.disconnecting
    assert not talk.client.transport.aborted
    assert gone == [[], []]
    talk.client.settle()
    assert gone == [[None], [None]]
    assert outcome_of(talk.channel.end()) == [None]
    assert talk.client.ended == ["the session has ended"]
    assert talk.client.reactor.getDelayedCalls() == []


def test_an_end_that_is_not_answered(talk, outcome_of):
    gone = outcome_of(talk.channel.end())
    talk.client.advance(10)
    assert talk.client.transport.aborted
    assert gone == [None]


def test_the_server_may_end_first(talk, outcome_of):
    answer = outcome_of(talk.channel.request(StartOperationWithCallback()))
    talk.client.wire.records()
    talk.server.send(END)
    assert talk.client.wire.records() == [EndRecord()]
    assert isinstance(answer.error, ConnectionLostError)
    assert talk.client.transport.disconnecting
    gone = outcome_of(talk.channel.end())
    talk.client.settle()
    assert gone == [None]


def test_a_fault_in_the_session(talk, outcome_of):
    answer = outcome_of(talk.channel.request(StartOperationWithCallback()))
    talk.client.wire.records()
    talk.server.send(FaultRecord(faults.MAX_MESSAGE_SIZE_EXCEEDED).serialize())
    assert talk.client.wire.records() == [EndRecord()]
    assert str(answer.error) == "the server does not take messages of this size"
    assert talk.client.transport.disconnecting


def test_a_server_that_closes_without_an_end(talk, outcome_of):
    talk.server.send(talk.server.callback(StartProgressCallback()))
    answer = outcome_of(talk.channel.request(StartOperationWithCallback()))
    talk.client.wire.half_close()
    assert str(answer.error) == "the server closed the connection"
    assert talk.client.transport.disconnecting


def test_a_connection_that_is_lost(talk, outcome_of):
    answer = outcome_of(talk.channel.request(StartOperationWithCallback()))
    gone = outcome_of(talk.channel.end())
    talk.client.wire.reset()
    assert isinstance(answer.error, ConnectionLostError)
    assert "the connection was lost" in str(answer.error)
    assert "security" not in str(answer.error)
    assert gone == [None]
    assert talk.client.tracker.snapshot().end_reason == str(answer.error)
    assert talk.client.reactor.getDelayedCalls() == []


def test_an_end_before_the_session_is_open_closes_the_connection(make_client, outcome_of):
    client = make_client()
    gone = outcome_of(client.channel.end())
    assert client.transport.disconnecting
    client.settle()
    assert gone == [None]
    assert isinstance(client.opened.error, ConnectionLostError)


# --- Whole operations, with our server at the other end ------------------------------------------


PARAMETERS = CreateDhcpScopeParameters(OperationId=IpamAdminOperationId.CreateDhcpScope)


def test_an_operation_from_its_start_to_its_end(make_pair, outcome_of, log):
    pair = make_pair()
    started = outcome_of(pair.client.start_operation(PARAMETERS))
    pair.run()
    (operation,) = started
    ended = outcome_of(operation.wait())
    pair.run()
    (snapshot,) = ended
    assert snapshot.succeeded
    assert len(snapshot.subtasks) == 2
    assert [link.client.is_gone for link in pair.links] == [True]
    assert log.lines() == []
    pair.harness.advance(120)
    assert pair.reactor.getDelayedCalls() == []


def test_waiting_for_an_operation_wakes_up_at_its_end(make_pair, outcome_of):
    registry, ending = OperationRegistry(), Deferred()
    registry.default(thread=False)(lambda _parameters, _progress: ending)
    pair = make_pair(registry)
    started = outcome_of(pair.client.start_operation(PARAMETERS))
    pair.run()
    ended = outcome_of(started[0].wait())
    pair.run()
    assert ended == []
    ending.callback(None)
    pair.run()
    assert ended[0].succeeded


@pytest.mark.parametrize("leave", ["close", "abort"])
def test_an_operation_can_be_left(make_pair, outcome_of, leave):
    registry, ending = OperationRegistry(), Deferred()
    registry.default(thread=False)(lambda _parameters, _progress: ending)
    pair = make_pair(registry)
    started = outcome_of(pair.client.start_operation(PARAMETERS))
    pair.run()
    (operation,) = started
    ended = outcome_of(operation.wait())
    if leave == "close":
        left = outcome_of(operation.close())
        pair.run()
        assert left == [None]
    else:
        operation.abort("no more")
        pair.run()
    assert not ended[0].is_over or ended[0].end_reason is not None
    assert pair.links[0].client.is_gone
    ending.callback(None)


def test_a_slow_reader_pauses_and_resumes_the_connection(make_pair, outcome_of):
    pair = make_pair()
    started = outcome_of(pair.client.start_operation(PARAMETERS))
    pair.run()
    operation = started[0]
    transport = pair.links[0].client.transport
    operation.pause_callbacks()
    assert not transport.reading
    operation.resume_callbacks()
    assert transport.reading


def test_a_task_is_started_and_the_connection_closed(make_pair, outcome_of, log):
    pair = make_pair()
    started = outcome_of(pair.client.start_task(IpamTaskType.Discovery, "dc1"))
    pair.run()
    assert started == [None]
    assert pair.links[0].client.is_gone
    assert log.lines() == []


def test_a_path_in_the_url_is_taken_as_it_is(make_pair, outcome_of):
    pair = make_pair(url="net.tcp://server.example:9100/ipamserver/here")
    started = outcome_of(pair.client.start_task(IpamTaskType.Discovery))
    pair.run()
    assert started == [None]
    refused = outcome_of(pair.client.start_operation(PARAMETERS))
    pair.run()
    assert isinstance(refused.error, SoapFaultError)


def test_what_is_no_url_is_refused():
    with pytest.raises(ValueError, match=r"no net\.tcp URI"):
        ManagementClient("http://server.example", reactor=MemoryReactor())


def test_the_reactor_is_the_one_that_is_installed():
    from twisted.internet import reactor

    assert ManagementClient("net.tcp://server.example")._reactor is reactor


@pytest.mark.parametrize("parameters", [None, PARAMETERS])
def test_an_operation_that_is_refused(make_pair, outcome_of, parameters):
    pair = make_pair(OperationRegistry())
    started = outcome_of(pair.client.start_operation(parameters))
    pair.run()
    assert isinstance(started.error, SoapFaultError)
    assert pair.links[0].client.is_gone


def test_parameters_that_cannot_be_written(make_pair, outcome_of):
    pair = make_pair()
    started = outcome_of(pair.client.start_operation("parameters"))
    pair.run()
    assert isinstance(started.error, SerializationError)
    assert pair.links[0].client.is_gone


@pytest.mark.parametrize("error", [Refused("refused"), DNSLookupError("unknown")])
def test_a_server_that_cannot_be_reached(make_pair, outcome_of, error):
    pair = make_pair()
    started = outcome_of(pair.client.start_operation(PARAMETERS))
    _, _, factory, timeout, _ = pair.reactor.tcpClients.pop()
    assert timeout == 60
    factory.clientConnectionFailed(None, Failure(error))
    pair.reactor.advance(1)  # another address of the host might have been tried meanwhile
    assert isinstance(started.error, ConnectionLostError)
    assert str(started.error).startswith("no connection to server.example, port 9100: ")


def test_a_host_that_can_be_no_host(make_pair, outcome_of):
    pair = make_pair(url="net.tcp://" + "a" * 70 + "..b:9100")
    started = outcome_of(pair.client.start_operation(PARAMETERS))
    pair.run()
    assert isinstance(started.error, ConnectionLostError)


@pytest.mark.parametrize("moment", ["connecting", "opening", "asking"])
def test_a_cancelled_start_leaves_nothing_behind(make_pair, outcome_of, moment):
    pair = make_pair()
    starting = pair.client.start_operation(PARAMETERS)
    started = outcome_of(starting)
    if moment != "connecting":
        pair.connect()
        if moment == "asking":
            pair.links[0].client.send(ACK)
    starting.cancel()
    assert isinstance(started.error, CancelledError)
    if moment != "connecting":
        assert pair.links[0].client.transport.aborted
        pair.links[0].client.catch_up()
        pair.links[0].wire.close()
    pair.harness.server.stopService()
    pair.reactor.settle()
    assert pair.reactor.getDelayedCalls() == []


def test_a_server_that_falls_silent(make_pair, outcome_of):
    pair = make_pair(timeout=5)
    started = outcome_of(pair.client.start_operation(PARAMETERS))
    pair.connect()
    pair.links[0].client.send(ACK)
    pair.reactor.advance(5)
    assert isinstance(started.error, RequestTimeoutError)
    assert pair.links[0].client.transport.aborted
