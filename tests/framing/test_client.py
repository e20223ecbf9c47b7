import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipam_progress.errors import FramingError, LocalProtocolError
from ipam_progress.framing import (
    ClientConnection,
    EndReceived,
    EnvelopeReceived,
    FaultReceived,
    Limits,
    SessionEnded,
    SessionOpened,
    State,
    UpgradeAccepted,
    faults,
)
from ipam_progress.framing.records import FaultRecord
from ipam_progress.framing.sizes import encode_size

VIA = "net.tcp://server.example/IpamServer"


@pytest.mark.parametrize(
    ("via", "upgrade", "message"),
    [
        ("", None, "via must have 1 to 2048 octets, not 0"),
        ("n" * 2049, None, "not 2049"),
        ("é" * 1025, None, "not 2050"),
        (VIA, "", "upgrade must have 1 to 256 octets, not 0"),
        (VIA, "a" * 257, "not 257"),
        ("\ud800", None, "does not fit a Via record"),
    ],
)
def test_a_preamble_that_no_server_takes(via, upgrade, message):
    connection = ClientConnection()
    with pytest.raises(LocalProtocolError, match=message):
        connection.send_preamble(via, upgrade=upgrade)
    assert connection.state is State.CONNECTED
    assert connection.data_to_send() == b""


def test_the_preamble_of_the_specification(vectors):
    expected = bytes.fromhex(vectors("mc-nmf")["vectors"][0]["hex"])
    connection = ClientConnection()
    connection.send_preamble("net.tcp://SampleServer/SampleApp/")
    assert connection.data_to_send() == expected + b"\x0c"


def test_an_upgrade(fetch):
    connection = ClientConnection()
    connection.send_preamble(VIA, upgrade="application/negotiate")
    assert connection.data_to_send().endswith(b"\x09\x15application/negotiate")
    connection.receive_data(b"\x0a")
    assert fetch(connection) == [UpgradeAccepted()]
    assert connection.take_trailing() == b""
    connection.complete_upgrade()
    assert connection.data_to_send() == b"\x0c"
    connection.receive_data(b"\x0b\x06\x01x")
    assert fetch(connection) == [SessionOpened(), EnvelopeReceived(b"x")]


def test_what_came_during_an_upgrade_must_be_taken(client_in):
    connection = client_in(State.UPGRADING)
    connection.receive_data(b"\x0b")
    with pytest.raises(LocalProtocolError, match=r"take_trailing\(\)"):
        connection.complete_upgrade()
    assert connection.state is State.UPGRADING


@pytest.mark.parametrize(
    ("state", "hint"),
    [
        (State.PREAMBLE_ACK, "refuses the session"),
        (State.UPGRADE_RESPONSE, "refuses the upgrade"),
        (State.OPENED, "no envelope has come"),
    ],
)
def test_the_server_closes_without_a_word(client_in, state, hint):
    connection = client_in(state)
    connection.receive_eof()
    with pytest.raises(FramingError, match=hint):
        connection.next_event()


@pytest.mark.parametrize("uri", [*sorted(faults.ALL), "urn:something:else"])
@pytest.mark.parametrize("state", [State.PREAMBLE_ACK, State.UPGRADE_RESPONSE, State.OPEN])
def test_any_fault_is_reported(client_in, fetch, state, uri):
    connection = client_in(state)
    connection.receive_data(FaultRecord(uri).serialize() + b"more")
    assert fetch(connection) == [FaultReceived(uri)]
    assert connection.data_to_send() == (b"\x07" if state is State.OPEN else b"")
    assert connection.state is State.CLOSED


def test_a_client_sends_no_fault(client_in):
    connection = client_in(State.OPEN, limits=Limits(envelope=10))
    connection.receive_data(b"\x06\x0b")
    with pytest.raises(FramingError, match="over the limit of 10") as caught:
        connection.next_event()
    assert caught.value.fault is None
    assert connection.data_to_send() == b""
    assert connection.state is State.FAILED


@pytest.mark.parametrize("state", [State.PREAMBLE_ACK, State.UPGRADE_RESPONSE, State.OPEN])
def test_a_fault_has_a_limit(client_in, state):
    connection = client_in(state)
    connection.receive_data(b"\x08" + encode_size(257))
    with pytest.raises(FramingError, match="over the limit of 256"):
        connection.next_event()


def test_http_is_recognized(client_in):
    connection = client_in(State.PREAMBLE_ACK)
    connection.receive_data(b"HTTP/1.1 400 Bad Request\r\n")
    with pytest.raises(FramingError, match="speaking HTTP"):
        connection.next_event()


def test_the_server_ends_first_and_another_session_follows(client_in, fetch):
    connection = client_in(State.OPEN)
    connection.receive_data(b"\x07")
    assert fetch(connection) == [EndReceived()]
    connection.send_end()
    with pytest.raises(LocalProtocolError, match="allowed now: next_event"):
        connection.send_preamble(VIA)
    assert fetch(connection) == [SessionEnded()]
    connection.data_to_send()
    connection.send_preamble(VIA)
    connection.receive_data(b"\x0b")
    assert fetch(connection) == [SessionOpened()]


@pytest.mark.parametrize("state", [State.OPEN, State.OPENED, State.PEER_ENDED])
@pytest.mark.parametrize("octets", [b""])
def test_an_envelope_must_not_be_empty(client_in, state, octets):
    connection = client_in(state)
    with pytest.raises(LocalProtocolError, match="must not be empty"):
        connection.send_envelope(octets)
    assert connection.data_to_send() == b""


def test_data_to_send_gives_everything_once(client_in):
    connection = client_in(State.OPEN)
    for length in (1, 127, 128, 16_384):
        connection.send_envelope(b"x" * length)
    connection.send_end()
    expected = b"".join(
        b"\x06" + encode_size(length) + b"x" * length for length in (1, 127, 128, 16_384)
    )
    assert connection.data_to_send() == expected + b"\x07"
    assert connection.data_to_send() == b""


@pytest.mark.parametrize("state", [State.UPGRADE_RESPONSE, State.PREAMBLE_ACK, State.OPEN])
@given(st.binary(max_size=60))
def test_garbage_gives_events_or_the_declared_error(client_in, state, octets):
    connection = client_in(state)
    connection.receive_data(octets)
    connection.receive_eof()
    try:
        while connection.next_event() is not None:
            pass
    except FramingError:
        assert connection.state is State.FAILED
