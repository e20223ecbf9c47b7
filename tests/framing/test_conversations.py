"""The recorded conversations between WCF and CoreWCF, read from both sides and cut anyhow."""

from itertools import cycle, pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ipam_progress.errors import FramingError
from ipam_progress.framing import (
    ClientConnection,
    ConnectionClosed,
    Drained,
    EndReceived,
    EnvelopeReceived,
    FaultReceived,
    KnownEncoding,
    Limits,
    Mode,
    PreambleReceived,
    ServerConnection,
    SessionEnded,
    SessionOpened,
    State,
    parse_record,
)

RECORDED_QUOTA = Limits(envelope=1024 * 1024)


def stream_of(conversation, side):
    return b"".join(octets for sender, _, octets, _ in conversation if sender == side)


def payloads(conversation, side):
    return [
        parse_record(octets)[0].payload
        for sender, name, octets, _ in conversation
        if sender == side and name == "SizedEnvelope"
    ]


def whole(stream):
    return [stream]


def octet_by_octet(stream):
    return [stream[index : index + 1] for index in range(len(stream))]


def feed_server(conversation, server_settings, pieces):
    """Play the recorded client to a server that ends each session when the client has."""
    connection = ServerConnection(server_settings(limits=RECORDED_QUOTA))
    seen = []
    for piece in pieces:
        connection.receive_data(piece)
        while (event := connection.next_event()) is not None:
            seen.append(event)
            if isinstance(event, EndReceived):
                connection.send_end()
    if any(sender == "client" and name == "FIN" for sender, name, _, _ in conversation):
        connection.receive_eof()
        seen += iter(connection.next_event, None)
    return seen, connection


def expected_at_server(conversation):
    expected = []
    via = ""
    for sender, name, octets, record in conversation:
        match sender, name:
            case "client", "Via":
                via = record["via"]
            case "client", "KnownEncoding":
                encoding = KnownEncoding(record["encoding"])
                expected.append(PreambleReceived(via, Mode.DUPLEX, encoding))
            case "client", "PreambleEnd":
                expected.append(SessionOpened())
            case "client", "SizedEnvelope":
                expected.append(EnvelopeReceived(parse_record(octets)[0].payload))
            case "client", "End":
                expected += [EndReceived(), SessionEnded()]
            case "client", "FIN":
                expected.append(ConnectionClosed())
    return expected


def feed_client(conversation, cut):
    """Play the recorded server to a client that says what the recorded client said, when it did."""
    connection = ClientConnection()
    seen = []
    sent = b""
    via = ""

    def receive(stream):
        for piece in cut(stream):
            connection.receive_data(piece)
            seen.extend(iter(connection.next_event, None))

    pending = b""
    for sender, name, octets, record in conversation:
        if sender == "server":
            pending += octets
            continue
        receive(pending)
        pending = b""
        match name:
            case "Via":
                via = record["via"]
            case "PreambleEnd":
                connection.send_preamble(via)
            case "SizedEnvelope" if connection.state is not State.CLOSED:
                connection.send_envelope(parse_record(octets)[0].payload)
            case "End":
                connection.send_end()
        sent += connection.data_to_send()
    receive(pending)
    return seen, sent, connection


def expected_at_client(conversation):
    expected = []
    ended = False
    for sender, name, octets, record in conversation:
        ended = (ended or (sender, name) == ("client", "End")) and name != "PreambleEnd"
        match sender, name:
            case "server", "PreambleAck":
                expected.append(SessionOpened())
            case "server", "SizedEnvelope":
                expected.append(EnvelopeReceived(parse_record(octets)[0].payload))
            case "server", "Fault":
                expected.append(FaultReceived(record["fault"]))
            case "server", "End":
                expected += [EndReceived(), SessionEnded()] if ended else [EndReceived()]
    return expected


def test_each_recorded_record_reads_and_writes(conversation):
    for _, name, octets, _ in conversation:
        if octets:
            record, end = parse_record(octets)
            assert end == len(octets)
            assert record.record_type.title == name
            assert record.serialize() == octets


@pytest.mark.parametrize("cut", [whole, octet_by_octet])
def test_a_server_reads_the_recorded_client(conversation, server_settings, cut):
    pieces = cut(stream_of(conversation, "client"))
    seen, _ = feed_server(conversation, server_settings, pieces)
    assert seen == expected_at_server(conversation)


@given(data=st.data())
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_a_server_reads_the_recorded_client_cut_at_random(conversation, server_settings, data):
    stream = stream_of(conversation, "client")
    cuts = data.draw(st.lists(st.integers(0, len(stream)), max_size=30).map(sorted))
    pieces = [stream[start:end] for start, end in pairwise([0, *cuts, len(stream)])]
    seen, _ = feed_server(conversation, server_settings, pieces)
    assert seen == expected_at_server(conversation)


@pytest.mark.parametrize("cut", [whole, octet_by_octet])
def test_a_client_reads_the_recorded_server(conversation, cut):
    seen, sent, connection = feed_client(conversation, cut)
    assert seen == expected_at_client(conversation)
    if any(name == "Fault" for _, name, _, _ in conversation):
        # the recorded client was still writing when the fault came; ours answers it with End
        assert connection.state is State.CLOSED
        assert sent.endswith(b"\x0c\x07")
    else:
        assert sent == stream_of(conversation, "client")


@given(st.lists(st.integers(1, 2000), min_size=1, max_size=30))
@settings(max_examples=15, suppress_health_check=[HealthCheck.too_slow], deadline=None)
def test_a_client_reads_the_recorded_server_cut_at_random(conversation, lengths):
    length = cycle(lengths)

    def cut(stream):
        start = 0
        while start < len(stream):
            end = start + next(length)
            yield stream[start:end]
            start = end

    seen, _, _ = feed_client(conversation, cut)
    assert seen == expected_at_client(conversation)


def test_both_ends_joined_say_what_was_recorded(conversation, server_settings):
    """Each record sent by one of our ends reaches the other, in the recorded order."""
    server = ServerConnection(server_settings(limits=RECORDED_QUOTA))
    client = ClientConnection()
    heard = {"client": [], "server": []}
    written = {"client": b"", "server": b""}

    def pump():
        moved = True
        while moved:
            moved = False
            for sender, side, receiver in (("client", client, server), ("server", server, client)):
                octets = side.data_to_send()
                written[sender] += octets
                moved = moved or bool(octets)
                receiver.receive_data(octets)
                for event in iter(receiver.next_event, None):
                    if isinstance(event, EnvelopeReceived):
                        heard[sender].append(event.payload)

    via = ""
    for sender, name, octets, record in conversation:
        side = client if sender == "client" else server
        match name:
            case "Via":
                via = record["via"]
            case "PreambleEnd":
                client.send_preamble(via)
            case "SizedEnvelope" if client.state is not State.CLOSED:
                side.send_envelope(parse_record(octets)[0].payload)
            case "End":
                side.send_end()
            case "Fault":
                server.send_fault(record["fault"])
        pump()
    for sender in ("client", "server"):
        if any(name == "Fault" for _, name, _, _ in conversation):
            assert server.state is State.DRAINING
            assert client.state is State.CLOSED
            continue
        assert heard[sender] == payloads(conversation, sender)
        assert written[sender] == stream_of(conversation, sender)


@pytest.mark.parametrize("conversation", ["raw-over-quota"], indirect=True)
def test_the_recorded_quota_gives_the_recorded_fault(conversation, server_settings, fetch):
    """An envelope of 101 kB at a quota of 65,536: the Fault goes out when its size is read."""
    recorded = {name: octets for _, name, octets, _ in conversation}
    connection = ServerConnection(server_settings(limits=Limits(envelope=65_536)))
    for name in ("Version", "Mode", "Via", "KnownEncoding", "PreambleEnd"):
        connection.receive_data(recorded[name])
    fetch(connection)
    assert connection.data_to_send() == recorded["PreambleAck"]
    envelope = recorded["SizedEnvelope"]
    connection.receive_data(envelope[:4])
    with pytest.raises(FramingError, match="over the limit of 65536"):
        connection.next_event()
    assert connection.data_to_send() == recorded["Fault"]
    connection.receive_data(envelope[4:])
    connection.receive_eof()
    assert fetch(connection) == [Drained(len(envelope), complete=True)]
