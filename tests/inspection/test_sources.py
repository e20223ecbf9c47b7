"""The forms of recordings: our own, JSON, lines of digits, octets; whole, cut, and of no form."""

import io
import json

import pytest

from ipam_progress.inspection import (
    ConnectionFound,
    EnvelopeRead,
    OctetsCaptured,
    RecordingWriter,
    RecordRead,
    Side,
    SourceDamaged,
    StreamClosed,
    StreamEnded,
    inspect,
    read_source,
)
from ipam_progress.inspection import captured as captured_module
from ipam_progress.inspection import sources as sources_module
from ipam_progress.inspection.octet_queue import OctetQueue
from ipam_progress.inspection.source import Source

from .conftest import read

CLIENT, SERVER = Side


def captured(octets):
    return list(read_source(io.BytesIO(octets)))


def record(chunks, *, number=1):
    stream = io.StringIO()
    writer = RecordingWriter(stream)
    writer.open(number, "[::1]:50000", "127.0.0.1:808", 1.5)
    for side, octets in chunks:
        writer.receive(number, side, octets, 2.25)
    writer.close(number, CLIENT, "FIN", 3.0)
    writer.close(number, SERVER, "RST", 4.0)
    return stream.getvalue().encode()


# --- Our own recordings ---------------------------------------------------------------------------


def test_a_recording_says_what_was_recorded(conversations):
    chunks = conversations["progress"]
    first, *rest = captured(record(chunks, number=5))
    assert first == ConnectionFound(
        connection=5, client="[::1]:50000", server="127.0.0.1:808", time=1.5
    )
    assert rest == [
        *(OctetsCaptured(5, side, octets, 2.25) for side, octets in chunks),
        StreamClosed(5, CLIENT, "FIN", 3.0),
        StreamClosed(5, SERVER, "RST", 4.0),
    ]


def test_long_octets_are_recorded_in_pieces():
    octets = bytes(range(256)) * 600
    recording = record([(CLIENT, octets)])
    pieces = [item.octets for item in captured(recording) if isinstance(item, OctetsCaptured)]
    assert b"".join(pieces) == octets
    assert max(map(len, recording.splitlines())) < 70_000


def test_a_recording_that_is_cut_off_anywhere_lacks_its_last_line(conversations):
    recording = record(conversations["start-task"])
    whole = captured(recording)
    for cut in range(recording.index(b"\n") + 1, len(recording), 7):
        *items, damage = [*captured(recording[:cut]), None]
        if items and isinstance(items[-1], SourceDamaged):
            damage = items.pop()
            assert damage.reason.endswith("is cut off, or too long")
        lines = recording[:cut].count(b"\n")
        assert (damage is None) == recording[:cut].endswith(b"\n")
        assert items == whole[: lines - 1]


def test_every_line_is_flushed():
    class Stream(io.StringIO):
        flushed = 0

        def flush(self):
            self.flushed = len(self.getvalue())

    stream = Stream()
    writer = RecordingWriter(stream)
    writer.receive(1, CLIENT, b"1", 0.0)
    assert stream.flushed == len(stream.getvalue())


HEAD = '{"format": "ipam-progress recording", "version": 1}\n'
OPEN = '{"connection": 1, "time": 1, "client": "a", "server": "b"}\n'
GOOD = '{"connection": 1, "time": 1, "from": "client", "bytes": "0001"}\n'


@pytest.mark.parametrize(
    "line",
    [
        "no JSON",
        "[]",
        "{}",
        '{"connection": "1", "client": "a", "server": "b"}',
        '{"connection": 1, "client": "a"}',
        '{"connection": 2, "from": "client", "bytes": "00"}',
        '{"connection": 1, "from": "me", "bytes": "00"}',
        '{"connection": 1, "from": [], "bytes": "00"}',
        '{"connection": 1, "from": "client", "bytes": "0"}',
        '{"connection": 1, "from": "client", "bytes": 0}',
        '{"connection": 1, "from": "client"}',
        "[" * 100_000,
        "\ufffd",
    ],
)
def test_a_line_that_makes_no_sense_is_told_and_the_next_is_read(line):
    items = captured(f"{HEAD}{OPEN}{line}\n{GOOD}".encode())
    assert len(items) == 3
    assert items[1].reason.startswith("line 3 is no entry of a recording")
    assert items[2] == OctetsCaptured(1, CLIENT, b"\x00\x01", 1.0)


def test_a_line_that_is_too_long_is_passed_over():
    items = captured(f"{HEAD}{OPEN}{'1' * 3_000_000}\n{GOOD}".encode())
    assert [type(item) for item in items] == [ConnectionFound, SourceDamaged, OctetsCaptured]


@pytest.mark.parametrize("time", ["null", "true", '"1"', "-1", "1e300", "NaN", "Infinity"])
def test_a_time_that_no_calendar_has(time):
    line = OPEN.replace('"time": 1', f'"time": {time}')
    assert captured(f"{HEAD}{line}".encode())[0].time is None


# --- Other forms ----------------------------------------------------------------------------------


def test_times_in_json():
    entries = [
        {"from": "client", "bytes": "000100", "time": 3},
        {"from": "client", "event": "RST", "time": 4.5},
    ]
    items = read(json.dumps({"connections": [entries]}).encode())
    assert [item.time for item in items] == [None, 3.0, 4.5]


def test_more_lines_than_sides_are_several_connections():
    items = read(b"000100\n0b\n000100\n000100\n\n")
    assert [(item.connection, item.side) for item in items if isinstance(item, RecordRead)] == [
        (1, CLIENT), (1, SERVER), (2, CLIENT), (3, CLIENT),
    ]  # fmt: skip


def test_lines_of_digits_and_something_else_further_on():
    octets = b"000100\n" * 1000 + b"what?\n0b\n"
    items = captured(octets)
    assert items[-2].reason == "line 1001 is no line of hexadecimal digits"
    assert items[-1].octets == b"\x0b"
    assert captured(b"00" * 3000 + b"\xff")[0].reason.startswith("'utf-8' codec")


@pytest.mark.parametrize("beginning", [b"00 ", b'{"connections": '])
def test_forms_that_have_to_fit_in_memory(monkeypatch, beginning):
    monkeypatch.setattr(sources_module, "_TEXT_LIMIT", 100_000)
    (damage,) = captured(beginning + b"0" * 100_000)
    assert damage.reason.endswith("a recording of this form has at most 100000 octets")


def test_a_stream_is_read_in_pieces(conversations):
    octets = b"".join(o for side, o in conversations["all-operations"] if side is CLIENT)
    assert len(octets) > 100_000
    pieces = captured(octets)[1:]
    assert len(pieces) > 1
    assert b"".join(piece.octets for piece in pieces) == octets


# --- Many connections -----------------------------------------------------------------------------


def test_connections_are_told_apart(conversations):
    chunks = conversations["progress"]
    mixed = [ConnectionFound(connection=number) for number in (1, 2)]
    mixed += [OctetsCaptured(n, side, octets) for side, octets in chunks for n in (1, 2)]
    items = list(inspect(mixed))
    assert len([item for item in items if isinstance(item, EnvelopeRead)]) == 32


def test_a_connection_that_both_sides_have_closed_is_finished():
    items = list(
        inspect(
            [
                ConnectionFound(connection=1),
                OctetsCaptured(1, CLIENT, b"\x00\x01\x00\x01\x02\x09\x15application/negotiate?"),
                StreamClosed(1, CLIENT, "FIN"),
                StreamClosed(1, CLIENT, "FIN"),
                StreamClosed(1, SERVER, "FIN"),
                OctetsCaptured(1, SERVER, b"late"),
            ]
        )
    )
    assert isinstance(items[-2], StreamEnded)
    assert items[-1].reason == "protected by the upgrade"


def test_a_number_that_is_used_again():
    preamble = b"\x00\x01\x00"
    source = [
        ConnectionFound(connection=1),
        StreamClosed(1, CLIENT, "FIN"),
        ConnectionFound(connection=1),
        StreamClosed(1, SERVER, "FIN"),
        OctetsCaptured(1, CLIENT, preamble),
    ]
    assert isinstance(list(inspect(source))[-1], RecordRead)


def test_the_oldest_of_too_many_connections_is_cut_short(monkeypatch):
    monkeypatch.setattr(captured_module, "_MOST_OPEN", 2)
    source = []
    for number in (1, 2, 3):
        source += [
            ConnectionFound(connection=number), OctetsCaptured(number, CLIENT, b"\x00\x01"),
        ]  # fmt: skip
    source.append(OctetsCaptured(1, CLIENT, b"\x00"))
    items = list(inspect(source))
    assert [item.connection for item in items] == [1, 2, 1, 3, 2, 3]


# --- Below ----------------------------------------------------------------------------------------


def test_a_source_remembers_how_far_it_is():
    source = Source(io.BytesIO(b"ab\ncd" + b"x" * 5000 + b"\nend"))
    assert source.head.startswith(b"ab\ncd")
    assert (source.read(1), source.position) == (b"a", 1)
    assert (source.read_line(10), source.position) == (b"b\n", 3)
    assert source.read_line(10) == b"cdxxxxxxxx"
    assert len(source.read_line(8000)) == 4993
    assert source.read_line(2) == b"en"
    assert source.read(100) == b"d"
    assert (source.read(1), source.read_line(1)) == (b"", b"")
    assert source.position == 5009


def test_a_queue_knows_where_its_octets_stand():
    queue = OctetQueue()
    assert queue.offset_of(0) == 0
    queue.append(b"abc", 10)
    queue.append(b"def", 13)
    queue.append(b"GHI", 16, is_unsealed=True)
    queue.append(b"KLM", 40, is_unsealed=True)
    queue.append(b"nop", 60)
    places = [queue.offset_of(position) for position in range(len(queue) + 1)]
    assert places == [10, 11, 12, 13, 14, 15, 16, 16, 16, 40, 40, 40, 60, 61, 62, 63]
    assert queue.take(7) == b"abcdefG"
    assert [queue.offset_of(position) for position in (0, 2, 5)] == [16, 40, 60]
    assert queue.clear() == 8
    queue.append(b"q", 100)
    assert queue.offset_of(0) == 100
