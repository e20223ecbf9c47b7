"""The automata of a framing connection, Duplex mode, as tables: [MC-NMF] 3.1 to 3.3, [MS-NMFTB] 3.

A connection is in one `State`. What can happen to it is either a record that has come
(`RecordType`) or a `Step`: something that our side does, or that the transport reports. `SERVER`
and `CLIENT` say for a state and what happens what is done about it (`Action`) and which state
comes next. A record that a table does not list for a state was not due and ends the connection;
a step that it does not list is a mistake of the program that uses the connection.

A session, and then the next one on the same connection:

    server: VERSION - MODE - VIA - ENCODING - UPGRADE [- UPGRADING - UPGRADED] - OPENED
    client: CONNECTED [- UPGRADE_RESPONSE - UPGRADING] - PREAMBLE_ACK - OPENED
    both:   OPENED - OPEN - PEER_ENDED or LOCAL_ENDED - ENDED - back to the first state

A failed check takes the connection from any state to DRAINING, if the peer is sent a fault, else
to FAILED. The tables know neither octets nor what the actions are in detail: that is for the
connections, which hold no other state of the conversation than this one.
"""

from collections.abc import Mapping
from enum import Enum
from typing import Final, TypeAlias

from ipam_progress.framing.records import RecordType

__all__ = ["CLIENT", "SERVER", "Action", "State", "Step", "Table"]


class State(Enum):
    """Where a connection stands; each value is worded to follow "while"."""

    VERSION = "waiting for a session to begin"
    """Server: nothing of the preamble has come, [MC-NMF] 3.3.4 state 1."""

    MODE = "waiting for the mode"
    VIA = "waiting for the Via"
    ENCODING = "waiting for the encoding"
    UPGRADE = "waiting for an upgrade request or the end of the preamble"

    UPGRADED = "waiting for the end of the preamble on the upgraded stream"
    """Server: one upgrade is done; there is no second one in a session."""

    CONNECTED = "no session has begun"
    """Client: a fresh connection, or one that has had its sessions, [MS-NMFTB] 3.2.1."""

    UPGRADE_RESPONSE = "waiting for the answer to the upgrade request"
    PREAMBLE_ACK = "waiting for the session to be accepted"

    UPGRADING = "the stream is being upgraded"
    """Both: octets that come now belong to the handshake, not to this layer."""

    OPENED = "the session is open and no envelope has come"
    """Both: to close the connection now is not yet an orderly end; WCF's decoder state Start."""

    OPEN = "the session is open"

    PEER_ENDED = "the peer has ended its side of the session"
    """Both: we may still send. Octets that come now are of the next session, and wait for it."""

    LOCAL_ENDED = "our side of the session is ended"
    """Both: the peer may still send."""

    ENDED = "the session is over"
    """Both: `SessionEnded` has not been fetched yet."""

    DRAINING = "a fault was sent"
    """Server: what comes is swallowed, so that the peer can read the fault before the close."""

    CLOSED = "the connection is closed"
    FAILED = "the connection has failed"


class Step(Enum):
    """What happens to a connection other than a record that comes; ours by their methods' names."""

    SEND_PREAMBLE = "send_preamble"
    REQUEST_UPGRADE = "send_preamble with an upgrade"
    TAKE_TRAILING = "take_trailing"
    COMPLETE_UPGRADE = "complete_upgrade"
    SEND_ENVELOPE = "send_envelope"
    SEND_END = "send_end"
    SEND_FAULT = "send_fault"
    NEXT_SESSION = "next_event"
    DRAIN_LIMIT = "the limit of draining"
    EOF = "the end of the stream"

    @property
    def is_ours(self) -> bool:
        """Whether a program takes this step, not the transport."""
        return self not in {Step.DRAIN_LIMIT, Step.EOF}


class Action(Enum):
    """What is done when something happens; the value says it in words, for diagrams."""

    NOTHING = "nothing"
    CHECK_VERSION = "fault UnsupportedVersion unless the major version is 1"
    CHECK_MODE = "fault UnsupportedMode unless Duplex"
    CHECK_VIA = "fault EndpointNotFound unless an endpoint accepts it"
    CHECK_ENCODING = "fault ContentTypeInvalid unless supported, else PreambleReceived"
    ACCEPT_UPGRADE = "fault UpgradeInvalid unless offered, else UpgradeResponse; UpgradeRequested"
    REFUSE_UPGRADE = "fault UpgradeInvalid"
    OPEN_PLAIN = "fail if the Via requires an upgrade, else PreambleAck; SessionOpened"
    OPEN_UPGRADED = "PreambleAck; SessionOpened"
    WRITE_PREAMBLE = "Version, Mode, Via, KnownEncoding, PreambleEnd"
    WRITE_UPGRADE_REQUEST = "Version, Mode, Via, KnownEncoding, UpgradeRequest"
    WRITE_PREAMBLE_END = "PreambleEnd"
    REPORT_UPGRADE = "UpgradeAccepted"
    REPORT_OPEN = "SessionOpened"
    REPORT_ENVELOPE = "EnvelopeReceived"
    REPORT_END = "EndReceived"
    REPORT_FAULT = "FaultReceived"
    ANSWER_FAULT = "End; FaultReceived"
    WRITE_ENVELOPE = "SizedEnvelope"
    WRITE_END = "End"
    WRITE_FAULT = "Fault"
    REPORT_SESSION_END = "SessionEnded"
    REPORT_CLOSE = "ConnectionClosed"
    REPORT_DRAINED = "Drained"


Table: TypeAlias = Mapping[tuple[State, RecordType | Step], tuple[Action, State]]


def _session(first: State) -> dict[tuple[State, RecordType | Step], tuple[Action, State]]:
    """The rows that both roles have: the open session, its end, and what comes after.

    Args:
        first: The state in which the role's next session begins.
    """
    return {
        (State.OPENED, RecordType.SIZED_ENVELOPE): (Action.REPORT_ENVELOPE, State.OPEN),
        (State.OPENED, RecordType.END): (Action.REPORT_END, State.PEER_ENDED),
        (State.OPENED, Step.SEND_ENVELOPE): (Action.WRITE_ENVELOPE, State.OPENED),
        (State.OPENED, Step.SEND_END): (Action.WRITE_END, State.LOCAL_ENDED),
        (State.OPEN, RecordType.SIZED_ENVELOPE): (Action.REPORT_ENVELOPE, State.OPEN),
        (State.OPEN, RecordType.END): (Action.REPORT_END, State.PEER_ENDED),
        (State.OPEN, Step.SEND_ENVELOPE): (Action.WRITE_ENVELOPE, State.OPEN),
        (State.OPEN, Step.SEND_END): (Action.WRITE_END, State.LOCAL_ENDED),
        (State.OPEN, Step.EOF): (Action.REPORT_CLOSE, State.CLOSED),
        (State.PEER_ENDED, Step.SEND_ENVELOPE): (Action.WRITE_ENVELOPE, State.PEER_ENDED),
        (State.PEER_ENDED, Step.SEND_END): (Action.WRITE_END, State.ENDED),
        (State.PEER_ENDED, Step.EOF): (Action.REPORT_CLOSE, State.CLOSED),
        (State.LOCAL_ENDED, RecordType.SIZED_ENVELOPE): (
            Action.REPORT_ENVELOPE,
            State.LOCAL_ENDED,
        ),
        (State.LOCAL_ENDED, RecordType.END): (Action.REPORT_END, State.ENDED),
        (State.LOCAL_ENDED, RecordType.FAULT): (Action.REPORT_FAULT, State.CLOSED),
        (State.LOCAL_ENDED, Step.EOF): (Action.REPORT_CLOSE, State.CLOSED),
        (State.ENDED, Step.NEXT_SESSION): (Action.REPORT_SESSION_END, first),
        (first, Step.TAKE_TRAILING): (Action.NOTHING, first),
        (first, Step.EOF): (Action.REPORT_CLOSE, State.CLOSED),
        (State.UPGRADING, Step.TAKE_TRAILING): (Action.NOTHING, State.UPGRADING),
    }


SERVER: Final[Table] = {
    (State.VERSION, RecordType.VERSION): (Action.CHECK_VERSION, State.MODE),
    (State.MODE, RecordType.MODE): (Action.CHECK_MODE, State.VIA),
    (State.VIA, RecordType.VIA): (Action.CHECK_VIA, State.ENCODING),
    (State.ENCODING, RecordType.KNOWN_ENCODING): (Action.CHECK_ENCODING, State.UPGRADE),
    (State.ENCODING, RecordType.EXTENSIBLE_ENCODING): (Action.CHECK_ENCODING, State.UPGRADE),
    (State.UPGRADE, RecordType.UPGRADE_REQUEST): (Action.ACCEPT_UPGRADE, State.UPGRADING),
    (State.UPGRADE, RecordType.PREAMBLE_END): (Action.OPEN_PLAIN, State.OPENED),
    (State.UPGRADING, Step.COMPLETE_UPGRADE): (Action.NOTHING, State.UPGRADED),
    (State.UPGRADED, RecordType.UPGRADE_REQUEST): (Action.REFUSE_UPGRADE, State.UPGRADED),
    (State.UPGRADED, RecordType.PREAMBLE_END): (Action.OPEN_UPGRADED, State.OPENED),
    **_session(State.VERSION),
    (State.OPENED, RecordType.FAULT): (Action.REPORT_FAULT, State.CLOSED),
    (State.OPEN, RecordType.FAULT): (Action.REPORT_FAULT, State.CLOSED),
    # A fault may stand wherever our side has not said End and octets are ours to write.
    **{
        (state, Step.SEND_FAULT): (Action.WRITE_FAULT, State.DRAINING)
        for state in (
            State.VERSION,
            State.MODE,
            State.VIA,
            State.ENCODING,
            State.UPGRADE,
            State.UPGRADED,
            State.OPENED,
            State.OPEN,
            State.PEER_ENDED,
        )
    },
    (State.DRAINING, Step.DRAIN_LIMIT): (Action.REPORT_DRAINED, State.CLOSED),
    (State.DRAINING, Step.EOF): (Action.REPORT_DRAINED, State.CLOSED),
}
"""The receiver of [MC-NMF] 3.3 in Duplex mode, checks in WCF's order."""

CLIENT: Final[Table] = {
    (State.CONNECTED, Step.SEND_PREAMBLE): (Action.WRITE_PREAMBLE, State.PREAMBLE_ACK),
    (State.CONNECTED, Step.REQUEST_UPGRADE): (
        Action.WRITE_UPGRADE_REQUEST,
        State.UPGRADE_RESPONSE,
    ),
    (State.UPGRADE_RESPONSE, RecordType.UPGRADE_RESPONSE): (
        Action.REPORT_UPGRADE,
        State.UPGRADING,
    ),
    (State.UPGRADE_RESPONSE, RecordType.FAULT): (Action.REPORT_FAULT, State.CLOSED),
    (State.UPGRADING, Step.COMPLETE_UPGRADE): (Action.WRITE_PREAMBLE_END, State.PREAMBLE_ACK),
    (State.PREAMBLE_ACK, RecordType.PREAMBLE_ACK): (Action.REPORT_OPEN, State.OPENED),
    (State.PREAMBLE_ACK, RecordType.FAULT): (Action.REPORT_FAULT, State.CLOSED),
    **_session(State.CONNECTED),
    # WCF's client says End to a fault in an open session, and only then complains.
    (State.OPENED, RecordType.FAULT): (Action.ANSWER_FAULT, State.CLOSED),
    (State.OPEN, RecordType.FAULT): (Action.ANSWER_FAULT, State.CLOSED),
}
"""The initiator of [MC-NMF] 3.2 in Duplex mode. It never sends a fault: its grammar has none."""
