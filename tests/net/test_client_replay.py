"""Recorded conversations between Microsoft's client and CoreWCF: the server replayed to our client.

Our client sends what the recorded one sent, with its MessageIDs, and gets what the recorded server
answered, each thing when it came in the recording. What it makes of it is compared with what the
recorded client program printed. A recorded message that no proxy would send (the files raw-*) is
replaced by a good one; its answer, a fault, is the recorded one.
"""

import random
from dataclasses import dataclass, field
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from twisted.internet.defer import Deferred
from twisted.python.failure import Failure

from ipam_progress.binaryxml import Decoder, UniqueId
from ipam_progress.binaryxml.tree import from_element
from ipam_progress.contracts import OverallProgressStatus, SubTaskStatus, messages
from ipam_progress.contracts.messages import InitializeOperationParameters
from ipam_progress.contracts.model import TypeName
from ipam_progress.datacontract import read_object
from ipam_progress.errors import FramingError, RemoteProtocolError
from ipam_progress.framing.records import EndRecord, SizedEnvelopeRecord, ViaRecord
from ipam_progress.service.callbacks import is_callback, read_callback
from ipam_progress.service.client import SoapFaultError, read_fault_error
from ipam_progress.service.declarations import OPERATIONS
from ipam_progress.service.incoming import Incoming, read_incoming
from ipam_progress.soap import read_message

lxml = pytest.importorskip("lxml.etree")

PROXIES = (
    "progress",
    "all-operations",
    "two-sessions",
    "start-task",
    "start-task-none",
    "start-first",
    "initialize-twice",
    "null-parameters",
    "abort",
)
RAW = (
    "raw-bad-enum",
    "raw-bad-type",
    "raw-extra-member",
    "raw-no-message-id",
    "raw-spelling",
    "raw-unknown-action",
    "raw-wrong-order",
)
CUT_SHORT = {"abort", "raw-extra-member"}
"""Here the recorded client looked no further; ours hears what still came."""

OPERATIONS_BY_ACTION = {operation.action: operation for operation in OPERATIONS.values()}
OPERATIONS_BY_REPLY = {operation.reply_action: operation for operation in OPERATIONS.values()}


# --- What the recorded client saw ----------------------------------------------------------------


@dataclass
class Seen:
    """Answers and callbacks, each in their order: which came first is the scheduler's affair."""

    answers: list[Any] = field(default_factory=list)
    callbacks: list[Any] = field(default_factory=list)


def seen_by(events) -> Seen:
    seen = Seen()
    for event in events:
        match event["event"]:
            case "reply" if event["call"] in {each.name for each in OPERATIONS.values()}:
                seen.answers.append(event["call"])
            case "error" if event["code"] is not None:
                seen.answers.append(
                    (
                        event["code"],
                        event["subcode"],
                        event["action"],
                        event["message"],
                        read_xml(event["detail"]),
                    )
                )
            case "callback":
                seen.callbacks.append(callback_of(event))
            case "message":
                incoming = incoming_of(event["xml"])
                if is_callback(incoming):
                    seen.callbacks.append(read_callback(incoming))
                elif incoming.is_fault:
                    seen.answers.append(fault_of(read_fault_error(incoming)))
                else:
                    seen.answers.append(OPERATIONS_BY_REPLY[incoming.action].name)
    return seen


def callback_of(event):
    """Make the message of a callback from what was printed of it."""
    members = {}
    for name, value in event.items():
        match name:
            case "event" | "session" | "name":
                continue
            case "subTaskInstance" | "completionStatus":
                members[name] = read_xml(value)
            case "status":
                members[name] = SubTaskStatus(value)
            case "overallStatus":
                members[name] = OverallProgressStatus(value)
            case "percentComplete" | "completionPercentage":
                members[name] = Decimal(str(value))
            case _:
                members[name] = value
    return getattr(messages, event["name"])(**members)


def read_xml(text):
    """Read an object from the XML that DataContractSerializer printed."""
    if text is None:
        return None
    element = lxml.fromstring(text)
    name = lxml.QName(element)
    declared = TypeName(name.namespace, name.localname)
    return read_object(from_element(element), 0, declared)


def incoming_of(text) -> Incoming:
    _declaration, _, document = text.partition("\n")
    parser = lxml.XMLParser(remove_blank_text=True)  # it was printed for people
    tokens = from_element(lxml.fromstring(document, parser))
    return Incoming(tokens, read_message(tokens))


def fault_of(error: SoapFaultError):
    """Give what a client program sees of a fault."""
    fault = error.fault
    subcode = fault.subcodes[0][1] if fault.subcodes else None
    return (fault.code[1], subcode, fault.action, fault.reason, error.detail)


# --- The replay ----------------------------------------------------------------------------------


def sessions_of(connections):
    for records in connections:
        session: list[dict] = []
        for record in records:
            if record["record"] == "Version" and session:
                yield session
                session = []
            session.append(record)
        yield session


def whole(octets):
    return [octets] if octets else []


def one_by_one(octets):
    return [octets[index : index + 1] for index in range(len(octets))]


def cut_at_random(octets):
    generator = random.Random(len(octets))
    cuts = sorted(generator.sample(range(len(octets) + 1), min(9, len(octets))))
    pieces = zip([0, *cuts], [*cuts, len(octets)], strict=True)
    return [octets[start:end] for start, end in pieces if start < end]


class Replay:
    """One recorded session, with our client in the place of the recorded one."""

    def __init__(self, make_client, tree_of, records, deliver, *, raw: bool) -> None:
        self.records = records
        self.tree_of = tree_of
        self.deliver = deliver
        self.raw = raw
        self.message_ids: list[UniqueId] = []
        self.answers: list[Any] = []
        self.callbacks: list[Any] = []
        self._decoder = Decoder()
        via = next(record for record in records if record["record"] == "Via")
        self.client = make_client(
            ViaRecord.parse(bytes.fromhex(via["bytes"])).via,
            new_message_id=lambda: self.message_ids.pop(0),
        )
        self.client.channel._take_callback = self.take_callback
        self.events = self.client.tracker.events()

    def take_callback(self, message) -> None:
        self.callbacks.append(message)
        self.client.tracker.receive(message)

    def run(self) -> None:
        held = b""
        for record in self.records:
            if record["from"] == "server" and "bytes" in record:
                held += bytes.fromhex(record["bytes"])
                continue
            self.hear(held)
            held = b""
            match record["from"], record["record"]:
                case "client", "SizedEnvelope":
                    self.ask(record)
                case "client", "End":
                    self.client.channel.end()
                case "client", "RST":
                    self.client.channel.abort("recorded")
                case "server", "FIN":
                    self.client.wire.half_close()
                case "server", "RST":
                    self.client.wire.reset()
        self.hear(held)
        self.client.settle()

    def hear(self, octets: bytes) -> None:
        for piece in self.deliver(octets):
            self.client.wire.send(piece)

    def ask(self, record) -> None:
        envelope = SizedEnvelopeRecord.parse(bytes.fromhex(record["bytes"])).payload
        message, message_id = self.recorded_request(envelope)
        self.message_ids.append(message_id)
        answer = self.client.channel.request(message)
        answer.addBoth(self.answered, OPERATIONS[type(message)].name)

    def recorded_request(self, envelope: bytes):
        """Read what the recorded client asked, or give something else that a client may ask."""
        try:
            incoming = read_incoming(self._decoder, envelope)
            operation = OPERATIONS_BY_ACTION[incoming.action]
            message = incoming.read_body(operation.request)
        except (KeyError, RemoteProtocolError):
            assert self.raw
            message = InitializeOperationParameters()
        message_id = incoming.message.message_id
        assert self.raw or message_id is not None
        return message, message_id or UniqueId.random()

    def answered(self, result, name: str) -> None:
        if isinstance(result, Failure):
            self.answers.append(fault_of(result.value))
        else:
            assert type(result).__name__ == f"{name}Response"
            self.answers.append(name)

    def sent(self):
        """What our client has sent: infosets, and the names of other records."""
        return [
            self.tree_of(each) if isinstance(each, list) else type(each).__name__
            for each in self.client.wire.records()
        ]

    def recorded(self):
        return [
            self.tree_of(from_element(lxml.fromstring(record["xml"])))
            if "xml" in record
            else f"{record['record']}Record"
            for record in self.records
            if record["from"] == "client" and "bytes" in record
        ]

    def told(self) -> list:
        """What a reader of the tracker's events was told."""

        async def read():
            return [event async for event in self.events]

        told = []
        Deferred.fromCoroutine(read()).addCallback(told.extend)
        return told


@pytest.fixture
def replay_of(make_client, tree_of):
    return partial(Replay, make_client, tree_of)


def check_tracker(replay: Replay) -> None:
    """Compare what the tracker makes of the callbacks with what they say, read without it."""
    names = [type(each).__name__ for each in replay.callbacks]
    told = replay.told()
    over = told.pop() if "SetOverallStatus" not in names else None
    assert [each.callback for each in told] == names
    assert (over is not None) == (replay.client.tracker.snapshot().end_reason is not None)
    snapshot = replay.client.tracker.snapshot()
    assert snapshot.errors == ()
    by_name = {name: [] for name in names}
    for name, each in zip(names, replay.callbacks, strict=True):
        by_name[name].append(each)
    if "SetOverallStatus" in names:
        (last,) = by_name["SetOverallStatus"]
        assert snapshot.status is last.overallStatus
        assert snapshot.completion_status is last.completionStatus
        assert snapshot.succeeded
    if "SetCompletionPercentage" in names:
        assert snapshot.percent == by_name["SetCompletionPercentage"][-1].completionPercentage
    changed = {each.subTaskInstance.SubTaskInstanceId: each for each in by_name.get(CHANGE, ())}
    for subtask in snapshot.subtasks:
        assert subtask.status is changed[subtask.instance_id].status
        assert subtask.percent == changed[subtask.instance_id].percentComplete
    assert len(snapshot.subtasks) == len(by_name.get("AddSubTask", ()))


CHANGE = "SetSubTaskStatus"


@pytest.mark.parametrize("deliver", [whole, one_by_one, cut_at_random])
@pytest.mark.parametrize("name", [*PROXIES, *RAW])
def test_our_client_takes_what_the_recorded_one_took(name, deliver, conversation, replay_of, log):
    recording = conversation(name)
    replays = []
    for records in sessions_of(recording["connections"]):
        replay = replay_of(records, deliver, raw=name in RAW)
        replay.run()
        replays.append(replay)
        if name in PROXIES:
            assert replay.sent() == replay.recorded()
        check_tracker(replay)
        assert len(replay.client.ended) == 1
        assert replay.client.transport.disconnecting
        assert replay.client.reactor.getDelayedCalls() == []
    seen = seen_by(recording["client_saw"])
    assert [answer for replay in replays for answer in replay.answers] == seen.answers
    callbacks = [callback for replay in replays for callback in replay.callbacks]
    if name in CUT_SHORT:
        callbacks = callbacks[: len(seen.callbacks)]
        assert callbacks
    assert callbacks == seen.callbacks
    assert log.lines() == []


@pytest.mark.parametrize("deliver", [whole, one_by_one, cut_at_random])
def test_a_fault_record_fails_the_request(deliver, conversation, replay_of):
    """The server's Fault was recorded before the whole of the request that caused it."""
    (records,) = conversation("raw-over-quota")["connections"]
    fault = next(record for record in records if record["record"] == "Fault")
    records.remove(fault)
    request = next(record for record in records if record["record"] == "SizedEnvelope")
    records.insert(records.index(request) + 1, fault)
    replay = replay_of(records, deliver, raw=True)
    failures = []
    replay.answered = lambda result, _name: failures.append(result.value)
    replay.run()
    (failure,) = failures
    assert isinstance(failure, FramingError)
    assert str(failure) == "the server does not take messages of this size"
    assert replay.client.ended == [str(failure)]
    assert replay.client.wire.records()[-1] == EndRecord()


def test_a_fault_for_nobody_in_particular_is_noted(conversation, replay_of, log):
    """CoreWCF does not know the Keepalive that came before the first request."""
    (records,) = conversation("raw-keepalive")["connections"]
    keepalive = next(record for record in records if record["record"] == "SizedEnvelope")
    records.remove(keepalive)
    replay = replay_of(records, whole, raw=True)
    strings = keepalive["bytes"]
    replay._decoder.decode(SizedEnvelopeRecord.parse(bytes.fromhex(strings)).payload)
    replay.run()
    assert replay.answers == ["InitializeOperationParameters"]
    action = "http://www.w3.org/2005/08/addressing/fault"
    assert log.lines() == [f"127.0.0.1:40000: {action!r} answers nothing that was asked"]


def test_everything_recorded_without_security_is_replayed(conversation_names):
    plain = {name for name in conversation_names if not name.startswith("ntlm-")}
    assert plain == {*PROXIES, *RAW, "raw-over-quota", "raw-keepalive"}
