"""[MS-NNS], both ends: every state by every input, every frame in every cut, and who is refused."""

import json
import os
import struct
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipam_progress.errors import LocalProtocolError, SecurityError
from ipam_progress.security import negotiate
from ipam_progress.security.accounts import Accounts, nt_hash
from ipam_progress.security.mechanism import ProtectionLevel, Status, refuse
from ipam_progress.security.negotiate import (
    CLIENT,
    MESSAGE_LIMIT,
    SERVER,
    WRITTEN_PIECE,
    Action,
    Input,
    MessageId,
    NegotiateClient,
    NegotiateServer,
    NegotiateUpgrade,
    State,
)
from ipam_progress.security.upgrade import (
    AuthenticatedPeer,
    DataReceived,
    HandshakeCompleted,
    StreamUpgrade,
    UpgradeClosed,
)

NOW = datetime(2026, 11, 21, tzinfo=UTC)
VECTORS = Path(__file__).parent.parent / "data" / "vectors" / "ms-nns.json"
NONE, SIGN, ENCRYPT = ProtectionLevel
DONE, ERROR, IN_PROGRESS = MessageId
ACCOUNTS = Accounts({"CONTOSO\\alice": nt_hash("Secret.123")})


def frame(number, payload=b"", version=b"\x01\x00"):
    return struct.pack(">B2sH", number, version, len(payload)) + payload


def events(upgrade):
    return list(iter(upgrade.next_event, None))


# --- With a mechanism that does as it is told ----------------------------------------------------


class Script:
    """A mechanism: each token is what it answers; `!` at its end completes, `?` refuses."""

    peer = AuthenticatedPeer("somebody", "Script")

    def __init__(self, level=ENCRYPT):
        self.level = level
        self.complete = False

    def step(self, token):
        if token.endswith(b"?"):
            raise refuse("as the script says", Status.LOGON_DENIED)
        if token.endswith(b"#"):
            raise SecurityError("without a number")
        self.complete = token.endswith(b"!")
        return token.rstrip(b"!")

    def wrap(self, message):
        return b"wrapped " + message

    def unwrap(self, data):
        if not data.startswith(b"wrapped "):
            raise refuse("not wrapped")
        return data[8:]


class ClientScript(Script):
    """The client's first step has no token; it answers with what it is made with."""

    def __init__(self, first=b"hello", level=ENCRYPT):
        super().__init__(level)
        self.first = first

    def step(self, token):
        token, self.first = token or self.first, b""
        return super().step(token)


def server_end(level=ENCRYPT, required=ENCRYPT):
    upgrade = NegotiateUpgrade(SERVER, Script(level), required)
    upgrade.start()
    return upgrade


def client_end(first=b"hello", level=ENCRYPT, required=ENCRYPT):
    upgrade = NegotiateUpgrade(CLIENT, ClientScript(first, level), required)
    upgrade.start()
    return upgrade


def end_in(table, state):
    """Give an end in a state."""
    if state is State.UNINITIALIZED:
        mechanism = Script() if table is SERVER else ClientScript()
        return NegotiateUpgrade(table, mechanism, ENCRYPT)
    if table is SERVER:
        upgrade = server_end()
    else:
        upgrade = client_end(b"all!" if state is State.WAITING_FOR_HANDSHAKE_DONE else b"hello")
    if state is State.AUTHENTICATED:
        upgrade.receive_data(frame(DONE, b"!"))
        events(upgrade)
    if state is State.CLOSED:
        upgrade.receive_eof()
        with pytest.raises(SecurityError):
            upgrade.next_event()
    upgrade.data_to_send()
    assert upgrade.state is state
    return upgrade


RESTING = [
    (table, state)
    for table, states in (
        (SERVER, set(State) - {State.WAITING_FOR_HANDSHAKE_DONE}),
        (CLIENT, set(State)),
    )
    for state in sorted(states, key=lambda state: state.name)
    if state not in {State.CREATING_SECURITY_TOKEN, State.PROCESSING_FINAL_TOKEN}
]
"""The states in which an end rests between two calls."""

HANDSHAKING = [
    (table, state)
    for table, state in RESTING
    if state in {State.WAITING_FOR_HANDSHAKE_MESSAGE, State.WAITING_FOR_HANDSHAKE_DONE}
]


def test_the_tables_have_no_row_that_leads_nowhere():
    for table in (CLIENT, SERVER):
        states = {state for state, _ in table}
        for (state, _), (_, following) in table.items():
            assert following in states | {State.CLOSED}
            assert state is not State.CLOSED
        assert {action for action, _ in table.values()} <= set(Action)


@pytest.mark.parametrize(("table", "state"), HANDSHAKING)
@pytest.mark.parametrize("number", [DONE, ERROR, IN_PROGRESS])
@pytest.mark.parametrize("token", [b"more", b"last!", b"!", b"no?", b"no#", b""])
def test_every_message_in_every_state(table, state, number, token):
    upgrade = end_in(table, state)
    upgrade.receive_data(frame(number, token))
    row = table.get((state, number))
    error = None
    seen = []
    try:
        seen = events(upgrade)
    except SecurityError as caught:
        error = caught
    sent = upgrade.data_to_send()
    if row is None or row[0] is Action.REPORT_ERROR:
        # [MS-NNS] 3.1.5.2: closed, and nothing is said.
        assert (upgrade.state, sent) == (State.CLOSED, b"")
        assert error is not None
        return
    if row[0] is Action.REPORT_DONE:
        assert seen == [HandshakeCompleted(Script.peer)]
        assert (upgrade.state, sent) == (State.AUTHENTICATED, b"")
        return
    completes, is_final = token.endswith(b"!"), number is DONE
    answer = token.rstrip(b"!")
    if completes and table is SERVER:
        assert seen == [HandshakeCompleted(Script.peer)]
        assert (upgrade.state, sent) == (State.AUTHENTICATED, frame(DONE, answer))
    elif completes and is_final and not answer:
        assert seen == [HandshakeCompleted(Script.peer)]
        assert (upgrade.state, sent) == (State.AUTHENTICATED, b"")
    elif completes and not is_final:
        assert (upgrade.state, sent) == (State.WAITING_FOR_HANDSHAKE_DONE, frame(DONE, answer))
    elif token == b"more" and not is_final:
        assert (upgrade.state, sent) == (
            State.WAITING_FOR_HANDSHAKE_MESSAGE,
            frame(IN_PROGRESS, token),
        )
    else:
        assert upgrade.state is State.CLOSED
        assert error is not None
        status = Status.LOGON_DENIED if token == b"no?" else Status.INVALID_TOKEN
        little, big = struct.pack("<I", status), struct.pack(">I", status)
        assert sent == frame(ERROR, little + big)
        assert events(upgrade) == []


@pytest.mark.parametrize(("table", "state"), RESTING)
def test_the_end_of_the_stream_in_every_state(table, state):
    upgrade = end_in(table, state)
    upgrade.receive_eof()
    if state is State.AUTHENTICATED:
        assert events(upgrade) == [UpgradeClosed()]
    elif state in {State.UNINITIALIZED, State.CLOSED}:
        assert events(upgrade) == []
        return
    else:
        with pytest.raises(SecurityError, match="during the handshake"):
            upgrade.next_event()
    assert upgrade.state is State.CLOSED
    assert events(upgrade) == []


@pytest.mark.parametrize(("table", "state"), RESTING)
def test_our_own_calls_in_every_state(table, state):
    upgrade = end_in(table, state)
    if state is State.AUTHENTICATED:
        upgrade.send_data(b"x")
        assert upgrade.data_to_send() == b"\x09\x00\x00\x00wrapped x"
    else:
        with pytest.raises(LocalProtocolError, match=f"send_data.*{state.value}"):
            upgrade.send_data(b"x")
    if state is not State.UNINITIALIZED:
        with pytest.raises(LocalProtocolError, match=f"start.*{state.value}"):
            upgrade.start()


def test_a_client_whose_mechanism_cannot_begin():
    upgrade = NegotiateUpgrade(CLIENT, ClientScript(b"no?"), ENCRYPT)
    with pytest.raises(SecurityError, match="as the script says"):
        upgrade.start()
    assert upgrade.state is State.CLOSED
    assert upgrade.data_to_send()[0] == ERROR


@pytest.mark.parametrize("level", list(ProtectionLevel))
@pytest.mark.parametrize("required", list(ProtectionLevel))
@pytest.mark.parametrize("number", [DONE, IN_PROGRESS])
@pytest.mark.parametrize("make", [server_end, client_end])
def test_the_level_that_is_required(make, number, level, required):
    upgrade = make(level=level, required=required)
    upgrade.data_to_send()
    upgrade.receive_data(frame(number, b"!"))
    if level >= required:
        events(upgrade)
        assert upgrade.level is level
        return
    with pytest.raises(SecurityError, match=f"{level.name}.*{required.name}") as caught:
        upgrade.next_event()
    assert caught.value.status == 0x6FE
    assert upgrade.data_to_send() == frame(ERROR, bytes.fromhex("fe060000000006fe"))
    assert upgrade.state is State.CLOSED


def test_a_token_that_fits_no_message():
    class Long(Script):
        def step(self, token):
            return bytes(0x10000)

    upgrade = NegotiateUpgrade(SERVER, Long(), ENCRYPT)
    upgrade.start()
    upgrade.receive_data(frame(IN_PROGRESS, b"x"))
    with pytest.raises(SecurityError, match="65536"):
        upgrade.next_event()


def test_the_longest_message_there_is():
    upgrade = server_end()
    token = bytes(0xFFFE) + b"x"
    upgrade.receive_data(frame(IN_PROGRESS, token))
    assert events(upgrade) == []
    assert upgrade.data_to_send() == frame(IN_PROGRESS, token)


def test_the_versions_do_not_matter():
    upgrade = server_end()
    upgrade.receive_data(frame(IN_PROGRESS, b"x", b"\x07\x63"))
    assert events(upgrade) == []
    assert upgrade.data_to_send() == frame(IN_PROGRESS, b"x")


def test_a_handshake_has_an_end():
    upgrade = server_end()
    upgrade.receive_data(frame(IN_PROGRESS, b"x") * (MESSAGE_LIMIT + 1))
    with pytest.raises(SecurityError, match="more than"):
        upgrade.next_event()
    assert upgrade.data_to_send() == frame(IN_PROGRESS, b"x") * MESSAGE_LIMIT


@pytest.mark.parametrize("octet", [0x00, 0x13, 0x17, ord("G"), 0xFF])
def test_what_is_no_message_is_refused_by_its_first_octet(octet):
    upgrade = server_end()
    upgrade.receive_data(bytes([octet]))
    with pytest.raises(SecurityError, match=f"0x{octet:02X}"):
        upgrade.next_event()


# --- Numbers of errors ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "vector",
    [
        vector
        for vector in json.loads(VECTORS.read_text())["vectors"]
        if "error" in vector["decoded"] or "0x000006FE" in vector["description"]
    ],
    ids=lambda vector: vector["hex"],
)
def test_errors_of_the_document(vector):
    upgrade = server_end()
    upgrade.receive_data(bytes.fromhex(vector["hex"]))
    with pytest.raises(SecurityError) as caught:
        upgrade.next_event()
    assert caught.value.status == int(vector["decoded"]["error"], 16)


@pytest.mark.parametrize(
    ("payload", "status"),
    [
        ("0c03098000000000", 0x8009030C),
        ("000000008009030c", 0x8009030C),
        ("000000000c030980", 0x8009030C),
        ("0c0309808009030c", 0x8009030C),
        ("fe06000000000000", 0x6FE),
        ("fe060000000006fe", 0x6FE),
        ("0403098000000000", 0x80090304),
        ("0000000080090304", 0x80090304),
        ("0000000004030980", 0x80090304),
        ("0500000000000000", 5),
        ("0000000000000005", 5),
        ("0000000000000000", None),
        ("05000000", None),
        ("", None),
    ],
)
def test_the_number_of_an_error_is_read_in_either_order(payload, status):
    upgrade = client_end()
    upgrade.receive_data(frame(ERROR, bytes.fromhex(payload)))
    with pytest.raises(SecurityError) as caught:
        upgrade.next_event()
    assert caught.value.status == status
    assert ("did not say why" if status is None else f"0x{status:08X}") in str(caught.value)


@pytest.mark.parametrize("status", [*Status, 0x80090302, 1])
def test_what_is_written_is_read_in_either_order(status):
    payload = negotiate._error_payload(status)
    # What .NET does, before and after version 8: an int64, of which it keeps the low half.
    assert int.from_bytes(payload, "big") & 0xFFFFFFFF == status
    assert int.from_bytes(payload, "little") & 0xFFFFFFFF == status
    assert negotiate.read_status(payload) == status


def test_frames_of_the_document():
    hexes = {vector["hex"] for vector in json.loads(VECTORS.read_text())["vectors"]}
    assert frame(DONE).hex(" ") in hexes
    upgrade = server_end()
    upgrade.receive_data(bytes.fromhex("16 01 00 01 23") + bytes(0x122))
    assert upgrade.next_event() is None
    upgrade.receive_data(b"x")
    assert upgrade.next_event() is None
    assert upgrade.data_to_send() == bytes.fromhex("16 01 00 01 23") + bytes(0x122) + b"x"
    assert (0xFC30).to_bytes(4, "little").hex(" ").upper() in hexes


# --- Data ----------------------------------------------------------------------------------------


def data(octets):
    return len(octets).to_bytes(4, "little") + octets


def authenticated(level=ENCRYPT):
    upgrade = server_end(level=level, required=NONE)
    upgrade.receive_data(frame(DONE, b"!"))
    events(upgrade)
    upgrade.data_to_send()
    return upgrade


def test_frames_are_opened_one_by_one():
    upgrade = authenticated()
    upgrade.receive_data(data(b"wrapped one") + data(b"wrapped two") + b"\x00\x01\x00trail")
    assert upgrade.next_event() == DataReceived(b"one")
    assert upgrade.next_event() == DataReceived(b"two")
    assert upgrade.take_trailing() == b"\x00\x01\x00trail"
    assert upgrade.next_event() is None
    upgrade.send_data(b"still")
    assert upgrade.data_to_send() == data(b"wrapped still")


def test_a_frame_without_octets_is_as_good_as_none():
    upgrade = authenticated()
    upgrade.receive_data(data(b"wrapped ") * 3 + data(b"wrapped x"))
    assert events(upgrade) == [DataReceived(b"x")]


@pytest.mark.parametrize("size", [0, 1, 4, 0x10001, 0xFFFFFFFF])
def test_a_frame_of_an_impossible_size_is_refused_by_its_size(size):
    upgrade = authenticated()
    upgrade.receive_data(size.to_bytes(4, "little"))
    with pytest.raises(SecurityError, match=str(size)):
        upgrade.next_event()
    assert upgrade.state is State.CLOSED
    assert upgrade.data_to_send() == b""


@pytest.mark.parametrize("size", [8 + 1, 0x10000])
def test_frames_of_the_sizes_between(size):
    upgrade = authenticated()
    octets = b"wrapped " + bytes(size - 8)
    upgrade.receive_data(data(octets))
    assert events(upgrade) == [DataReceived(octets[8:])]


def test_a_frame_that_does_not_open_closes():
    upgrade = authenticated()
    upgrade.receive_data(data(b"wrapped ok") + data(b"spoiled") + data(b"wrapped no"))
    assert upgrade.next_event() == DataReceived(b"ok")
    with pytest.raises(SecurityError, match="not wrapped"):
        upgrade.next_event()
    assert events(upgrade) == []
    with pytest.raises(LocalProtocolError):
        upgrade.send_data(b"x")


@pytest.mark.parametrize("start", [b"\x09", b"\x09\x00\x00\x00wrap"])
def test_the_end_of_the_stream_within_a_frame(start):
    upgrade = authenticated()
    upgrade.receive_data(start)
    upgrade.receive_eof()
    with pytest.raises(SecurityError, match="within a data message"):
        upgrade.next_event()
    assert events(upgrade) == []


def test_what_came_before_the_end_of_the_stream_is_given_first():
    upgrade = authenticated()
    upgrade.receive_data(data(b"wrapped last"))
    upgrade.receive_eof()
    assert events(upgrade) == [DataReceived(b"last"), UpgradeClosed()]


@pytest.mark.parametrize("size", [0, 1, WRITTEN_PIECE, WRITTEN_PIECE + 1, 3 * WRITTEN_PIECE])
def test_what_is_sent_goes_in_pieces(size):
    upgrade, peer = authenticated(), authenticated()
    octets = os.urandom(size)
    upgrade.send_data(octets)
    peer.receive_data(upgrade.data_to_send())
    pieces = [event.data for event in events(peer)]
    assert b"".join(pieces) == octets
    assert len(pieces) == -(-size // WRITTEN_PIECE)
    assert all(len(piece) <= WRITTEN_PIECE for piece in pieces)


def test_without_protection_there_are_no_frames():
    upgrade = authenticated(NONE)
    upgrade.send_data(b"as it is")
    assert upgrade.data_to_send() == b"as it is"
    upgrade.receive_data(b"as ")
    upgrade.receive_data(b"well")
    assert events(upgrade) == [DataReceived(b"as well")]
    assert upgrade.take_trailing() == b""
    upgrade.receive_eof()
    assert events(upgrade) == [UpgradeClosed()]


# --- With NTLM -----------------------------------------------------------------------------------


def server(level=ENCRYPT, **changes):
    return NegotiateServer(**{"accounts": ACCOUNTS, "required_level": level, **changes})


def client(level=ENCRYPT, **changes):
    account = {"user": "CONTOSO\\alice", "password": "Secret.123"}
    return NegotiateClient("host/server", **{**account, "required_level": level, **changes})


def join(server_upgrade, client_upgrade, cut=lambda octets: [octets]):
    """Let both ends shake hands; give what they saw."""
    seen = {server_upgrade: [], client_upgrade: []}
    server_upgrade.start()
    client_upgrade.start()
    ends = [client_upgrade, server_upgrade]
    while octets := ends[0].data_to_send():
        for piece in cut(octets):
            ends[1].receive_data(piece)
            seen[ends[1]] += events(ends[1])
        ends.reverse()
    return seen[server_upgrade], seen[client_upgrade]


@pytest.mark.parametrize("required", list(ProtectionLevel))
@pytest.mark.parametrize("wanted", list(ProtectionLevel))
def test_levels_by_both_ends(required, wanted):
    ours, theirs = server(required).new_upgrade(NOW), client(wanted).new_upgrade(NOW)
    if wanted < required:
        with pytest.raises(SecurityError, match="at least"):
            join(ours, theirs)
        theirs.receive_data(ours.data_to_send())
        with pytest.raises(SecurityError, match="TRUST_FAILURE, 0x000006FE"):
            theirs.next_event()
        return
    (at_server,), (at_client,) = join(ours, theirs)
    assert at_server.peer.name == "CONTOSO\\alice"
    assert at_client.peer.name == ""
    assert ours.level is theirs.level is wanted
    for sender, receiver in ((ours, theirs), (theirs, ours)):
        sender.send_data(b"message")
        octets = sender.data_to_send()
        assert len(octets) == (7 if wanted is NONE else 4 + 16 + 7)
        assert (b"message" in octets) is (wanted is not ENCRYPT)
        receiver.receive_data(octets)
        assert events(receiver) == [DataReceived(b"message")]


@pytest.mark.parametrize("changes", [{"password": "wrong"}, {"user": "CONTOSO\\nobody"}])
def test_who_may_not_log_on(changes):
    ours, theirs = server().new_upgrade(NOW), client(**changes).new_upgrade(NOW)
    with pytest.raises(SecurityError, match="unknown, its password is wrong"):
        join(ours, theirs)
    answer = ours.data_to_send()
    assert answer == frame(ERROR, bytes.fromhex("0c0309808009030c"))
    theirs.receive_data(answer)
    with pytest.raises(SecurityError, match="LOGON_DENIED, 0x8009030C"):
        theirs.next_event()


def test_octet_by_octet():
    ours, theirs = server().new_upgrade(NOW), client().new_upgrade(NOW)
    at_server, at_client = join(
        ours, theirs, lambda octets: [octets[n : n + 1] for n in range(len(octets))]
    )
    assert len(at_server) == len(at_client) == 1


@given(data=st.data())
def test_any_cut_gives_the_same(data):
    def cut(octets):
        places = sorted(data.draw(st.lists(st.integers(0, len(octets)), max_size=5)))
        return [octets[a:b] for a, b in zip([0, *places], [*places, len(octets)], strict=True)]

    ours, theirs = server().new_upgrade(NOW), client().new_upgrade(NOW)
    join(ours, theirs, cut)
    messages = data.draw(st.lists(st.binary(min_size=1, max_size=50), max_size=5))
    for message in messages:
        theirs.send_data(message)
    received = []
    for piece in cut(theirs.data_to_send() + b"next"):
        ours.receive_data(piece)
        while len(received) < len(messages) and (event := ours.next_event()):
            received.append(event.data)
    assert received == messages
    assert ours.take_trailing() == b"next"


@given(octets=st.binary(max_size=200))
def test_random_octets_raise_nothing_but_security_error(octets):
    for table in (SERVER, CLIENT):
        for state in (State.WAITING_FOR_HANDSHAKE_MESSAGE, State.AUTHENTICATED):
            upgrade = end_in(table, state)
            upgrade.receive_data(octets)
            upgrade.receive_eof()
            try:
                seen = events(upgrade)
            except SecurityError:
                assert upgrade.state is State.CLOSED
            else:
                assert isinstance(seen[-1], UpgradeClosed)


@given(data=st.data())
def test_a_changed_stream_raises_nothing_but_security_error(data):
    ours, theirs = server().new_upgrade(NOW), client().new_upgrade(NOW)
    budget = data.draw(st.integers(1, 3))

    def spoil(octets):
        nonlocal budget
        if budget:
            budget -= 1
            changed = bytearray(octets)
            position = data.draw(st.integers(0, len(octets) - 1))
            changed[position : position + data.draw(st.integers(0, 4))] = data.draw(
                st.binary(max_size=4)
            )
            octets = bytes(changed)
        return [octets]

    try:
        join(ours, theirs, spoil)
    except SecurityError:
        assert State.CLOSED in {ours.state, theirs.state}


def test_the_server_needs_somebody_to_let_in():
    with pytest.raises(LocalProtocolError, match="nobody could log on"):
        NegotiateServer()


def test_what_is_offered_only():
    upgrade = server().new_upgrade(NOW)
    upgrade.start()
    # A NegTokenInit with Kerberos alone.
    token = bytes.fromhex("601b06062b0601050502a011300fa00d300b06092a864886f712010202")
    upgrade.receive_data(frame(IN_PROGRESS, token))
    with pytest.raises(SecurityError, match=r"none of .* is offered: 1\.2\.840\.113554\.1\.2\.2"):
        upgrade.next_event()


@pytest.mark.parametrize("changes", [{"user": None}, {"password": None}, {"allow_ntlm": False}])
def test_a_client_that_could_not_log_on(changes):
    with pytest.raises(LocalProtocolError):
        client(**changes)


def test_the_password_shows_nowhere():
    assert "Secret" not in repr(client())
    assert "Secret" not in repr(client().new_upgrade(NOW))


def test_it_is_a_stream_upgrade():
    upgrade: StreamUpgrade = server().new_upgrade(NOW)
    for name in StreamUpgrade.__dict__:
        if not name.startswith("_"):
            assert callable(getattr(upgrade, name))
    assert Input.START in {what for _, what in SERVER}
