"""``ipam-progress decode``: every recording in every form, whole, cut, and damaged."""

import json
import random
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipam_progress.cli.decode import Recording

RECORD_LINE = re.compile(r"(client|server) +(\d+)  (\w+)(.*)")
PLAIN = (
    "abort", "all-operations", "initialize-twice", "null-parameters", "progress", "raw-bad-enum",
    "raw-bad-type", "raw-extra-member", "raw-keepalive", "raw-no-message-id", "raw-over-quota",
    "raw-spelling", "raw-unknown-action", "raw-wrong-order", "start-first", "start-task",
    "start-task-none", "two-sessions",
)  # fmt: skip
PROTECTED = ("ntlm-bad-password", "ntlm-none", "ntlm-progress", "ntlm-sign", "ntlm-two-sessions")


def decode(octets: bytes) -> tuple[list[str], bool]:
    recording = Recording()
    return list(recording.lines(octets)), recording.damaged


def directions(conversation: dict) -> dict[str, bytes]:
    """Give what each side sent on the first connection."""
    sent = {"client": b"", "server": b""}
    for entry in conversation["connections"][0]:
        sent[entry["from"]] += bytes.fromhex(entry.get("bytes", ""))
    return sent


def titles(lines: list[str]) -> list[tuple[str, str]]:
    """Give who sent which record."""
    matches = (RECORD_LINE.fullmatch(line) for line in lines)
    return [(match[1], match[3]) for match in matches if match]


def test_all_recordings_are_known(conversations) -> None:
    assert {*PLAIN, *PROTECTED} == {*conversations}


@pytest.mark.parametrize("name", PLAIN)
def test_a_conversation(conversations, name) -> None:
    lines, damaged = decode(json.dumps(conversations[name]).encode())
    assert not damaged
    entries = [entry for each in conversations[name]["connections"] for entry in each]
    recorded = [(entry["from"], entry["record"]) for entry in entries if "bytes" in entry]
    assert titles(lines) == recorded
    text = "\n".join(lines)
    position = 0
    for entry in entries:
        if "xml" in entry:
            # each message is there, in its order
            action = re.search(r"<a:Action[^>]*>([^<]*)<", entry["xml"])[1]
            position = text.index(f"\n    Action {action}\n", position + 1)
            added = len(entry["strings"])
            shown = re.findall(r" strings added:", text[:position].rpartition("Envelope of")[2])
            assert len(shown) == (added > 0)


@pytest.mark.parametrize("name", PROTECTED)
def test_a_protected_conversation_is_shown_up_to_the_upgrade(conversations, name) -> None:
    lines, damaged = decode(json.dumps(conversations[name]).encode())
    assert not damaged
    assert any("protected by application/negotiate: not read" in line for line in lines)
    assert ("client", "UpgradeRequest") in titles(lines)
    assert not any("Envelope" in line for line in lines)


@pytest.mark.parametrize("name", PLAIN)
def test_raw_octets_and_hexadecimal_lines_say_the_same(conversations, name) -> None:
    sent = directions(conversations[name])
    both: list[str] = []
    for sender, octets in sent.items():
        lines, damaged = decode(octets)
        assert not damaged
        assert {found for found, _ in titles(lines)} == {sender}
        both += lines
    text = f"{sent['client'].hex()}\n\n  {sent['server'].hex(' ').upper()}\r\n"
    for form in (text.encode(), text.encode("utf-8-sig")):
        assert decode(form) == (both, False)


def test_a_message_in_full(conversations) -> None:
    lines, _ = decode(json.dumps(conversations["start-task"]).encode())
    first = next(number for number, line in enumerate(lines) if "SizedEnvelope" in line)
    assert lines[: first + 1] == [
        "connection 1",
        "client       0  Version major=1 minor=0",
        "client       3  Mode mode=2 (DUPLEX)",
        "client       5  Via via=net.tcp://127.0.0.2:19001/IpamServer",
        "client      43  KnownEncoding encoding=8 (BINARY_SESSION)",
        "client      45  PreambleEnd",
        "server       0  PreambleAck",
        "client      46  SizedEnvelope of 243 octets",
    ]
    assert lines[first + 1].endswith("strings added:")
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
        begun = next(
            number for number, line in enumerate(lines) if "of which the end is missing" in line
        )
        assert lines[:begun] == whole[:begun]
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
    assert lines[-1] == "client     292  End"


def test_a_broken_record_ends_a_direction(conversations) -> None:
    lines, damaged = decode(b"\x00\x01\x00\x01\x02\x77rest")
    assert damaged
    assert lines == [
        "client       0  Version major=1 minor=0",
        "client       3  Mode mode=2 (DUPLEX)",
        "client       5  damaged at octet 5: no record has the type 0x77",
        "client       5  5 octets after the damage: not read",
    ]


@pytest.mark.parametrize(
    ("octets", "line"),
    [
        (b"\x03\x07\x06\x04\x40\x01\x61\x01", "    no SOAP message: "),  # binary without sessions
        (b"\x04\x18application/soap+msbin1\x06\x04\x40\x01\x61\x01", "    no SOAP message: "),
        (b"\x03\x03\x06\x04<a/>", "    its encoding is not binary XML: b'<a/>'"),
        (b"\x0b\x06\x05\x00\x40\x01\x61\x01", "    no SOAP message: "),
        (b"\x03\x63", "server       0  KnownEncoding encoding=99"),
    ],
)
def test_other_encodings_and_other_messages(octets, line) -> None:
    if octets[:2] == b"\x04\x18":
        octets = octets.replace(b"\x18", bytes([len(b"application/soap+msbin1")]), 1)
    lines, damaged = decode(octets)
    assert not damaged
    assert any(found.startswith(line) for found in lines)


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
        ('{"connections": [[1]]}', 'record 1 says no "from": client or server'),
        ('{"connections": [[{"from": "me"}]]}', 'record 1 says no "from": client or server'),
        ('{"connections": [[{"from": []}]]}', 'record 1 says no "from": client or server'),
        ('{"connections": [[{"from": "client", "bytes": "0x"}]]}', "record 1 are no hexadecimal"),
        ('{"connections": [[{"from": "client", "bytes": 7}]]}', "record 1 are no hexadecimal"),
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
    assert lines[-2:] == ["client          RST", "server          FIN"]
    lines, _ = decode(json.dumps(conversations["ntlm-none"]).encode())
    assert any(line.endswith("FIN") for line in lines)


def test_exit_status(invoke, tmp_path) -> None:
    path = tmp_path / "recording"
    path.write_bytes(b"\x00\x01\x00")
    result = invoke("decode", path)
    assert (result.exit_code, result.output) == (0, "client       0  Version major=1 minor=0\n")
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
