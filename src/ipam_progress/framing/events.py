"""What has happened on a connection: the events that `next_event` gives.

The same classes serve both roles; the tables of `automaton` say which of them a role can give.
They hold what the records said and nothing of what it means to the layers above.
"""

from dataclasses import dataclass
from typing import TypeAlias

from ipam_progress.framing.records import KnownEncoding, Mode

__all__ = [
    "ConnectionClosed",
    "Drained",
    "EndReceived",
    "EnvelopeReceived",
    "Event",
    "FaultReceived",
    "PreambleReceived",
    "SessionEnded",
    "SessionOpened",
    "UpgradeAccepted",
    "UpgradeRequested",
]


@dataclass(frozen=True, slots=True)
class PreambleReceived:
    """The client has said what it wants, and it can have it; server only, [MC-NMF] 2.2.6.

    Attributes:
        via: The URI of the endpoint, one that `ServerSettings.accepts_via` has accepted.
        mode: How messages pass: always Duplex, other modes are refused.
        encoding: How the envelopes are encoded: a `KnownEncoding`, or a content type.
    """

    via: str
    mode: Mode
    encoding: KnownEncoding | str


@dataclass(frozen=True, slots=True)
class UpgradeRequested:
    """The client asks for a stream upgrade, which has been agreed to; server only.

    Send what `data_to_send` gives, hand `take_trailing` to the layer that does the upgrade, and
    call `complete_upgrade` when its handshake is over.

    Attributes:
        protocol: ``application/negotiate`` or ``application/ssl-tls``.
    """

    protocol: str


@dataclass(frozen=True, slots=True)
class UpgradeAccepted:
    """The server has agreed to the stream upgrade; client only.

    Begin the handshake, and call `complete_upgrade` when it is over.
    """


@dataclass(frozen=True, slots=True)
class SessionOpened:
    """The preamble is over: envelopes may pass in both directions."""


@dataclass(frozen=True, slots=True)
class EnvelopeReceived:
    """An envelope has come.

    Attributes:
        payload: Its octets: one encoded SOAP message.
    """

    payload: bytes


@dataclass(frozen=True, slots=True)
class EndReceived:
    """The peer sends no more envelopes in this session; we may, until our own End."""


@dataclass(frozen=True, slots=True)
class SessionEnded:
    """Both Ends have passed; the connection is ready for the next session.

    If the stream was upgraded, the upgrade is over too ([MC-NMF] 3.1.1.1.5): what follows passes
    over the bare transport.
    """


@dataclass(frozen=True, slots=True)
class FaultReceived:
    """The peer has ended the session with a fault; the connection is of no more use.

    Attributes:
        uri: What went wrong, see `faults`.
    """

    uri: str


@dataclass(frozen=True, slots=True)
class ConnectionClosed:
    """The peer has closed the connection where it may."""


@dataclass(frozen=True, slots=True)
class Drained:
    """After a fault was sent, there is nothing more to wait for: close the connection.

    Attributes:
        octets: How many octets were swallowed.
        complete: Whether the peer has closed its side, so that it has seen the fault; False if it
            sent more than `Limits.drain`.
    """

    octets: int
    complete: bool


Event: TypeAlias = (
    PreambleReceived
    | UpgradeRequested
    | UpgradeAccepted
    | SessionOpened
    | EnvelopeReceived
    | EndReceived
    | SessionEnded
    | FaultReceived
    | ConnectionClosed
    | Drained
)
