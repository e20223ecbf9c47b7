"""Connections put together from packets, whatever happened on the way and in the capture."""

import random
from itertools import groupby
from operator import itemgetter

import pytest
from dpkt.tcp import TH_ACK, TH_FIN, TH_PUSH, TH_RST, TH_SYN

from ipam_progress.inspection import (
    ConnectionFound,
    ConnectionsIgnored,
    DamageFound,
    EnvelopeRead,
    RecordRead,
    Side,
    StreamEnded,
    tcp,
)

from .conftest import Sent, Wire, capture, changed, ethernet, pcap, read

CLIENT, SERVER = Side


def said(items):
    """Give what was said, without its times and the connection's number."""
    return [
        (item.side, item.offset, item.record if isinstance(item, RecordRead) else item.tokens)
        for item in items
        if isinstance(item, RecordRead | EnvelopeRead)
    ]


def by_side(items):
    return {side: [item for item in said(items) if item[0] is side] for side in Side}


def joined(chunks):
    """Put together what a side says before the other one answers, as it is sent."""
    return [
        (side, b"".join(octets for _, octets in group))
        for side, group in groupby(chunks, key=itemgetter(0))
    ]


def of(items, kind):
    return [item for item in items if isinstance(item, kind)]


@pytest.fixture(scope="module")
def progress(conversations):
    return conversations["progress"]


@pytest.fixture(scope="module")
def whole(progress):
    """What is said in the conversation, in a capture without any trouble."""
    return read(capture(Wire().open().say(progress).close().segments))


def test_a_connection(progress, whole):
    found, *rest = whole
    assert found == ConnectionFound(
        connection=1, client="192.0.2.1:50000", server="192.0.2.2:9100", time=1_700_000_000.25
    )
    assert not of(whole, DamageFound)
    assert [(end.side, end.how) for end in of(rest, StreamEnded)] == [
        (CLIENT, "FIN"),
        (SERVER, "FIN"),
    ]
    sent = {side: sum(len(o) for s, o in progress if s is side) for side in Side}
    assert {end.side: end.offset for end in of(rest, StreamEnded)} == sent


@pytest.mark.parametrize("size", [1, 7, 1448])
def test_segments_of_any_size(progress, whole, size):
    items = read(capture(Wire().open().say(progress, size).close().segments))
    assert said(items) == said(whole)


@pytest.mark.parametrize("seed", range(20))
def test_out_of_order_twice_and_overlapping(progress, whole, seed):
    chance = random.Random(seed)
    segments = Wire().open().say(progress).close().segments
    beginning, rest = segments[:3], segments[3:]
    for _ in range(20):
        place = chance.randrange(len(rest) - 1)
        other = place + chance.randint(1, 3)
        match chance.randrange(4):
            case 0:  # out of order
                rest[place:other] = reversed(rest[place:other])
            case 1:  # twice
                rest.insert(other, rest[place])
            case 2:  # again, and more of it than before
                segment = rest[place]
                back = min(30, segment.sequence - Wire().first[0] - 1) if segment.payload else 0
                if segment.side is CLIENT and back > 0:
                    octets = b"".join(o for s, o in progress if s is CLIENT)
                    start = segment.sequence - Wire().first[0] - 1 - back
                    longer = octets[start : start + back + len(segment.payload)]
                    sequence = segment.sequence - back
                    rest.insert(other, changed(segment, sequence=sequence, payload=longer))
            case 3:  # a probe whether the other end is still there
                segment = rest[place]
                probe = changed(segment, sequence=segment.sequence - 1, payload=b"\x00", flags=0)
                rest.insert(other, probe)
    items = read(capture(beginning + rest))
    assert not of(items, DamageFound)
    assert by_side(items) == by_side(whole)


def test_a_lost_segment_is_damage_and_the_session_goes_on(progress, whole):
    segments = Wire().open().say(progress).close().segments
    # within InitializeOperationParameters, behind its string table, which has to be known later
    lost = next(n for n, each in enumerate(segments) if each.sequence == 1001 + 61 + 2000)
    items = read(capture(segments[:lost] + segments[lost + 1 :]))
    (damage,) = [item for item in of(items, DamageFound) if "in this message" not in item.reason]
    assert damage.reason.startswith("100 octets are missing in the capture within a SizedEnv")
    assert by_side(items)[SERVER] == by_side(whole)[SERVER]
    assert by_side(items)[CLIENT][-1] == by_side(whole)[CLIENT][-1]
    # what comes behind is not kept until the end of the capture
    place = items.index(damage)
    assert any(isinstance(item, EnvelopeRead) for item in items[place:])


def test_a_lost_segment_where_a_record_begins(progress):
    segments = Wire().open().say(progress).close().segments
    first_of_server = next(
        n for n, each in enumerate(segments) if each.side is SERVER and each.payload
    )
    items = read(capture(segments[:first_of_server] + segments[first_of_server + 1 :]))
    (damage,) = [item for item in of(items, DamageFound) if item.side is SERVER]
    assert (damage.offset, damage.reason) == (0, "1 octets are missing here")


def test_segments_cut_short_by_the_capture(progress, whole):
    wire = Wire().open().say(progress, 1400).close()
    packets = [segment.ip() for segment in wire.segments]
    items = read(pcap([ethernet(packet)[:1200] for packet in packets]))
    damages = [item.reason for item in of(items, DamageFound)]
    assert any(
        "octets are missing in the capture within a SizedEnvelope" in each for each in damages
    )
    assert by_side(items)[SERVER] == by_side(whole)[SERVER]


def test_a_reset(progress):
    wire = Wire().open().say(progress[:10])
    reset = Sent(CLIENT, wire.next[CLIENT], wire.next[SERVER], TH_RST)
    items = read(capture([*wire.segments, reset, reset]))
    assert [(end.side, end.how) for end in of(items, StreamEnded)] == [(CLIENT, "RST")]


def test_either_side_first(progress, whole):
    segments = Wire().open().say(progress).close().segments
    data = segments[3:]
    items = read(capture(segments[:3] + sorted(data, key=lambda each: each.side is CLIENT)))
    assert by_side(items) == by_side(whole)
    # the answer to the SYN, and then the SYN
    items = read(capture([segments[1], segments[0], *segments[2:]]))
    assert said(items) == said(whole)


@pytest.mark.parametrize("lacking", [{0}, {1}, {0, 1}])
def test_a_connection_without_its_syn(progress, whole, lacking):
    segments = Wire().open().say(joined(progress)).close().segments
    items = read(capture([each for n, each in enumerate(segments) if n not in lacking]))
    assert said(items) == said(whole)
    assert bool(items[0].note) == (lacking == {0, 1})


def test_a_connection_that_is_joined_in_a_later_session(conversations):
    segments = Wire().open().say(joined(conversations["two-sessions"]), 5000).close().segments
    items = read(capture(segments[6:]))
    assert items[0].note == "its beginning was not captured"
    records = [item.record.record_type.title for item in of(items, RecordRead)]
    assert records[:6] == [
        "Version", "Mode", "Via", "KnownEncoding", "PreambleEnd", "PreambleAck",
    ]  # fmt: skip
    assert not of(items, DamageFound)
    assert len(of(items, EnvelopeRead)) == 16


def test_a_connection_whose_first_octets_are_lost(conversations):
    segments = Wire().open().say(joined(conversations["two-sessions"]), 5000).close().segments
    items = read(capture(segments[:2] + segments[3:]))
    assert items[0].note == "its beginning was not captured"
    assert len(of(items, EnvelopeRead)) == 16


def test_several_connections_and_others(progress, whole):
    wires = [Wire(ports=(50_000 + n, 9100 + n)).open().say(progress).close() for n in range(3)]
    http = Wire(ports=(60_000, 80)).open()
    http.say([(CLIENT, b"GET / HTTP/1.1\r\n\r\n"), (SERVER, b"HTTP/1.1 200 OK\r\n")]).close()
    silent = Wire(ports=(60_001, 9100)).open()
    talkative = Wire(ports=(60_002, 23)).open().say([(SERVER, b"login: " * 20_000)], 1400)
    late = Wire(ports=(60_003, 443)).open().say([(CLIENT, b"\x17\x03\x03\x00\x00" * 9)])
    mixed = []
    for n in range(max(len(wire.segments) for wire in wires)):
        mixed += [wire.segments[n] for wire in wires if n < len(wire.segments)]
    others = [*http.segments, *silent.segments, *talkative.segments, *late.segments[2:]]
    items = read(capture(mixed + others))
    for number in (1, 2, 3):
        ours = [item for item in items if getattr(item, "connection", 0) == number]
        assert said(ours) == said(whole)
    (ignored,) = of(items, ConnectionsIgnored)
    assert ignored.count == 4
    assert dict(ignored.servers) == {
        "192.0.2.2:80": 1, "192.0.2.2:9100": 1, "192.0.2.2:23": 1, "192.0.2.2:443": 1,
    }  # fmt: skip


def test_ports_that_are_used_again(progress):
    first = Wire().open().say(progress).close()
    second = Wire(first=(77_000, 88_000)).open().say(progress).close()
    again = first.segments[0]  # the same SYN once more opens nothing
    segments = [first.segments[0], again, *first.segments[1:], *second.segments]
    items = read(capture(segments))
    assert [item.connection for item in of(items, ConnectionFound)] == [1, 2]
    assert not of(items, DamageFound)


def test_a_final_segment_that_is_lost(progress):
    wire = Wire().open().say(progress)
    segments = wire.segments
    last = max(n for n, segment in enumerate(segments) if segment.side is CLIENT)
    fin = Sent(CLIENT, wire.next[CLIENT], wire.next[SERVER], TH_FIN)
    items = read(capture([*segments[:last], *segments[last + 1 :], fin]))
    assert [end.how for end in of(items, StreamEnded)] == ["FIN"]
    assert [damage.reason for damage in of(items, DamageFound)] == ["1 octets are missing here"]


def test_much_that_waits_for_little(progress):
    """What is pending is bounded, though nobody acknowledges anything."""
    wire = Wire().open().say(progress[:6])
    start = wire.next[CLIENT] + 1
    pending = [Sent(CLIENT, start + n * 60_000, None, TH_PUSH, bytes(60_000)) for n in range(150)]
    items = read(capture([*wire.segments, *pending]))
    assert of(items, DamageFound)[0].reason == "1 octets are missing here"


def test_more_connections_than_are_followed(monkeypatch, progress):
    monkeypatch.setattr(tcp, "_MOST_FLOWS", 2)
    wires = [Wire(ports=(50_000 + n, 9100 + n)).open().say(progress[:6]) for n in range(3)]
    silent = [Wire(ports=(60_000 + n, 80 + n)).open().segments[0] for n in range(3)]
    segments = [segment for wire in wires for segment in wire.segments]
    items = read(capture([*segments, *silent]))
    assert [item.connection for item in of(items, ConnectionFound)] == [1, 2, 3]
    assert dict(items[-1].servers) == {"192.0.2.2:80": 1, "192.0.2.2:81": 1, "elsewhere": 1}


def test_a_connection_to_itself_and_one_without_octets():
    segments = [Sent(CLIENT, 1, None, TH_SYN), Sent(SERVER, 5, 2, TH_SYN | TH_ACK)]
    assert read(capture(segments)) == [
        ConnectionsIgnored(count=1, servers=(("192.0.2.2:9100", 1),))
    ]


@pytest.mark.parametrize("seed", range(30))
def test_any_segments_at_all(progress, seed):
    chance = random.Random(seed)
    segments = Wire().open().say(progress, 300).close().segments
    for _ in range(30):
        place = chance.randrange(len(segments))
        segment = segments[place]
        segments[place] = chance.choice(
            [
                changed(segment, sequence=chance.getrandbits(32)),
                changed(segment, acknowledged=chance.getrandbits(32)),
                changed(segment, flags=chance.getrandbits(6)),
                changed(segment, payload=chance.randbytes(chance.randrange(400))),
                changed(segment, side=segment.side.other),
            ]
        )
        if chance.random() < 0.3:
            del segments[chance.randrange(len(segments))]
    read(capture(segments))
