"""What the tests of the framing layer share: recorded streams, and connections in any state."""

import json
from pathlib import Path

import pytest

from ipam_progress.framing import ClientConnection, ServerConnection, ServerSettings, State, faults
from ipam_progress.framing.records import (
    EndRecord,
    FaultRecord,
    KnownEncodingRecord,
    ModeRecord,
    PreambleAckRecord,
    PreambleEndRecord,
    SizedEnvelopeRecord,
    UpgradeRequestRecord,
    UpgradeResponseRecord,
    VersionRecord,
    ViaRecord,
)

DATA = Path(__file__).parent.parent / "data"
VIA = "net.tcp://server.example/IpamOperationWithProgress"
NEGOTIATE = "application/negotiate"
FAULT_URI = faults.SERVER_TOO_BUSY

VERSION = VersionRecord().serialize()
MODE = ModeRecord().serialize()
VIA_RECORD = ViaRecord(VIA).serialize()
ENCODING = KnownEncodingRecord().serialize()
UPGRADE = UpgradeRequestRecord(NEGOTIATE).serialize()
UPGRADED = UpgradeResponseRecord().serialize()
PREAMBLE_END = PreambleEndRecord().serialize()
ACK = PreambleAckRecord().serialize()
ENVELOPE = SizedEnvelopeRecord(b"envelope").serialize()
END = EndRecord().serialize()
FAULT = FaultRecord(FAULT_URI).serialize()

# How to get a connection into each state: octets that come, or methods that are called.
_SERVER_OPENED = [VERSION + MODE + VIA_RECORD + ENCODING + PREAMBLE_END]
_SERVER_PATHS = {
    State.VERSION: [],
    State.MODE: [VERSION],
    State.VIA: [VERSION + MODE],
    State.ENCODING: [VERSION + MODE + VIA_RECORD],
    State.UPGRADE: [VERSION + MODE + VIA_RECORD + ENCODING],
    State.UPGRADING: [VERSION + MODE + VIA_RECORD + ENCODING + UPGRADE],
    State.UPGRADED: [
        VERSION + MODE + VIA_RECORD + ENCODING + UPGRADE,
        ("complete_upgrade",),
    ],
    State.OPENED: _SERVER_OPENED,
    State.OPEN: [*_SERVER_OPENED, ENVELOPE],
    State.PEER_ENDED: [*_SERVER_OPENED, ENVELOPE + END],
    State.LOCAL_ENDED: [*_SERVER_OPENED, ENVELOPE, ("send_end",)],
    State.ENDED: [*_SERVER_OPENED, ENVELOPE + END, ("send_end",)],
    State.DRAINING: [*_SERVER_OPENED, ("send_fault", FAULT_URI)],
    State.CLOSED: [*_SERVER_OPENED, FAULT],
    State.FAILED: [*_SERVER_OPENED, ACK],
}
_CLIENT_OPENED = [("send_preamble", VIA), ACK]
_CLIENT_PATHS = {
    State.CONNECTED: [],
    State.UPGRADE_RESPONSE: [("request_upgrade",)],
    State.UPGRADING: [("request_upgrade",), UPGRADED],
    State.PREAMBLE_ACK: [("send_preamble", VIA)],
    State.OPENED: _CLIENT_OPENED,
    State.OPEN: [*_CLIENT_OPENED, ENVELOPE],
    State.PEER_ENDED: [*_CLIENT_OPENED, ENVELOPE + END],
    State.LOCAL_ENDED: [*_CLIENT_OPENED, ENVELOPE, ("send_end",)],
    State.ENDED: [*_CLIENT_OPENED, ENVELOPE + END, ("send_end",)],
    State.CLOSED: [*_CLIENT_OPENED, FAULT],
    State.FAILED: [*_CLIENT_OPENED, UPGRADED],
}


def events(connection):
    """Fetch events until there is none."""
    return list(iter(connection.next_event, None))


def settings(**changes):
    """Settings of a server that takes any Via and offers Negotiate."""
    return ServerSettings(
        **{"accepts_via": lambda _: True, "upgrades": frozenset({NEGOTIATE}), **changes}
    )


def _walk(connection, path, state):
    for part in path:
        if isinstance(part, bytes):
            connection.receive_data(part)
            if state is State.FAILED and part is path[-1]:
                with pytest.raises(Exception, match="came while"):
                    events(connection)
            elif state is State.ENDED:
                while connection.state is not state and connection.next_event():
                    pass
            else:
                events(connection)
        elif part[0] == "request_upgrade":
            connection.send_preamble(VIA, upgrade=NEGOTIATE)
        else:
            getattr(connection, part[0])(*part[1:])
    connection.data_to_send()
    assert connection.state is state
    return connection


def _server_in(state, **changes):
    return _walk(ServerConnection(settings(**changes)), _SERVER_PATHS[state], state)


def _client_in(state, limits=None):
    return _walk(ClientConnection(limits), _CLIENT_PATHS[state], state)


@pytest.fixture(scope="session")
def server_in():
    """Give a function that makes a server's connection in a state, with `settings` changed."""
    return _server_in


@pytest.fixture(scope="session")
def client_in():
    """Give a function that makes a client's connection in a state."""
    return _client_in


@pytest.fixture(scope="session")
def connection_in():
    """Give a function that makes a connection of a role ("server" or "client") in a state."""
    return lambda role, state: {"server": _server_in, "client": _client_in}[role](state)


@pytest.fixture(scope="session")
def server_settings():
    """Give `settings`."""
    return settings


@pytest.fixture(scope="session")
def fetch():
    """Give `events`."""
    return events


def _conversation_names():
    return sorted(
        path.stem
        for path in (DATA / "conversations").glob("*.json")
        if not path.stem.startswith("ntlm-")
    )


def pytest_generate_tests(metafunc):
    """Run a test that takes `conversation` once for each recorded one with security None."""
    marked = [mark.args[0] for mark in metafunc.definition.iter_markers("parametrize")]
    if "conversation" in metafunc.fixturenames and "conversation" not in marked:
        metafunc.parametrize("conversation", _conversation_names(), indirect=True, scope="session")


@pytest.fixture(scope="session")
def conversation(request):
    """Give the records of the one connection of a recorded conversation."""
    path = DATA / "conversations" / f"{request.param}.json"
    (records,) = json.loads(path.read_text())["connections"]
    return [
        (record["from"], record["record"], bytes.fromhex(record.get("bytes", "")), record)
        for record in records
    ]


@pytest.fixture(scope="session")
def vectors():
    """Give a function that reads a file of vectors."""
    return lambda name: json.loads((DATA / "vectors" / f"{name}.json").read_text())
