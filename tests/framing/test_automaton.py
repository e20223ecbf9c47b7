"""The tables cell by cell: what is expected is written down here a second time, by hand."""

import pytest

from ipam_progress.errors import FramingError, LocalProtocolError
from ipam_progress.framing import (
    ConnectionClosed,
    Drained,
    EndReceived,
    EnvelopeReceived,
    FaultReceived,
    KnownEncoding,
    Mode,
    PreambleReceived,
    RecordType,
    SessionEnded,
    SessionOpened,
    State,
    UpgradeAccepted,
    UpgradeRequested,
    faults,
)
from ipam_progress.framing.automaton import CLIENT, SERVER, Action, Step

VIA = "net.tcp://server.example/IpamOperationWithProgress"
NEGOTIATE = "application/negotiate"
BUSY = faults.SERVER_TOO_BUSY


def sized(record_type, text):
    return bytes((record_type, len(text))) + text.encode()


RECORDS = {
    RecordType.VERSION: bytes.fromhex("000100"),
    RecordType.MODE: bytes.fromhex("0102"),
    RecordType.VIA: sized(0x02, VIA),
    RecordType.KNOWN_ENCODING: bytes.fromhex("0308"),
    RecordType.EXTENSIBLE_ENCODING: sized(0x04, "application/soap+msbinsession1"),
    RecordType.UNSIZED_ENVELOPE: bytes.fromhex("0501ff00"),
    RecordType.SIZED_ENVELOPE: bytes.fromhex("0601ff"),
    RecordType.END: b"\x07",
    RecordType.FAULT: sized(0x08, BUSY),
    RecordType.UPGRADE_REQUEST: sized(0x09, NEGOTIATE),
    RecordType.UPGRADE_RESPONSE: b"\x0a",
    RecordType.PREAMBLE_ACK: b"\x0b",
    RecordType.PREAMBLE_END: b"\x0c",
}
NO_RECORD = 0x0D  # stands for all the reserved types

PREAMBLE = PreambleReceived(VIA, Mode.DUPLEX, KnownEncoding.BINARY_SESSION)
NAMED_PREAMBLE = PreambleReceived(VIA, Mode.DUPLEX, "application/soap+msbinsession1")
ENVELOPE = EnvelopeReceived(b"\xff")
FAULT = FaultReceived(BUSY)

# (state, record): (events, next state, octets sent)
SERVER_DUE = {
    (State.VERSION, RecordType.VERSION): ([], State.MODE, b""),
    (State.MODE, RecordType.MODE): ([], State.VIA, b""),
    (State.VIA, RecordType.VIA): ([], State.ENCODING, b""),
    (State.ENCODING, RecordType.KNOWN_ENCODING): ([PREAMBLE], State.UPGRADE, b""),
    (State.ENCODING, RecordType.EXTENSIBLE_ENCODING): ([NAMED_PREAMBLE], State.UPGRADE, b""),
    (State.UPGRADE, RecordType.UPGRADE_REQUEST): (
        [UpgradeRequested(NEGOTIATE)],
        State.UPGRADING,
        b"\x0a",
    ),
    (State.UPGRADE, RecordType.PREAMBLE_END): ([SessionOpened()], State.OPENED, b"\x0b"),
    (State.UPGRADED, RecordType.PREAMBLE_END): ([SessionOpened()], State.OPENED, b"\x0b"),
    (State.OPENED, RecordType.SIZED_ENVELOPE): ([ENVELOPE], State.OPEN, b""),
    (State.OPENED, RecordType.END): ([EndReceived()], State.PEER_ENDED, b""),
    (State.OPENED, RecordType.FAULT): ([FAULT], State.CLOSED, b""),
    (State.OPEN, RecordType.SIZED_ENVELOPE): ([ENVELOPE], State.OPEN, b""),
    (State.OPEN, RecordType.END): ([EndReceived()], State.PEER_ENDED, b""),
    (State.OPEN, RecordType.FAULT): ([FAULT], State.CLOSED, b""),
    (State.LOCAL_ENDED, RecordType.SIZED_ENVELOPE): ([ENVELOPE], State.LOCAL_ENDED, b""),
    (State.LOCAL_ENDED, RecordType.END): ([EndReceived(), SessionEnded()], State.VERSION, b""),
    (State.LOCAL_ENDED, RecordType.FAULT): ([FAULT], State.CLOSED, b""),
    # the session that has ended is reported first
    (State.ENDED, RecordType.VERSION): ([SessionEnded()], State.MODE, b""),
}
CLIENT_DUE = {
    (State.UPGRADE_RESPONSE, RecordType.UPGRADE_RESPONSE): (
        [UpgradeAccepted()],
        State.UPGRADING,
        b"",
    ),
    (State.UPGRADE_RESPONSE, RecordType.FAULT): ([FAULT], State.CLOSED, b""),
    (State.PREAMBLE_ACK, RecordType.PREAMBLE_ACK): ([SessionOpened()], State.OPENED, b""),
    (State.PREAMBLE_ACK, RecordType.FAULT): ([FAULT], State.CLOSED, b""),
    **{
        (state, record_type): row
        for (state, record_type), row in SERVER_DUE.items()
        if state in {State.OPENED, State.OPEN, State.LOCAL_ENDED}
    },
    (State.OPENED, RecordType.FAULT): ([FAULT], State.CLOSED, b"\x07"),
    (State.OPEN, RecordType.FAULT): ([FAULT], State.CLOSED, b"\x07"),
    (State.LOCAL_ENDED, RecordType.END): ([EndReceived(), SessionEnded()], State.CONNECTED, b""),
}
DUE = {"server": SERVER_DUE, "client": CLIENT_DUE}
TABLES = {"server": SERVER, "client": CLIENT}

SERVER_STATES = [
    state
    for state in State
    if state not in {State.CONNECTED, State.UPGRADE_RESPONSE, State.PREAMBLE_ACK}
]
CLIENT_STATES = [
    State.CONNECTED,
    State.UPGRADE_RESPONSE,
    State.UPGRADING,
    State.PREAMBLE_ACK,
    State.OPENED,
    State.OPEN,
    State.PEER_ENDED,
    State.LOCAL_ENDED,
    State.ENDED,
    State.CLOSED,
    State.FAILED,
]
EVERY_STATE = [("server", state) for state in SERVER_STATES] + [
    ("client", state) for state in CLIENT_STATES
]
HELD = {State.UPGRADING, State.PEER_ENDED}  # octets that belong to others
IGNORED = {State.DRAINING, State.CLOSED, State.FAILED}
every_state = pytest.mark.parametrize(
    ("role", "state"), EVERY_STATE, ids=lambda value: getattr(value, "name", value)
)


def test_the_tables_know_no_other_states():
    for role, states in (("server", SERVER_STATES), ("client", CLIENT_STATES)):
        table = TABLES[role]
        mentioned = {state for state, _ in table} | {state for _, state in table.values()}
        assert mentioned | {State.FAILED} == set(states)
        for action, _ in table.values():
            assert isinstance(action, Action)


def test_every_row_of_the_tables_is_expected_here():
    for role, due in DUE.items():
        listed = {key for key in TABLES[role] if isinstance(key[1], RecordType)}
        expected = {key for key in due if key[0] is not State.ENDED}
        if role == "server":
            expected.add((State.UPGRADED, RecordType.UPGRADE_REQUEST))  # refused, see below
        assert listed == expected


@every_state
@pytest.mark.parametrize("record_type", [*RecordType, NO_RECORD])
def test_every_record_in_every_state(role, state, record_type, connection_in, fetch):
    connection = connection_in(role, state)
    octets = RECORDS.get(record_type, bytes((NO_RECORD,)))
    connection.receive_data(octets)
    if (state, record_type) in DUE[role]:
        events, next_state, sent = DUE[role][state, record_type]
        assert fetch(connection) == events
        assert connection.state is next_state
        assert connection.data_to_send() == sent
    elif state in HELD | IGNORED:
        assert fetch(connection) == []
        assert connection.state is state
        assert connection.data_to_send() == b""
    elif state is State.UPGRADED and record_type is RecordType.UPGRADE_REQUEST:
        with pytest.raises(FramingError, match="after another one") as caught:
            connection.next_event()
        assert caught.value.fault == faults.UPGRADE_INVALID
        assert connection.state is State.DRAINING
        assert connection.data_to_send() == sized(0x08, faults.UPGRADE_INVALID)
    else:
        if state is State.ENDED:
            assert connection.next_event() == SessionEnded()
        with pytest.raises(FramingError, match="came while") as caught:
            connection.next_event()
        assert caught.value.fault is None
        assert connection.state is State.FAILED
        assert connection.data_to_send() == b""
        assert fetch(connection) == []


@pytest.mark.parametrize(
    ("role", "state"),
    [row for row in EVERY_STATE if row[1] not in HELD | IGNORED | {State.ENDED}],
)
def test_a_record_that_is_not_due_is_refused_by_its_first_octet(role, state, connection_in):
    refused = [octet for octet in range(256) if (state, octet) not in TABLES[role]]
    assert len(refused) > 250
    for octet in refused:
        connection = connection_in(role, state)
        connection.receive_data(bytes((octet,)))
        with pytest.raises(FramingError, match="came while"):
            connection.next_event()


STEPS = {
    "send_envelope": lambda connection: connection.send_envelope(b"\xff"),
    "send_end": lambda connection: connection.send_end(),
    "send_fault": lambda connection: connection.send_fault(BUSY),
    "send_preamble": lambda connection: connection.send_preamble(VIA),
    "request_upgrade": lambda connection: connection.send_preamble(VIA, upgrade=NEGOTIATE),
    "take_trailing": lambda connection: connection.take_trailing(),
    "complete_upgrade": lambda connection: connection.complete_upgrade(),
}
ENVELOPE_STATES = (State.OPENED, State.OPEN, State.PEER_ENDED)
PREAMBLE_OCTETS = RECORDS[0] + RECORDS[1] + RECORDS[2] + RECORDS[3]

# (role, step): {state: (next state, octets sent)}
ALLOWED = {
    ("server", "send_envelope"): {s: (s, b"\x06\x01\xff") for s in ENVELOPE_STATES},
    ("client", "send_envelope"): {s: (s, b"\x06\x01\xff") for s in ENVELOPE_STATES},
    ("server", "send_end"): {
        State.OPENED: (State.LOCAL_ENDED, b"\x07"),
        State.OPEN: (State.LOCAL_ENDED, b"\x07"),
        State.PEER_ENDED: (State.ENDED, b"\x07"),
    },
    ("client", "send_end"): {
        State.OPENED: (State.LOCAL_ENDED, b"\x07"),
        State.OPEN: (State.LOCAL_ENDED, b"\x07"),
        State.PEER_ENDED: (State.ENDED, b"\x07"),
    },
    ("server", "send_fault"): dict.fromkeys(
        (
            State.VERSION,
            State.MODE,
            State.VIA,
            State.ENCODING,
            State.UPGRADE,
            State.UPGRADED,
            *ENVELOPE_STATES,
        ),
        (State.DRAINING, RECORDS[RecordType.FAULT]),
    ),
    ("client", "send_preamble"): {State.CONNECTED: (State.PREAMBLE_ACK, PREAMBLE_OCTETS + b"\x0c")},
    ("client", "request_upgrade"): {
        State.CONNECTED: (State.UPGRADE_RESPONSE, PREAMBLE_OCTETS + RECORDS[0x09])
    },
    ("server", "take_trailing"): {
        State.VERSION: (State.VERSION, b""),
        State.UPGRADING: (State.UPGRADING, b""),
    },
    ("client", "take_trailing"): {
        State.CONNECTED: (State.CONNECTED, b""),
        State.UPGRADING: (State.UPGRADING, b""),
    },
    ("server", "complete_upgrade"): {State.UPGRADING: (State.UPGRADED, b"")},
    ("client", "complete_upgrade"): {State.UPGRADING: (State.PREAMBLE_ACK, b"\x0c")},
}


@every_state
@pytest.mark.parametrize("step", STEPS)
def test_every_step_in_every_state(role, state, step, connection_in):
    if (role, step) not in ALLOWED:
        assert not hasattr(connection_in(role, state), step)  # the other role's
        return
    connection = connection_in(role, state)
    if state in ALLOWED[role, step]:
        next_state, sent = ALLOWED[role, step][state]
        STEPS[step](connection)
        assert connection.state is next_state
        assert connection.data_to_send() == sent
        return
    with pytest.raises(LocalProtocolError) as caught:
        STEPS[step](connection)
    assert connection.state is state
    assert connection.data_to_send() == b""
    message = str(caught.value)
    assert message.startswith(Step[step.upper()].value)
    assert f"is not allowed while {state.value}; allowed now: " in message
    allowed = message.partition("allowed now: ")[2]
    for name in STEPS:
        if state in ALLOWED.get((role, name), {}):
            assert Step[name.upper()].value in allowed
    if state in {State.CLOSED, State.FAILED, State.DRAINING}:
        assert allowed == "nothing"


HARMLESS = {
    "server": {State.VERSION, State.OPEN, State.PEER_ENDED, State.LOCAL_ENDED},
    "client": {State.CONNECTED, State.OPEN, State.PEER_ENDED, State.LOCAL_ENDED},
}


@every_state
def test_the_end_of_the_stream_in_every_state(role, state, connection_in, fetch):
    connection = connection_in(role, state)
    connection.receive_eof()
    if state in HARMLESS[role]:
        assert fetch(connection) == [ConnectionClosed()]
    elif state is State.ENDED:
        assert fetch(connection) == [SessionEnded(), ConnectionClosed()]
    elif state is State.DRAINING:
        assert fetch(connection) == [Drained(0, complete=True)]
    elif state in {State.CLOSED, State.FAILED}:
        assert fetch(connection) == []
        assert connection.state is state
        return
    else:
        with pytest.raises(FramingError, match="closed while") as caught:
            connection.next_event()
        assert caught.value.fault is None
        assert connection.state is State.FAILED
        assert connection.data_to_send() == b""
        return
    assert connection.state is State.CLOSED
    assert fetch(connection) == []


@every_state
def test_nothing_is_taken_after_the_end_of_the_stream(role, state, connection_in):
    connection = connection_in(role, state)
    connection.receive_eof()
    with pytest.raises(LocalProtocolError, match="the stream has ended"):
        connection.receive_data(b"\x07")
