"""What conversations look like: lines, colours, JSON, diagrams; nothing a terminal would obey."""

import io
import json
import re
from pathlib import Path

import pytest
from rich.console import Console

from ipam_progress.cli.renderings import DiagramRendering, JsonRendering, TextRendering
from ipam_progress.framing.records import (
    Mode,
    ModeRecord,
    RecordType,
    UpgradeRequestRecord,
    VersionRecord,
    ViaRecord,
)
from ipam_progress.inspection import (
    ConnectionFound,
    ConnectionsIgnored,
    DamageFound,
    EnvelopeRead,
    HandshakeEnded,
    HandshakeMessageRead,
    OctetsSkipped,
    ProtectedMessageRead,
    RecordRead,
    Side,
    SourceDamaged,
    StreamEnded,
    inspect,
    read_source,
)

CLIENT = {"connection": 1, "side": Side.CLIENT, "offset": 5, "time": None}
SERVER = {"connection": 1, "side": Side.SERVER, "offset": 7, "time": 1_700_000_000.125}
NASTY = "\x1b[2J\n\u202e;#"

ITEMS = {
    ConnectionFound(
        connection=1, client="a:1", server="b:2", note="joined", time=1_700_000_000.0
    ): ("connection 1: a:1 --> b:2, 2023-11-14 22:13:20 UTC (joined)"),
    RecordRead(
        **SERVER, record=ModeRecord()
    ): "22:13:20.125000 1 <--       7  Mode mode=2 (DUPLEX)",
    RecordRead(**CLIENT, record=VersionRecord()): "1 -->       5  Version major=1 minor=0",
    HandshakeMessageRead(
        **CLIENT, name="HandshakeDone", content=""
    ): "1 -->       5  HandshakeDone",
    HandshakeEnded(
        **CLIENT, mechanism="NTLM", account="A\\b", protection="Sign", is_opened=True, reason=""
    ): "1 -->       5  handshake over, NTLM Sign, A\\b",
    HandshakeEnded(
        **CLIENT, mechanism="", account="", protection="", is_opened=False, reason="why"
    ): "1 -->       5  handshake over; not opened: why",
    HandshakeEnded(
        **CLIENT, mechanism="NTLM", account="b", protection="Sign", is_opened=True, reason="but"
    ): "1 -->       5  handshake over, NTLM Sign, b; opened: but",
    ProtectedMessageRead(**CLIENT, name="Sealed", size=17): "1 -->       5  Sealed, 17 octets",
    DamageFound(**CLIENT, reason="x"): "1 -->       5  damaged at octet 5: x",
    OctetsSkipped(**CLIENT, size=3, reason="y"): "1 -->       5  3 octets not read: y",
    StreamEnded(**CLIENT, how="FIN"): "1 -->       5  FIN",
    ConnectionsIgnored(count=3, servers=(("c:80", 2), ("d:1", 1))): (
        "3 connections without a net.tcp session, to: c:80 (2), d:1 (1)"
    ),
    SourceDamaged(reason="z"): "damaged: z",
    EnvelopeRead(**CLIENT, record_type=RecordType.SIZED_ENVELOPE, size=3, missing=4): (
        "1 -->       5  SizedEnvelope  [3 octets, 4 missing]"
    ),
}


def text(items, *, with_xml=False, **console):
    stream = io.StringIO()
    rendering = TextRendering(Console(file=stream, **console), with_xml=with_xml)
    for item in items:
        rendering.show(item)
    rendering.finish()
    return stream.getvalue()


def objects(items):
    stream = io.StringIO()
    rendering = JsonRendering(stream)
    for item in items:
        rendering.show(item)
    rendering.finish()
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def diagram(items):
    stream = io.StringIO()
    rendering = DiagramRendering(stream)
    for item in items:
        rendering.show(item)
    rendering.finish()
    return stream.getvalue().splitlines()


def recorded(conversations, name):
    return list(inspect(read_source(io.BytesIO(json.dumps(conversations[name]).encode()))))


@pytest.mark.parametrize("item", ITEMS)
def test_each_item_is_a_line(item):
    assert text([item]) == f"{ITEMS[item]}\n"
    assert text([item], with_xml=True) == f"{ITEMS[item]}\n"


@pytest.mark.parametrize("item", ITEMS)
def test_each_item_is_an_object(item):
    (shown,) = objects([item])
    assert re.fullmatch("[a-z_]+", shown.pop("kind"))
    if hasattr(item, "side"):
        assert shown.pop("from") == item.side.value
        assert (shown.pop("connection"), shown.pop("offset")) == (1, item.offset)
        assert shown.pop("time") == item.time


def test_the_keys_of_a_message(conversations):
    items = recorded(conversations, "start-first")
    (request, fault) = [shown for shown in objects(items) if shown["kind"] == "envelope"]
    assert request["xml"].startswith("<s:Envelope ")
    assert request["fault"] is None
    assert request["body"] == "{http://Microsoft.Windows.Ipam}StartOperationWithCallback"
    assert fault["relates_to"] == request["message_id"]
    assert fault["fault"] == {
        "code": "{http://www.w3.org/2003/05/soap-envelope}Sender",
        "subcodes": [fault["fault"]["subcodes"][0]],
        "reason": "not initialized",
        "detail": "{http://schemas.datacontract.org/2004/07/Microsoft.Windows.Ipam}IpamException",
    }
    assert fault["table_after"] == len(fault["strings"]) > 0


def test_the_names_of_known_numbers():
    (shown,) = objects([RecordRead(**CLIENT, record=ModeRecord(9))])
    assert shown["fields"] == {"mode": 9}
    (shown,) = objects([RecordRead(**CLIENT, record=ModeRecord(Mode.DUPLEX))])
    assert shown["fields"] == {"mode": "DUPLEX"}


def test_subtasks_are_told_apart_in_a_line(conversations):
    lines = text(recorded(conversations, "progress")).splitlines()
    (first, *_) = [line for line in lines if "SetSubTaskStatus" in line]
    assert "SetSubTaskStatus SubTaskInstanceId=1 SubTaskName=Step 1 status=InProgress per" in first
    (percent, *_) = [line for line in lines if "SetCompletionPercentage" in line]
    assert "SetCompletionPercentage completionPercentage=25  [" in percent
    assert all(len(line) < 300 for line in lines)


def test_faults_are_red_on_a_terminal_and_nowhere_else(conversations, monkeypatch):
    monkeypatch.delenv("NO_COLOR", raising=False)
    items = recorded(conversations, "start-first")
    on_terminal = text(items, force_terminal=True, color_system="standard", with_xml=True)
    assert "\x1b[31mFault Sender" in on_terminal
    assert "\x1b[31m" in on_terminal.partition("<s:Fault>")[0].splitlines()[-1]
    assert "\x1b" not in text(items, with_xml=True)
    # what is shown is the same
    plain = re.sub("\x1b\\[[0-9;]*m", "", on_terminal)
    assert plain == text(items, with_xml=True)


def test_no_colour_where_none_is_wanted(conversations, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    shown = text(recorded(conversations, "start-first"), force_terminal=True)
    assert "\x1b[31m" not in shown


NASTY_ITEMS = [
    ConnectionFound(connection=1, client=NASTY, server=NASTY, note=NASTY),
    RecordRead(**CLIENT, record=ViaRecord(NASTY)),
    RecordRead(**CLIENT, record=UpgradeRequestRecord(NASTY)),
    HandshakeMessageRead(**CLIENT, name="HandshakeDone", content=NASTY),
    HandshakeEnded(
        **CLIENT, mechanism=NASTY, account=NASTY, protection="", is_opened=False, reason=NASTY
    ),
    DamageFound(**CLIENT, reason=NASTY),
    OctetsSkipped(**CLIENT, size=1, reason=NASTY),
    StreamEnded(**CLIENT, how=NASTY),
    ConnectionsIgnored(count=1, servers=((NASTY, 1),)),
    SourceDamaged(reason=NASTY),
    EnvelopeRead(**CLIENT, record_type=RecordType.SIZED_ENVELOPE, size=1, problem=NASTY),
]


@pytest.mark.parametrize("item", NASTY_ITEMS)
def test_what_peers_say_is_shown_and_not_obeyed(item):
    for shown in (text([item], with_xml=True), "\n".join([*diagram([item]), ""])):
        assert all(line.isprintable() for line in shown.split("\n"))
        assert "\u202e" not in shown
    stream = io.StringIO()
    JsonRendering(stream).show(item)
    assert stream.getvalue().rstrip("\n").isascii()
    assert stream.getvalue().rstrip("\n").isprintable()


def test_messages_of_peers_are_shown_and_not_obeyed():
    # an envelope whose Action, table and body hold what a terminal would obey
    nasty = NASTY.encode()
    strings = bytes([len(nasty)]) + nasty
    name = bytes([len(nasty)]) + nasty
    document = b"\x40" + name + b"\x99" + name
    envelope = bytes([len(strings)]) + strings + document
    octets = b"\x0b\x06" + bytes([len(envelope)]) + envelope
    items = list(inspect(read_source(io.BytesIO(octets))))
    shown = text(items, with_xml=True) + "\n".join(diagram(items))
    assert "strings 0 to 0" in shown
    assert all(line.isprintable() for line in shown.split("\n"))


def test_a_diagram(conversations):
    preamble = (
        "Version major=1 minor=0<br/>Mode mode=2 (DUPLEX)<br/>"
        "Via via=net.tcp://127.0.0.2:19001/IpamServer<br/>"
        "KnownEncoding encoding=8 (BINARY_SESSION)<br/>PreambleEnd"
    )
    assert diagram(recorded(conversations, "start-task"))[:6] == [
        "sequenceDiagram",
        "    participant C1 as client 1",
        "    participant S1 as server 1",
        f"    C1->>S1: {preamble}",
        "    S1->>C1: PreambleAck",
        "    C1->>S1: StartTask",
    ]
    lines = diagram(recorded(conversations, "start-first"))
    assert "    S1-xC1: Fault Sender/Ipam: not initialized (detail IpamException)" in lines
    assert lines[-2:] == ["    C1-->>S1: FIN", "    S1-->>C1: FIN"]


def test_all_that_a_diagram_may_hold():
    lines = diagram(ITEMS)
    assert lines[1:4] == [
        "    participant C1 as client 1<br/>a:1",
        "    participant S1 as server 1<br/>b:2",
        "    S1->>C1: Mode mode=2 (DUPLEX)",
    ]
    assert "    Note over C1,S1:wrap: client: damaged at octet 5: x" in lines
    assert "    %% 3 connections without a net.tcp session" in lines
    assert "    %% damaged: z" in lines
    # characters that Mermaid takes for something else
    assert diagram([DamageFound(**CLIENT, reason="a;b#c<d>")])[1].endswith("a#59;b#35;c#60;d#62;")


def test_nothing_is_no_diagram():
    assert diagram([]) == []


def test_the_manual_has_every_key(conversations):
    manual = (Path(__file__).parents[2] / "docs" / "inspector.md").read_text(encoding="utf-8")
    known = set(re.findall(r"`([a-z_]+)`", manual.partition("## The keys of")[2]))
    shown = objects([*ITEMS, *recorded(conversations, "start-first")])
    assert {each["kind"] for each in shown} <= known
    used = {key for each in shown for key in each}
    used |= {key for each in shown if isinstance(each.get("fault"), dict) for key in each["fault"]}
    assert used <= known
    kinds = re.findall(r"^\| `([a-z_]+)` \|", manual, re.MULTILINE)
    assert sorted(set(kinds) - {"kind"}) == sorted({each["kind"] for each in shown})
