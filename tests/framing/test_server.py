import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipam_progress.errors import FramingError, LocalProtocolError
from ipam_progress.framing import (
    Drained,
    EndReceived,
    EnvelopeReceived,
    KnownEncoding,
    Limits,
    PreambleReceived,
    ServerConnection,
    SessionEnded,
    SessionOpened,
    State,
    UpgradeRequested,
    faults,
)
from ipam_progress.framing.records import (
    EndRecord,
    ExtensibleEncodingRecord,
    FaultRecord,
    KnownEncodingRecord,
    Mode,
    ModeRecord,
    PreambleEndRecord,
    SizedEnvelopeRecord,
    UpgradeRequestRecord,
    VersionRecord,
    ViaRecord,
)
from ipam_progress.framing.sizes import encode_size

VIA = "net.tcp://server.example/IpamOperationWithProgress"
PREAMBLE = [VersionRecord(), ModeRecord(), ViaRecord(VIA), KnownEncodingRecord()]


def octets_of(*records):
    return b"".join(record.serialize() for record in records)


def refusal(connection, octets):
    """Give the error that the octets lead to, and check what a refused client gets."""
    connection.receive_data(octets)
    with pytest.raises(FramingError) as caught:
        list(iter(connection.next_event, None))
    error = caught.value
    sent = connection.data_to_send()
    if error.fault is None:
        assert sent == b""
        assert connection.state is State.FAILED
    else:
        assert sent == FaultRecord(error.fault).serialize()
        assert connection.state is State.DRAINING
    return error


# --- The preamble, in the order of its checks ----------------------------------------------------


@pytest.mark.parametrize("major", [0, 2, 255])
def test_another_major_version(server_in, major):
    error = refusal(server_in(State.VERSION), octets_of(VersionRecord(major, 0)))
    assert error.fault == faults.UNSUPPORTED_VERSION
    assert f"version {major}.0" in str(error)


def test_another_minor_version_is_not_looked_at(server_in):
    connection = server_in(State.VERSION)
    connection.receive_data(octets_of(VersionRecord(1, 7)))
    assert connection.next_event() is None
    assert connection.state is State.MODE


@pytest.mark.parametrize("mode", [0, 1, 3, 4, 5, 255])
def test_another_mode(server_in, mode):
    error = refusal(server_in(State.MODE), octets_of(ModeRecord(mode)))
    assert error.fault == faults.UNSUPPORTED_MODE


def test_a_foreign_via(server_in):
    asked = []
    connection = server_in(State.VIA, accepts_via=asked.append)
    error = refusal(connection, octets_of(ViaRecord("net.tcp://server.example/Other")))
    assert error.fault == faults.ENDPOINT_NOT_FOUND
    assert asked == ["net.tcp://server.example/Other"]


@pytest.mark.parametrize("via", ["/path", "path", "net.tcp:", ":x", "net.tcp://h/a b", "x"])
def test_a_via_that_is_no_uri(server_in, via):
    def accepts_via(via):
        pytest.fail(f"asked for {via}")

    error = refusal(server_in(State.VIA, accepts_via=accepts_via), octets_of(ViaRecord(via)))
    assert error.fault is None
    assert "no absolute URI" in str(error)


@pytest.mark.parametrize(
    "record",
    [
        *(KnownEncodingRecord(number) for number in (0, 3, 6, 7, 9, 0x0C, 255)),
        ExtensibleEncodingRecord("application/soap+msbin1"),
        ExtensibleEncodingRecord("application/soap+msbinsession1+gzip"),
        ExtensibleEncodingRecord("8"),
    ],
    ids=repr,
)
def test_another_encoding(server_in, record):
    error = refusal(server_in(State.ENCODING), octets_of(record))
    assert error.fault == faults.CONTENT_TYPE_INVALID


def test_the_encoding_by_its_name(server_in):
    connection = server_in(State.ENCODING)
    connection.receive_data(octets_of(ExtensibleEncodingRecord("Application/soap+msbinSession1")))
    assert connection.next_event() == PreambleReceived(
        VIA, Mode.DUPLEX, "application/soap+msbinsession1"
    )


def test_other_encodings_can_be_spoken(server_in):
    connection = server_in(State.ENCODING, encodings=frozenset({KnownEncoding.SOAP12_UTF8}))
    connection.receive_data(octets_of(KnownEncodingRecord(3)))
    event = connection.next_event()
    assert event.encoding is KnownEncoding.SOAP12_UTF8


def test_the_encoding_is_checked_before_any_upgrade(server_in):
    connection = server_in(State.ENCODING)
    error = refusal(
        connection,
        octets_of(KnownEncodingRecord(7), UpgradeRequestRecord("application/negotiate")),
    )
    assert error.fault == faults.CONTENT_TYPE_INVALID


@pytest.mark.parametrize("upgrades", [set(), {"application/ssl-tls"}])
def test_an_upgrade_that_is_not_offered(server_in, upgrades):
    connection = server_in(State.UPGRADE, upgrades=frozenset(upgrades))
    error = refusal(connection, octets_of(UpgradeRequestRecord("application/negotiate")))
    assert error.fault == faults.UPGRADE_INVALID
    assert (", ".join(upgrades) or "none") in str(error)


def test_an_upgrade_that_is_required_and_not_asked_for(server_in):
    connection = server_in(State.UPGRADE, upgrade_required=True)
    error = refusal(connection, octets_of(PreambleEndRecord()))
    assert error.fault is None
    assert "required" in str(error)


def test_what_is_for_everybody_needs_no_upgrade(server_in, fetch):
    connection = server_in(State.VERSION, upgrade_required=True, is_public=VIA.__eq__)
    connection.receive_data(octets_of(*PREAMBLE, PreambleEndRecord()))
    assert fetch(connection)[1:] == [SessionOpened()]


def test_what_is_for_everybody_may_have_one(server_in, fetch):
    connection = server_in(State.UPGRADED, upgrade_required=True, is_public=VIA.__eq__)
    connection.receive_data(octets_of(PreambleEndRecord()))
    assert fetch(connection) == [SessionOpened()]


def test_who_was_let_in_for_it_gets_no_further(server_in, fetch):
    """What is true of a session is not true of the next one on the connection."""
    connection = server_in(State.VERSION, upgrade_required=True, is_public=VIA.__eq__)
    connection.receive_data(octets_of(*PREAMBLE, PreambleEndRecord(), EndRecord()))
    fetch(connection)
    connection.send_end()
    assert fetch(connection) == [SessionEnded()]
    other = [*PREAMBLE[:2], ViaRecord(f"{VIA}/other"), PREAMBLE[3]]
    error = refusal_after_ack(connection, octets_of(*other, PreambleEndRecord()))
    assert "required" in str(error)


def test_an_upgrade_that_is_required_must_be_offered(server_settings):
    with pytest.raises(LocalProtocolError, match="offers none"):
        server_settings(upgrade_required=True, upgrades=frozenset())


def test_http_is_recognized(server_in):
    error = refusal(server_in(State.VERSION), b"GET / HTTP/1.1\r\n")
    assert "speaking HTTP" in str(error)
    assert "due was Version" in str(error)


# --- Limits --------------------------------------------------------------------------------------

LIMITED = [
    (State.VIA, 0x02, 2048, None),
    (State.ENCODING, 0x04, 256, None),
    (State.UPGRADE, 0x09, 256, None),
    (State.OPENED, 0x06, 4 * 1024 * 1024, faults.MAX_MESSAGE_SIZE_EXCEEDED),
    (State.OPENED, 0x08, 256, None),
    (State.OPEN, 0x06, 4 * 1024 * 1024, faults.MAX_MESSAGE_SIZE_EXCEEDED),
    (State.OPEN, 0x08, 256, None),
    # our End has gone, and nothing may follow it
    (State.LOCAL_ENDED, 0x06, 4 * 1024 * 1024, None),
    (State.LOCAL_ENDED, 0x08, 256, None),
]


@pytest.mark.parametrize("row", LIMITED)
@pytest.mark.parametrize("size", [None, 0x7FFFFFFF])
def test_a_size_over_the_limit_is_refused_when_it_is_read(server_in, row, size):
    state, record_type, limit, fault = row
    connection = server_in(state)
    start = bytes((record_type,)) + encode_size(size or limit + 1)
    connection.receive_data(start[:-1])
    assert connection.next_event() is None
    error = refusal(connection, start[-1:])
    assert error.fault == fault
    assert f"over the limit of {limit}" in str(error)


@pytest.mark.parametrize(("state", "record_type", "limit"), [row[:3] for row in LIMITED])
def test_a_size_at_the_limit_is_waited_for(server_in, state, record_type, limit):
    connection = server_in(state)
    connection.receive_data(bytes((record_type,)) + encode_size(limit) + b"x")
    assert connection.next_event() is None
    assert connection.state is state


@pytest.mark.parametrize(("state", "record_type"), [row[:2] for row in LIMITED])
@pytest.mark.parametrize("size", ["00", "8000", "ffffffff0f", "ffffffffff", "8080808008"])
def test_a_size_of_zero_or_over_31_bits_gets_no_fault(server_in, state, record_type, size):
    error = refusal(server_in(state), bytes((record_type,)) + bytes.fromhex(size) + b"xyz")
    assert error.fault is None


def test_limits_are_settings(server_in):
    limits = Limits(via=60, envelope=3)
    connection = server_in(State.OPEN, limits=Limits(envelope=8))
    connection.receive_data(SizedEnvelopeRecord(b"12345678").serialize())
    assert connection.next_event() == EnvelopeReceived(b"12345678")
    error = refusal(connection, SizedEnvelopeRecord(b"123456789").serialize())
    assert error.fault == faults.MAX_MESSAGE_SIZE_EXCEEDED
    error = refusal(server_in(State.VIA, limits=limits), b"\x02" + encode_size(61))
    assert "over the limit of 60" in str(error)


# --- After a fault -------------------------------------------------------------------------------


def test_what_follows_a_fault_is_swallowed_and_counted(server_in):
    connection = server_in(State.OPEN)
    refusal(connection, b"\x06" + encode_size(0x7FFFFFFF) + b"x" * 100)
    connection.receive_data(b"y" * 1000)
    assert connection.next_event() is None
    connection.receive_data(b"z" * 10)
    connection.receive_eof()
    # the record whose size was refused is what the octets belong to
    assert connection.next_event() == Drained(6 + 100 + 1000 + 10, complete=True)
    assert connection.state is State.CLOSED
    assert connection.next_event() is None


def test_draining_has_a_bound(server_in):
    connection = server_in(State.OPEN, limits=Limits(drain=50))
    connection.send_fault(faults.SERVER_TOO_BUSY)
    connection.receive_data(b"x" * 50)
    assert connection.next_event() is None
    connection.receive_data(b"x")
    assert connection.next_event() == Drained(51, complete=False)
    assert connection.state is State.CLOSED
    connection.receive_data(b"x")
    assert connection.next_event() is None


def test_a_fault_leaves_what_was_queued_before_it(server_in):
    connection = server_in(State.OPEN)
    connection.send_envelope(b"reply")
    connection.send_fault(faults.SERVER_TOO_BUSY)
    assert connection.data_to_send() == octets_of(
        SizedEnvelopeRecord(b"reply"), FaultRecord(faults.SERVER_TOO_BUSY)
    )


def test_a_fault_that_is_none_changes_nothing(server_in):
    connection = server_in(State.OPEN)
    with pytest.raises(LocalProtocolError, match="Fault"):
        connection.send_fault("")
    assert connection.state is State.OPEN
    assert connection.data_to_send() == b""


# --- Upgrades ------------------------------------------------------------------------------------


def test_an_upgrade_takes_back_what_came_with_its_request(server_in, fetch):
    connection = server_in(State.VERSION, upgrade_required=True)
    request = UpgradeRequestRecord("application/negotiate")
    connection.receive_data(octets_of(*PREAMBLE, request) + b"\x16\x01\x00")
    assert fetch(connection) == [
        PreambleReceived(VIA, Mode.DUPLEX, KnownEncoding.BINARY_SESSION),
        UpgradeRequested("application/negotiate"),
    ]
    assert connection.data_to_send() == b"\x0a"
    connection.receive_data(b"\x00\x05")
    with pytest.raises(LocalProtocolError, match=r"take_trailing\(\)"):
        connection.complete_upgrade()
    assert connection.take_trailing() == b"\x16\x01\x00\x00\x05"
    assert connection.take_trailing() == b""
    connection.complete_upgrade()
    connection.receive_data(octets_of(PreambleEndRecord(), SizedEnvelopeRecord(b"first")))
    assert fetch(connection) == [SessionOpened(), EnvelopeReceived(b"first")]
    assert connection.data_to_send() == b"\x0b"


def test_each_session_has_its_own_upgrade(server_in, fetch):
    connection = server_in(State.UPGRADED, upgrade_required=True)
    connection.receive_data(octets_of(PreambleEndRecord(), EndRecord()))
    assert fetch(connection) == [SessionOpened(), EndReceived()]
    connection.send_end()
    assert fetch(connection) == [SessionEnded()]
    error = refusal_after_ack(connection, octets_of(*PREAMBLE, PreambleEndRecord()))
    assert "required" in str(error)


def refusal_after_ack(connection, octets):
    assert connection.data_to_send() == b"\x0b\x07"
    return refusal(connection, octets)


# --- The end of a session ------------------------------------------------------------------------


def test_half_close_from_the_client(server_in, fetch):
    connection = server_in(State.OPEN)
    connection.receive_data(b"\x07")
    assert fetch(connection) == [EndReceived()]
    connection.send_envelope(b"late reply")
    connection.send_end()
    assert fetch(connection) == [SessionEnded()]
    assert connection.data_to_send() == octets_of(SizedEnvelopeRecord(b"late reply"), EndRecord())
    assert connection.state is State.VERSION


def test_half_close_from_the_server(server_in, fetch):
    connection = server_in(State.OPENED)
    connection.send_end()
    connection.receive_data(octets_of(SizedEnvelopeRecord(b"late"), EndRecord()))
    assert fetch(connection) == [EnvelopeReceived(b"late"), EndReceived(), SessionEnded()]


def test_octets_beyond_end_begin_the_next_session(server_in, fetch):
    connection = server_in(State.OPEN)
    next_session = octets_of(*PREAMBLE, PreambleEndRecord(), SizedEnvelopeRecord(b"second"))
    connection.receive_data(b"\x07" + next_session[:20])
    assert fetch(connection) == [EndReceived()]
    connection.receive_data(next_session[20:])
    assert fetch(connection) == []
    connection.send_end()
    assert fetch(connection) == [
        SessionEnded(),
        PreambleReceived(VIA, Mode.DUPLEX, KnownEncoding.BINARY_SESSION),
        SessionOpened(),
        EnvelopeReceived(b"second"),
    ]
    assert connection.data_to_send() == b"\x07\x0b"


def test_octets_beyond_end_can_be_taken_back(server_in, fetch):
    connection = server_in(State.OPEN)
    connection.receive_data(b"\x07beyond")
    fetch(connection)
    connection.send_end()
    assert connection.next_event() == SessionEnded()
    assert connection.take_trailing() == b"beyond"
    assert connection.next_event() is None
    assert connection.state is State.VERSION


def test_what_comes_beyond_end_is_held_up_to_a_bound(server_in, fetch):
    connection = server_in(State.PEER_ENDED, limits=Limits(held=100))
    connection.receive_data(b"x" * 100)
    assert fetch(connection) == []
    error = refusal(connection, b"x")
    assert error.fault is None
    assert "101 octets" in str(error)


# --- The end of the stream -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "octets", "record"),
    [
        (State.VERSION, b"\x00\x01", "Version"),
        (State.VIA, b"\x02\x10net", "Via"),
        (State.OPEN, b"\x06", "SizedEnvelope"),
        (State.OPEN, b"\x06\x05abcd", "SizedEnvelope"),
        (State.LOCAL_ENDED, b"\x06\x05abcd", "SizedEnvelope"),
    ],
)
@pytest.mark.parametrize("looked", [False, True])
def test_the_stream_ends_in_a_record(server_in, state, octets, record, looked):
    connection = server_in(state)
    connection.receive_data(octets)
    if looked:
        assert connection.next_event() is None
    connection.receive_eof()
    with pytest.raises(FramingError, match=f"in the middle of a {record}"):
        connection.next_event()
    assert connection.state is State.FAILED


def test_envelopes_before_the_end_of_the_stream_are_given_first(server_in):
    connection = server_in(State.OPENED)
    connection.receive_data(SizedEnvelopeRecord(b"only").serialize())
    connection.receive_eof()
    assert connection.next_event() == EnvelopeReceived(b"only")
    assert type(connection.next_event()).__name__ == "ConnectionClosed"


# --- Octets --------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [1, 127, 128, 16_383, 16_384, 100_000, 2_097_152])
@pytest.mark.parametrize("state", [State.OPENED, State.OPEN, State.LOCAL_ENDED])
@pytest.mark.parametrize("cuts", [[], [1], [2], [3], [4], [2, 3], [-1], [1, 2, 3, 4, 5, 60]])
def test_envelopes_of_every_length_of_size(server_in, state, size, cuts):
    payload = bytes(range(256)) * (size // 256 + 1)
    payload = payload[:size]
    stream = SizedEnvelopeRecord(payload).serialize() + b"\x06\x01!\x06"
    connection = server_in(state)
    seen = []
    for start, end in zip([0, *cuts], [*cuts, len(stream)], strict=True):
        connection.receive_data(stream[start:end])
        seen += iter(connection.next_event, None)
    assert seen == [EnvelopeReceived(payload), EnvelopeReceived(b"!")]
    assert all(type(event.payload) is bytes for event in seen)


def test_several_pieces_may_come_before_events_are_fetched(server_in, fetch):
    connection = server_in(State.OPEN)
    for octet in octets_of(SizedEnvelopeRecord(b"one"), SizedEnvelopeRecord(b"two")):
        connection.receive_data(bytes((octet,)))
    connection.receive_data(b"")
    assert fetch(connection) == [EnvelopeReceived(b"one"), EnvelopeReceived(b"two")]


def test_pieces_may_come_while_events_are_left(server_in, fetch):
    connection = server_in(State.OPEN)
    connection.receive_data(b"\x06\x01a\x06\x01b\x06\x02")
    assert connection.next_event() == EnvelopeReceived(b"a")
    connection.receive_data(b"cd")
    assert fetch(connection) == [EnvelopeReceived(b"b"), EnvelopeReceived(b"cd")]


def test_nothing_stays_allocated_after_a_big_envelope(server_in, fetch):
    connection = server_in(State.OPEN)
    stream = SizedEnvelopeRecord(b"x" * 1_000_000).serialize()
    connection.receive_data(stream[:10])
    assert fetch(connection) == []
    connection.receive_data(stream[10:])
    assert len(fetch(connection)) == 1
    assert connection._buffer == b""
    # and a remainder does not keep the octets before it
    connection.receive_data(stream + b"\x06")
    assert len(fetch(connection)) == 1
    assert len(connection._buffer) == 1
    connection.send_envelope(b"y" * 1_000_000)
    connection.data_to_send()
    assert connection._outgoing == []


def test_a_long_envelope_in_small_pieces_is_not_read_again_and_again(server_in, monkeypatch):
    connection = server_in(State.OPEN)
    looks = []
    due = type(connection)._due
    monkeypatch.setattr(
        type(connection), "_due", lambda self, octet: looks.append(octet) or due(self, octet)
    )
    stream = SizedEnvelopeRecord(b"x" * 5000).serialize()
    for octet in stream:
        assert len(looks) < 8
        connection.receive_data(bytes((octet,)))
        event = connection.next_event()
    assert event == EnvelopeReceived(b"x" * 5000)


@pytest.mark.parametrize("state", [State.CLOSED, State.FAILED])
def test_octets_for_a_dead_connection_are_not_kept(server_in, state):
    connection = server_in(state)
    for _ in range(3):
        connection.receive_data(b"x" * 100)
    assert connection._buffer == b""


@pytest.mark.parametrize("state", [State.VERSION, State.ENCODING, State.OPENED, State.OPEN])
@given(st.lists(st.binary(max_size=30), max_size=5))
def test_garbage_gives_events_or_the_declared_error(server_in, state, pieces):
    connection = server_in(state)
    try:
        for piece in pieces:
            connection.receive_data(piece)
            while connection.next_event() is not None:
                pass
        connection.receive_eof()
        while connection.next_event() is not None:
            pass
    except FramingError as error:
        dead = State.FAILED if error.fault is None else State.DRAINING
        assert connection.state is dead


def test_many_connections_share_their_settings(server_settings):
    shared = server_settings()
    assert not hasattr(ServerConnection(shared), "__dict__")
    assert ServerConnection(shared).state is State.VERSION
