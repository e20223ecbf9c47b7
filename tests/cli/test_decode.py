"""``ipam-progress decode``: every recording in every form, whole, cut, and damaged."""

import io
import json
import random
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

from ipam_progress.cli.renderings import TextRendering
from ipam_progress.inspection import (
    DamageFound,
    EnvelopeRead,
    ProtectedMessageRead,
    RecordRead,
    SourceDamaged,
    inspect,
    read_source,
)

PLAIN = (
    "abort", "all-operations", "initialize-twice", "null-parameters", "progress", "raw-bad-enum",
    "raw-bad-type", "raw-extra-member", "raw-keepalive", "raw-no-message-id", "raw-over-quota",
    "raw-spelling", "raw-unknown-action", "raw-wrong-order", "start-first", "start-task",
    "start-task-none", "two-sessions",
)  # fmt: skip
PROTECTED = ("ntlm-bad-password", "ntlm-none", "ntlm-progress", "ntlm-sign", "ntlm-two-sessions")


def read(octets: bytes) -> list:
    return list(inspect(read_source(io.BytesIO(octets))))


def decode(octets: bytes) -> tuple[list[str], bool]:
    """Give the lines of ``decode --xml``, and whether there was damage."""
    rendering = TextRendering(Console(), with_xml=True)
    items = read(octets)
    lines = [line.plain for item in items for line in rendering.lines(item)]
    return lines, any(isinstance(item, DamageFound | SourceDamaged) for item in items)


def directions(conversation: dict) -> dict[str, bytes]:
    """Give what each side sent on the first connection."""
    sent = {"client": b"", "server": b""}
    for entry in conversation["connections"][0]:
        sent[entry["from"]] += bytes.fromhex(entry.get("bytes", ""))
    return sent


def titles(items) -> list[tuple[str, str]]:
    """Give who sent which record."""
    types = [
        (
            item.side.value,
            item.record_type if isinstance(item, EnvelopeRead) else item.record.record_type,
        )
        for item in items
        if isinstance(item, RecordRead | EnvelopeRead)
    ]
    return [(side, record_type.title) for side, record_type in types]


def test_all_recordings_are_known(conversations) -> None:
    assert {*PLAIN, *PROTECTED} == {*conversations}


@pytest.mark.parametrize("name", PLAIN)
def test_a_conversation(conversations, name) -> None:
    octets = json.dumps(conversations[name]).encode()
    lines, damaged = decode(octets)
    assert not damaged
    entries = [entry for each in conversations[name]["connections"] for entry in each]
    recorded = [(entry["from"], entry["record"]) for entry in entries if "bytes" in entry]
    items = read(octets)
    assert titles(items) == recorded
    envelopes = [item for item in items if isinstance(item, EnvelopeRead)]
    text = "\n".join(lines)
    position = 0
    with_xml = [entry for entry in entries if "xml" in entry]
    for entry, envelope in zip(with_xml, envelopes, strict=False):
        # each message is there, in its order
        action = re.search(r"<a:Action[^>]*>([^<]*)<", entry["xml"])[1]
        position = text.index(f"\n    Action {action}\n", position + 1)
        added = [string for string in envelope.strings if string]
        assert added == entry["strings"]


@pytest.mark.parametrize("name", PROTECTED)
def test_a_protected_conversation_is_shown_up_to_the_upgrade(conversations, name) -> None:
    items = read(json.dumps(conversations[name]).encode())
    assert not any(isinstance(item, DamageFound | EnvelopeRead) for item in items)
    assert ("client", "UpgradeRequest") in titles(items)
    protected = [item for item in items if isinstance(item, ProtectedMessageRead)]
    assert bool(protected) == (name in {"ntlm-progress", "ntlm-two-sessions"})


@pytest.mark.parametrize("name", PLAIN)
def test_raw_octets_and_hexadecimal_lines_say_the_same(conversations, name) -> None:
    sent = directions(conversations[name])
    both: list[str] = []
    for sender, octets in sent.items():
        lines, damaged = decode(octets)
        assert not damaged
        assert {found for found, _ in titles(read(octets))} == {sender}
        both += lines[1:]
    text = f"{sent['client'].hex()}\n\n  {sent['server'].hex(' ').upper()}\r\n"
    for form in (text.encode(), text.encode("utf-8-sig")):
        assert decode(form) == (["connection 1", *both], False)


def test_a_message_in_full(conversations) -> None:
    lines, _ = decode(json.dumps(conversations["start-task"]).encode())
    first = next(number for number, line in enumerate(lines) if "StartTask " in line)
    arguments = "taskType=Discovery server=dhcp1.contoso.com"
    assert lines[: first + 1] == [
        "connection 1",
        "1 -->       0  Version major=1 minor=0",
        "1 -->       3  Mode mode=2 (DUPLEX)",
        "1 -->       5  Via via=net.tcp://127.0.0.2:19001/IpamServer",
        "1 -->      43  KnownEncoding encoding=8 (BINARY_SESSION)",
        "1 -->      45  PreambleEnd",
        "1 <--       0  PreambleAck",
        f"1 -->      46  StartTask {arguments}  [243 octets, strings 0+6]",
    ]
    assert lines[first + 1] == "    strings 0 to 5:"
    start = lines.index('        <StartTask xmlns="http://Microsoft.Windows.Ipam">')
    assert lines[start + 1 : start + 4] == [
        "          <taskType>Discovery</taskType>",
        "          <server>dhcp1.contoso.com</server>",
        "        </StartTask>",
    ]


def test_a_stream_that_breaks_off_is_shown_as_far_as_it_goes(conversations) -> None:
    octets = directions(conversations["progress"])["client"]
    whole, _ = decode(octets)
    chance = random.Random(2)
    cuts = {61, 62, 63, 64, 100, len(octets) - 2, *chance.sample(range(1, len(octets)), 60)}
    for cut in cuts:
        lines, damaged = decode(octets[:cut])
        if not damaged:
            assert lines == whole[: len(lines)]
            continue
        assert f"damaged at octet {cut}: the stream ends within a" in lines[-1]
        pairs = zip(lines, whole, strict=False)
        common = next(n for n, (ours, theirs) in enumerate(pairs) if ours != theirs)
        assert all(line.startswith(("1 --> ", "    ")) for line in lines[common:])
        # what could be read of the message that breaks off is there too
        if cut > 2000:
            assert "          <paramters " in "\n".join(lines)


def test_a_broken_message_tells_where_and_the_next_one_is_read(conversations) -> None:
    octets = bytearray(directions(conversations["start-task"])["client"])
    reserved = octets.index(b"Discovery") - 2
    octets[reserved] = 0xF0  # no text record has this type
    lines, damaged = decode(bytes(octets))
    assert damaged
    (line,) = (line for line in lines if "damaged" in line)
    assert f"damaged at octet {reserved}: in this message, " in line
    assert "          <taskType />" in "\n".join(lines)
    assert lines[-1] == "1 -->     292  End"


def test_a_broken_record_ends_a_direction(conversations) -> None:
    lines, damaged = decode(b"\x00\x01\x00\x01\x02\x77rest")
    assert damaged
    assert lines == [
        "connection 1",
        "1 -->       0  Version major=1 minor=0",
        "1 -->       3  Mode mode=2 (DUPLEX)",
        "1 -->       5  damaged at octet 5: no record has the type 0x77",
        "1 -->       5  5 octets not read: after the damage",
    ]


@pytest.mark.parametrize(
    ("octets", "line"),
    [
        (
            b"\x03\x07\x06\x04\x40\x01\x61\x01",
            "SizedEnvelope: no SOAP message: ",
        ),  # binary without sessions
        (
            b"\x04\x18application/soap+msbin1\x06\x04\x40\x01\x61\x01",
            "SizedEnvelope: no SOAP message: ",
        ),
        (b"\x03\x03\x06\x04<a/>", "SizedEnvelope: its encoding is not binary XML: b'<a/>'"),
        (b"\x0b\x06\x05\x00\x40\x01\x61\x01", "SizedEnvelope: no SOAP message: "),
        (b"\x03\x63", "KnownEncoding encoding=99"),
    ],
)
def test_other_encodings_and_other_messages(octets, line) -> None:
    if octets[:2] == b"\x04\x18":
        octets = octets.replace(b"\x18", bytes([len(b"application/soap+msbin1")]), 1)
    lines, damaged = decode(octets)
    assert not damaged
    assert any(line in found for found in lines)


def test_what_a_peer_says_is_shown_and_not_obeyed() -> None:
    lines, _ = decode(b"\x0b\x06\x0c\x00\x40\x61\x99\x05\x1b[2J\n\x02\x04\xe2\x80\xae\x01"[:15])
    assert not any("\x1b" in line for line in lines)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "the recording is empty"),
        ("{", "no JSON: "),
        ("{}", 'the JSON has no list "connections"'),
        ('{"connections": 1}', 'the JSON has no list "connections"'),
        ('{"connections": [1]}', "connection 1 is no list of records"),
        ('{"connections": [[1]]}', 'record 1 of connection 1 says no "from"'),
        ('{"connections": [[{"from": "me"}]]}', 'record 1 of connection 1 says no "from"'),
        ('{"connections": [[{"from": []}]]}', 'record 1 of connection 1 says no "from"'),
        (
            '{"connections": [[{"from": "client", "bytes": "0x"}]]}',
            "record 1 of connection 1 are no hexadecimal",
        ),
        (
            '{"connections": [[{"from": "client", "bytes": 7}]]}',
            "record 1 of connection 1 are no hexadecimal",
        ),
        ('{"connections": ' + "[" * 200_000, "no JSON: "),
        ("000100 0", "line 1 has an odd number of digits"),
    ],
)
def test_recordings_that_are_none(text, reason) -> None:
    lines, damaged = decode(text.encode())
    assert damaged
    assert any(line.startswith("damaged: ") and reason in line for line in lines)


def test_the_ends_of_a_connection_are_shown(conversations) -> None:
    lines, _ = decode(json.dumps(conversations["abort"]).encode())
    assert [line.split()[-1] for line in lines[-2:]] == ["RST", "FIN"]
    lines, _ = decode(json.dumps(conversations["ntlm-none"]).encode())
    assert any(line.endswith("FIN") for line in lines)


def test_exit_status(invoke, tmp_path) -> None:
    path = tmp_path / "recording"
    path.write_bytes(b"\x00\x01\x00")
    result = invoke("decode", path)
    assert result.exit_code == 0
    assert result.output == "connection 1\n1 -->       0  Version major=1 minor=0\n"
    path.write_bytes(b"\x00\x01")
    result = invoke("decode", path)
    assert (result.exit_code, result.stderr) == (1, "")
    assert "damaged at octet 2" in result.stdout


@given(st.binary(max_size=200))
def test_any_octets_are_shown_or_damaged(octets) -> None:
    decode(octets)
    decode(b"\x0b\x06\x7f" + octets)
    decode(octets.hex().encode())
    entries = [{"from": "client", "bytes": octets.hex()}, {"from": "server", "bytes": "0b"}]
    decode(json.dumps({"connections": [entries]}).encode())


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["from", "bytes", "record", "event"]), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(st.lists(_JSON, max_size=3))
def test_any_json_is_shown_or_damaged(connections) -> None:
    decode(json.dumps({"connections": connections}).encode())


@given(st.integers(0, 10_000), st.integers(1, 255), st.booleans())
def test_any_damage_to_a_recording_is_shown(conversations, place, change, from_client) -> None:
    octets = bytearray(directions(conversations["progress"])["client" if from_client else "server"])
    octets[place % len(octets)] ^= change
    lines, _ = decode(bytes(octets))
    assert lines
    assert all(line.isprintable() for line in lines)


# --- Options --------------------------------------------------------------------------------------


@pytest.fixture
def ntlm(captures):
    return captures / "ntlm.pcap"


@pytest.fixture
def captures():
    return Path(__file__).parent.parent / "data" / "captures"


@pytest.fixture
def password_file(tmp_path):
    path = tmp_path / "password"
    path.write_text("Secret-1\nand nothing else\n")
    path.chmod(0o600)
    return path


def test_a_capture_is_opened_with_a_password_from_a_file(invoke, ntlm, password_file) -> None:
    result = invoke("decode", ntlm, "--password-file", password_file)
    assert result.exit_code == 0
    assert "handshake over, NTLM EncryptAndSign, LAB\\alice\n" in result.output
    assert result.output.count("SetSubTaskStatus") == 12
    assert "Sealed" not in result.output


@pytest.mark.parametrize("user", ["alice", "lab\\ALICE"])
def test_a_password_is_asked_for(invoke, ntlm, user) -> None:
    result = invoke("decode", ntlm, "--user", user, typed="Secret-1\n")
    assert result.exit_code == 0
    assert f"Password of {user}" in result.stderr
    assert "SetOverallStatus" in result.stdout
    assert "Secret-1" not in result.output


def test_another_user_and_a_wrong_password_are_told(invoke, ntlm, tmp_path) -> None:
    result = invoke("decode", ntlm, "--user", "bob", typed="Secret-1\n")
    assert "not opened: no password is given for LAB\\alice" in result.stdout
    result = invoke("decode", ntlm, "--user", "alice", typed="Secret-2\n")
    reason = "the password that is given is not the one that LAB\\alice logged on with"
    assert f"not opened: {reason}\n" in result.stdout
    assert result.exit_code == 0
    result = invoke("decode", ntlm)
    assert "not opened: the password of LAB\\alice is not given\n" in result.stdout


def test_password_files_that_will_not_do(invoke, ntlm, password_file) -> None:
    result = invoke("decode", ntlm, "--password-file", "/nowhere")
    assert result.exit_code == 2
    assert "/nowhere: No such file" in result.stderr
    password_file.chmod(0o644)
    result = invoke("decode", ntlm, "--password-file", password_file)
    assert result.exit_code == 2
    assert "chmod 600" in result.stderr


def test_one_connection_alone(invoke, tmp_path) -> None:
    path = tmp_path / "lines"
    path.write_text("000100\n0001\n000100\n")
    result = invoke("decode", path, "--connection", "3")
    assert result.exit_code == 0
    assert result.output == "connection 3\n3 -->       0  Version major=1 minor=0\n"
    assert invoke("decode", path).exit_code == 1
    assert invoke("decode", path, "--connection", "0").exit_code == 2


def test_forms_of_output(invoke, captures) -> None:
    capture = captures / "none.pcap"
    summary = invoke("decode", capture)
    assert summary.output == invoke("decode", "--summary", capture).output
    assert len(summary.output.splitlines()) == 44
    xml = invoke("decode", "--xml", capture)
    assert "          <completionPercentage>100</completionPercentage>" in xml.output
    objects = [json.loads(line) for line in invoke("decode", "--json", capture).output.splitlines()]
    assert len(objects) == 44
    diagram = invoke("decode", "--diagram", capture)
    assert diagram.output.startswith("sequenceDiagram\n")
    assert {each.exit_code for each in (summary, xml, diagram)} == {0}


def test_standard_input(invoke) -> None:
    result = invoke("decode", "-", typed="000100")
    assert result.output == "connection 1\n1 -->       0  Version major=1 minor=0\n"
