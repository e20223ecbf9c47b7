"""The framing layer: [MC-NMF] over TCP as [MS-NMFTB] has it, both roles, sans-IO.

`records` are the units of the wire, `automaton` says in what order they come, `ServerConnection`
and `ClientConnection` turn octets into `events` and calls into octets (`connection` tells how they
are driven), `faults` are what a session can end with, and `NetTcpAddress` is what a Via says.
"""

from ipam_progress.framing import faults
from ipam_progress.framing.address import DEFAULT_PORT, NetTcpAddress
from ipam_progress.framing.automaton import State
from ipam_progress.framing.client import ClientConnection
from ipam_progress.framing.connection import Connection
from ipam_progress.framing.events import (
    ConnectionClosed,
    Drained,
    EndReceived,
    EnvelopeReceived,
    Event,
    FaultReceived,
    PreambleReceived,
    SessionEnded,
    SessionOpened,
    UpgradeAccepted,
    UpgradeRequested,
)
from ipam_progress.framing.records import (
    KnownEncoding,
    Limits,
    Mode,
    Record,
    RecordType,
    parse_record,
)
from ipam_progress.framing.server import BINARY_SESSION, ServerConnection, ServerSettings
from ipam_progress.framing.sizes import envelope_header

__all__ = [
    "BINARY_SESSION",
    "DEFAULT_PORT",
    "ClientConnection",
    "Connection",
    "ConnectionClosed",
    "Drained",
    "EndReceived",
    "EnvelopeReceived",
    "Event",
    "FaultReceived",
    "KnownEncoding",
    "Limits",
    "Mode",
    "NetTcpAddress",
    "PreambleReceived",
    "Record",
    "RecordType",
    "ServerConnection",
    "ServerSettings",
    "SessionEnded",
    "SessionOpened",
    "State",
    "UpgradeAccepted",
    "UpgradeRequested",
    "envelope_header",
    "faults",
    "parse_record",
]
