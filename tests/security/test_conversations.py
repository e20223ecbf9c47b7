"""The recorded conversations with Windows security: opened, read, and said again octet for octet.

The recorded client's octets are given to our server's end, with the recorded challenge put in. From
the recorded password it derives the keys, so it can open every message of the client; and what it
seals of the recorded server's plain octets must be what that server sealed.
"""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ipam_progress.binaryxml import Decoder, text_of
from ipam_progress.errors import SecurityError
from ipam_progress.framing import (
    ClientConnection,
    EndReceived,
    EnvelopeReceived,
    ServerConnection,
    ServerSettings,
    SessionEnded,
    UpgradeRequested,
)
from ipam_progress.security import ntlm
from ipam_progress.security.accounts import Accounts, nt_hash
from ipam_progress.security.mechanism import ProtectionLevel
from ipam_progress.security.negotiate import NEGOTIATE, NegotiateServer, NegotiateUpgrade, State
from ipam_progress.security.ntlm import NtlmProtection
from ipam_progress.security.upgrade import DataReceived, HandshakeCompleted

CONVERSATIONS = Path(__file__).parent.parent / "data" / "conversations"
NOW = datetime(2026, 11, 21, tzinfo=UTC)
SETTINGS = ServerSettings(accepts_via=lambda _: True, upgrades=frozenset({NEGOTIATE}))
CHALLENGE = b"NTLMSSP\x00\x02\x00\x00\x00"


def recorded(name):
    """Give the client's and the server's octets, and the account that the server has."""
    conversation = json.loads((CONVERSATIONS / f"{name}.json").read_text())
    (connection,) = conversation["connections"]
    chunks = [(chunk["from"], bytes.fromhex(chunk.get("bytes", ""))) for chunk in connection]
    account = conversation["account"]
    name = f"{account['domain']}\\{account['user']}"
    return chunks, Accounts({name: nt_hash(account["password"])})


def stream(chunks, side):
    return b"".join(octets for sender, octets in chunks if sender == side)


def challenges_of(octets):
    """Cut the recorded CHALLENGE messages out of the server's handshake messages."""
    found, start = [], 0
    while (start := octets.find(CHALLENGE, start)) >= 0:
        size, offset = (
            int.from_bytes(octets[start + at : start + at + n], "little")
            for at, n in ((40, 2), (44, 4))
        )
        found.append(octets[start : start + offset + size])
        start += offset + size
    return found


@pytest.fixture
def replay(monkeypatch):
    """Give a function that makes our server's end say a recorded challenge."""

    def make(accounts, challenge, level=ProtectionLevel.ENCRYPT_AND_SIGN):
        monkeypatch.setattr(ntlm, "challenge_message", lambda *_: challenge)
        server = NegotiateServer(accounts=accounts, required_level=level)
        return server.new_upgrade(NOW, challenge=challenge[24:32])

    return make


class Replay:
    """Our server's framing and security, fed with a recorded client."""

    def __init__(self, make, accounts, challenges):
        self.make, self.accounts, self.challenges = make, accounts, list(challenges)
        self.framing = ServerConnection(SETTINGS)
        self.upgrade = None
        self.upgrades = []
        self.events = []

    def receive(self, octets):
        """Take octets; give what our end answers by itself, below the framing layer."""
        (self.framing if self.upgrade is None else self.upgrade).receive_data(octets)
        while self._step():
            pass

    def _step(self):
        # The framing layer first: with its End the octets stop being the upgrade's.
        if (event := self.framing.next_event()) is not None:
            self.events.append(event)
            if isinstance(event, UpgradeRequested):
                self.upgrade = self.make(self.accounts, self.challenges.pop(0))
                self.upgrades.append(self.upgrade)
                self.upgrade.start()
                self.upgrade.receive_data(self.framing.take_trailing())
            elif isinstance(event, EndReceived):
                self.framing.send_end()
            elif isinstance(event, SessionEnded):
                trailing, self.upgrade = self.upgrade.take_trailing(), None
                self.framing.receive_data(trailing)
        elif self.upgrade is not None and (event := self.upgrade.next_event()) is not None:
            self.events.append(event)
            if isinstance(event, HandshakeCompleted):
                self.framing.complete_upgrade()
            else:
                self.framing.receive_data(event.data)
        else:
            return False
        return True

    def envelopes(self):
        return [event.payload for event in self.events if isinstance(event, EnvelopeReceived)]


def whole(octets):
    return [octets]


def octet_by_octet(octets):
    return [octets[at : at + 1] for at in range(len(octets))]


@pytest.mark.parametrize("cut", [whole, octet_by_octet])
@pytest.mark.parametrize(("name", "sessions"), [("ntlm-progress", 1), ("ntlm-two-sessions", 2)])
def test_every_message_of_the_client_is_opened_and_read(replay, name, sessions, cut):
    chunks, accounts = recorded(name)
    ours = Replay(replay, accounts, challenges_of(stream(chunks, "server")))
    for piece in cut(stream(chunks, "client")):
        ours.receive(piece)
    completed = [event for event in ours.events if isinstance(event, HandshakeCompleted)]
    assert [event.peer.name for event in completed] == ["CONTOSO\\alice"] * sessions
    assert sum(isinstance(event, SessionEnded) for event in ours.events) == sessions
    actions = []
    envelopes = ours.envelopes()
    assert len(envelopes) == 2 * sessions
    for first, second in zip(envelopes[::2], envelopes[1::2], strict=True):
        decoder = Decoder()
        actions += [_action(decoder.decode(first)), _action(decoder.decode(second))]
    service = "http://Microsoft.Windows.Ipam/IIpamOperationWithProgress"
    assert (
        actions
        == [
            f"{service}/InitializeOperationParameters",
            f"{service}/StartOperationWithCallback",
        ]
        * sessions
    )


def _action(tokens):
    """Give the text of the Action header."""
    for position, token in enumerate(tokens):
        if getattr(token, "local_name", None) == "Action":
            return text_of(tokens[position + 1])
    raise AssertionError("no Action")


def envelopes_of_server(octets):
    """Read what a server says in a session, from its PreambleAck on."""
    client = ClientConnection()
    client.send_preamble("net.tcp://server.example/")
    client.receive_data(octets)
    return [
        event.payload
        for event in iter(client.next_event, None)
        if isinstance(event, EnvelopeReceived)
    ]


@pytest.mark.parametrize("name", ["ntlm-progress", "ntlm-two-sessions"])
def test_the_server_is_said_again_octet_for_octet(replay, name, monkeypatch):
    chunks, accounts = recorded(name)
    theirs = stream(chunks, "server")
    ours = Replay(replay, accounts, challenges_of(theirs))
    keys = []
    original = NtlmProtection.__init__

    def remember(self, flags, session_key, *, is_server):
        original(self, flags, session_key, is_server=is_server)
        # The client's half of the same keys, to open what the recorded server sealed.
        half = object.__new__(NtlmProtection)
        original(half, flags, session_key, is_server=False)
        keys.append(half)

    monkeypatch.setattr(NtlmProtection, "__init__", remember)
    ours.receive(stream(chunks, "client"))

    said = b""
    sessions = []
    for upgrade, protection in zip(ours.upgrades, keys, strict=True):
        said += b"\x0a" + upgrade.data_to_send()
        assert theirs.startswith(said)
        # The signature over the list of mechanisms had the first number.
        protection._receive_number = 1
        plain = b""
        while plain != b"\x07":
            start = len(said) + 4
            end = start + int.from_bytes(theirs[len(said) : start], "little")
            plain = protection.unwrap(theirs[start:end])
            upgrade.send_data(plain)
            said += upgrade.data_to_send()
            assert said == theirs[:end]
            if plain == b"\x0b":  # PreambleAck: a session begins
                sessions.append(b"")
            sessions[-1] += plain
    assert said == theirs
    for session in sessions:
        decoder = Decoder()
        actions = [
            _action(decoder.decode(envelope)).rpartition("/")[2]
            for envelope in envelopes_of_server(session)
        ]
        assert len(actions) == 14
        assert actions[0] == "InitializeOperationParametersResponse"
        assert "SetOverallStatus" in actions


@pytest.mark.parametrize(
    ("name", "error"),
    [
        ("ntlm-sign", "1501000008fe060000000006fe"),
        ("ntlm-none", "1501000008fe060000000006fe"),
        ("ntlm-bad-password", "15010000080c0309808009030c"),
    ],
)
def test_who_was_refused_is_refused(replay, name, error):
    chunks, accounts = recorded(name)
    theirs = stream(chunks, "server")
    ours = Replay(replay, accounts, challenges_of(theirs))
    with pytest.raises(SecurityError):
        ours.receive(stream(chunks, "client"))
    said = ours.upgrade.data_to_send()
    assert ours.upgrade.state is State.CLOSED
    # Up to the error it is what the recorded server said; that one gave its code in one order
    # only, or, where the password was wrong, nothing but a reset.
    assert said.endswith(bytes.fromhex(error))
    handshake = (b"\x0a" + said).removesuffix(bytes.fromhex(error))
    assert theirs in {handshake, handshake + bytes.fromhex("1501000008fe06000000000000")}


@pytest.mark.parametrize(
    ("name", "level"), [("ntlm-sign", ProtectionLevel.SIGN), ("ntlm-none", ProtectionLevel.NONE)]
)
def test_who_was_refused_for_the_level_is_let_in_where_it_will_do(replay, name, level):
    chunks, accounts = recorded(name)
    challenges = challenges_of(stream(chunks, "server"))

    def make(accounts, challenge):
        return replay(accounts, challenge, level)

    ours = Replay(make, accounts, challenges)
    ours.receive(stream(chunks, "client"))
    assert ours.upgrade.level is level
    assert isinstance(ours.events[-1], HandshakeCompleted)


def test_a_replayed_client_is_refused():
    """Without the recorded challenge put in, the recorded answer proves nothing."""
    chunks, accounts = recorded("ntlm-progress")
    upgrade = NegotiateServer(accounts=accounts).new_upgrade(NOW)
    assert isinstance(upgrade, NegotiateUpgrade)
    upgrade.start()
    # The first chunk is the preamble; then the two messages of the handshake.
    for octets in [octets for sender, octets in chunks if sender == "client"][1:2]:
        upgrade.receive_data(octets)
    assert upgrade.next_event() is None
    upgrade.receive_data([octets for sender, octets in chunks if sender == "client"][2])
    with pytest.raises(SecurityError, match="changed on the way"):
        upgrade.next_event()
    assert not any(isinstance(event, DataReceived) for event in iter(upgrade.next_event, None))
