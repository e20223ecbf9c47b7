"""Recorded conversations between Microsoft's client and CoreWCF, replayed to our server.

A request goes out when the answer to the one before it has come, End after the last callback. What
is compared: answers by their RelatesTo, callbacks as a sequence of their own, both as expanded
names, attributes and text. Exempt is what the test service behind CoreWCF chose for itself:
Action, Subcode, Reason and text of its IpamException faults, and that it went on after a failed
initialization; and the sentences in which WCF words the reasons of its own faults.
"""

import random

import pytest

from ipam_progress.binaryxml.tree import from_element
from ipam_progress.demo import demo_registry
from ipam_progress.framing.records import EndRecord, FaultRecord, PreambleAckRecord
from ipam_progress.limits import Limits
from ipam_progress.namespaces import ADDRESSING, IPAM, IPAM1, SOAP

lxml = pytest.importorskip("lxml.etree")

CONVERSATIONS = (
    "progress",
    "all-operations",
    "two-sessions",
    "start-task",
    "start-task-none",
    "start-first",
    "initialize-twice",
    "null-parameters",
    "raw-bad-enum",
    "raw-bad-type",
    "raw-extra-member",
    "raw-keepalive",
    "raw-no-message-id",
    "raw-over-quota",
    "raw-spelling",
    "raw-unknown-action",
    "abort",
)
REASON = (SOAP, "Reason")
KEEPALIVE = "Microsoft.WindowsServerSolutions.Common.ProviderFramework.Keepalive"


def child(element, name):
    return next((part for part in element[2] if part[0] == name), None)


def header(envelope, name):
    found = child(child(envelope, (SOAP, "Header")), (ADDRESSING, name))
    return None if found is None else found[2]


def is_callback(envelope):
    return (header(envelope, "Action") or "").startswith(f"{IPAM}/") and not header(
        envelope, "RelatesTo"
    )


def fault_of(envelope):
    body = child(envelope, (SOAP, "Body"))[2]
    return body[0] if body and body[0][0] == (SOAP, "Fault") else None


def comparable(envelope):
    """Leave out what is exempt."""
    fault = fault_of(envelope)
    if fault is None:
        return envelope
    code = child(fault, (SOAP, "Code"))[2]
    detail = child(fault, (SOAP, "Detail"))
    if detail is None:
        return ("fault", header(envelope, "Action"), code)
    assert detail[2][0][0] == (IPAM1, "IpamException")
    return ("IpamException", code[0], without_text(detail[2][0]))


def without_text(element):
    name, attributes, content = element
    if name == (IPAM, "ExceptionMessage"):
        return (name, attributes)
    if isinstance(content, tuple) and content and isinstance(content[0], tuple):
        content = tuple(without_text(part) for part in content)
    return (name, attributes, content)


class Replay:
    """One recorded connection against our server."""

    def __init__(self, harness, wire, records, tree_of, deliver) -> None:
        self.harness = harness
        self.wire = wire
        self.records = records
        self.tree_of = tree_of
        self.deliver = deliver
        self.replies, self.callbacks, self.others = [], [], []

    def collect(self):
        self.harness.settle()
        for record in self.wire.records():
            if not isinstance(record, list):
                self.others.append(record)
                continue
            envelope = self.tree_of(record)
            (self.callbacks if is_callback(envelope) else self.replies).append(envelope)

    def recorded(self):
        """What the recorded server said, sorted the same way."""
        replies, callbacks = [], []
        for record in self.records:
            if record["from"] == "server" and "xml" in record:
                envelope = self.tree_of(from_element(lxml.fromstring(record["xml"])))
                (callbacks if is_callback(envelope) else replies).append(envelope)
        return replies, callbacks

    def run(self):
        for record in self.records:
            if record["from"] != "client":
                continue
            if record["record"] in {"FIN", "RST"}:
                self.wire.close()
                break
            octets = bytes.fromhex(record["bytes"])
            for piece in self.deliver(octets):
                if not self.wire.transport.disconnecting:
                    self.wire.send(piece)
            self.collect()


def whole(octets):
    return [octets]


def one_by_one(octets):
    return [octets[index : index + 1] for index in range(len(octets))]


def cut_at_random(octets):
    generator = random.Random(len(octets))
    cuts = sorted(generator.sample(range(len(octets) + 1), min(5, len(octets))))
    return [
        octets[start:end]
        for start, end in zip([0, *cuts], [*cuts, len(octets)], strict=True)
        if start < end
    ]


@pytest.mark.parametrize("deliver", [whole, one_by_one, cut_at_random])
@pytest.mark.parametrize("name", CONVERSATIONS)
def test_our_server_answers_as_the_recorded_one(name, deliver, conversation, make_harness, tree_of):
    steps = 1 if name == "raw-extra-member" else 2
    limits = Limits(envelope=65_536) if name == "raw-over-quota" else Limits()
    harness = make_harness(demo_registry(subtasks=steps, steps=steps), limits=limits)
    for records in conversation(name)["connections"]:
        replay = Replay(harness, harness.connect(), records, tree_of, deliver)
        replay.run()
        replies, callbacks = replay.recorded()
        by_request = {header(reply, "RelatesTo"): comparable(reply) for reply in replay.replies}
        wanted = {header(reply, "RelatesTo"): comparable(reply) for reply in replies}
        if name == "raw-keepalive":
            del wanted[None]  # CoreWCF does not know it; we take it in silence
        assert by_request == wanted
        assert len(replay.replies) == len(wanted)
        assert replay.callbacks == callbacks
        ends = [record for record in records if record["from"] == "server"]
        expected = {
            PreambleAckRecord: sum(record["record"] == "PreambleAck" for record in ends),
            EndRecord: sum(record["record"] == "End" for record in ends),
            FaultRecord: sum(record["record"] == "Fault" for record in ends),
        }
        seen = {kind: sum(type(o) is kind for o in replay.others) for kind in expected}
        assert seen == expected
        if name == "raw-over-quota":
            fault = next(o for o in replay.others if isinstance(o, FaultRecord))
            recorded = next(record for record in ends if record["record"] == "Fault")
            assert fault.serialize().hex() == recorded["bytes"]


def test_parameters_whose_operation_id_is_skipped_are_not_of_its_type(
    conversation, make_harness, tree_of
):
    """The OperationId comes behind a later member, so both servers take it for EditDhcpServer.

    The service behind CoreWCF did not look at the type; [MS-IPAMM2] 3.19.4.3 demands it.
    """
    harness = make_harness()
    (records,) = conversation("raw-wrong-order")["connections"]
    replay = Replay(harness, harness.connect(), records, tree_of, whole)
    replay.run()
    (reply,) = replay.replies
    kind, _, detail = comparable(reply)
    assert kind == "IpamException"
    assert "IpamApiInvalidParameter" in str(detail)
    assert "EditDhcpServer" in str(reply)
