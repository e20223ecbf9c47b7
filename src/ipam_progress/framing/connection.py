"""What both ends of a framing connection have in common, sans-IO: octets in, events out.

`ServerConnection` and `ClientConnection` derive from `Connection`. It keeps the octets that have
come, finds the records in them, looks up in the role's table (`automaton`) what is to be done, and
collects the octets that are to go. It knows no socket, no time, and nothing of what envelopes hold.

How it is driven:

    connection.receive_data(octets)         # or receive_eof()
    while (event := connection.next_event()) is not None:
        ...                                 # may call send_envelope(), send_end(), ...
    transport.write(connection.data_to_send())

`next_event` raises `FramingError` when the peer breaks the rules, and never anything else on
account of what has come. If WCF sends a fault for it, the error's `fault` says which, the Fault
record is in `data_to_send()` already and the connection is `State.DRAINING`: send it, close the
sending side of the transport, go on giving in what comes, and close on `Drained` (or after a time
of your choice). Otherwise the connection is `State.FAILED`: close the transport at once. Methods
whose names begin with ``send_`` raise `LocalProtocolError` where the protocol does not allow them,
and change nothing then.

After `SessionEnded` the connection begins its next session with the octets that had come before.
"""

from collections.abc import Callable, Mapping
from typing import ClassVar

from ipam_progress.errors import FramingError, LocalProtocolError
from ipam_progress.framing.automaton import Action, State, Step, Table
from ipam_progress.framing.events import (
    ConnectionClosed,
    Drained,
    EndReceived,
    EnvelopeReceived,
    Event,
    FaultReceived,
    SessionEnded,
)
from ipam_progress.framing.records import (
    RECORD_CLASSES,
    EndRecord,
    FaultRecord,
    Limits,
    Record,
    RecordType,
    SizedEnvelopeRecord,
    record_end,
)
from ipam_progress.framing.sizes import decode_size, envelope_header

__all__ = ["Connection"]

# Looking a member up in its class costs more than comparing with it, and these are looked at for
# every envelope.
_OPEN = State.OPEN
_DEAF = frozenset({State.CLOSED, State.FAILED})
_HOLDING = frozenset({State.PEER_ENDED, State.UPGRADING})

_REFUSALS = {
    State.PREAMBLE_ACK: ": the server refuses the session and does not say why",
    State.UPGRADE_RESPONSE: ": the server refuses the upgrade and does not say why",
}
"""What it means when the peer closes the connection here."""

_HINTS = {
    0x14: " (an [MS-NNS] handshake that was not asked for?)",
    0x15: " (an [MS-NNS] or TLS error?)",
    0x16: " (a TLS or [MS-NNS] handshake that was not asked for?)",
    **dict.fromkeys(b"DGHOPh", " (is the peer speaking HTTP?)"),
}
"""What an octet that begins no record may be the beginning of."""


class Connection:
    """One end of a connection, over all the sessions that it carries."""

    __slots__ = (
        "_buffer",
        "_drained",
        "_eof",
        "_limits",
        "_needed",
        "_outgoing",
        "_position",
        "_state",
    )

    _table: ClassVar[Table]
    _first_state: ClassVar[State]
    _handlers: ClassVar[Mapping[Action, Callable[..., Event | None]]]

    def __init_subclass__(cls) -> None:
        # What an action does is the method of its name; it gets the record, or what a step of
        # ours was given.
        actions = {action for action, _ in cls._table.values()}
        cls._handlers = {action: getattr(cls, f"_{action.name.lower()}") for action in actions}

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._state = self._first_state
        # What has come and was not read: `bytes` from _position on while records are taken from
        # it, a `bytearray` that begins with a record while the rest of that record is waited for.
        # So whole records are cut straight from the octets that the transport gave, a long
        # envelope is copied as often in a thousand pieces as in two, and nothing stays allocated
        # once it has been read.
        self._buffer: bytes | bytearray = b""
        self._position = 0
        self._needed = 0  # how long the bytearray must be before it is looked at again
        self._eof = False
        self._drained = 0
        self._outgoing: list[bytes] = []

    @property
    def state(self) -> State:
        """Where the connection stands."""
        return self._state

    # --- What comes ------------------------------------------------------------------------------

    def receive_data(self, data: bytes) -> None:
        """Take octets that have come; call `next_event` until it gives None afterwards.

        Octets are ignored once the connection is closed or has failed.

        Raises:
            LocalProtocolError: If the end of the stream was reported before.
        """
        if self._eof:
            raise LocalProtocolError("receive_data() after receive_eof(): the stream has ended")
        buffer = self._buffer
        if len(buffer) == self._position:
            self._buffer = data
            self._position = 0
        elif type(buffer) is bytearray:
            buffer += data
        else:
            buffer = self._keep()
            buffer += data
        if self._state in _DEAF:
            self._forget()

    def receive_eof(self) -> None:
        """Take notice that the peer sends no more; call `next_event` afterwards."""
        self._eof = True

    def next_event(self) -> Event | None:
        """Give the next thing that has happened, or None until more octets have come.

        Raises:
            FramingError: If the peer broke the rules; see the head of this module for what to do.
        """
        try:
            # Envelopes in an open session are nearly all that ever comes, so they have a way of
            # their own; whatever is unusual about one is left to _read.
            if self._state is _OPEN:
                buffer = self._buffer
                start = self._position + 3
                if type(buffer) is bytes and start <= len(buffer) and buffer[start - 3] == 0x06:
                    size = buffer[start - 2]
                    if size < 0x80:
                        start -= 1
                    elif (high := buffer[start - 1]) < 0x80:
                        size += (high << 7) - 0x80
                    else:
                        size, start = decode_size(buffer, start - 2) or (0, start)
                    end = start + size
                    if 0 < size <= self._limits.envelope and end <= len(buffer):
                        self._position = end
                        return EnvelopeReceived(buffer[start:end])
            return self._read()
        except FramingError as error:
            self._fail(error)
            raise

    def take_trailing(self) -> bytes:
        """Take back the octets that have come and were not read, for the layer they belong to.

        After `UpgradeRequested` and `UpgradeAccepted` they are the beginning of the handshake.
        After `SessionEnded` they begin the next session if left alone; but if they came over an
        upgraded stream, which ended with the session, no peer has reason to send any.
        """
        self._step(Step.TAKE_TRAILING)
        trailing = bytes(memoryview(self._buffer)[self._position :])
        self._forget()
        return trailing

    def complete_upgrade(self) -> None:
        """Go on with the session: from now on, octets are those of the upgraded stream.

        Raises:
            LocalProtocolError: If no upgrade is under way, or if octets that came before it is
                complete were not taken: they are not protected by it, and must not be read as if
                they were.
        """
        if self._state is State.UPGRADING and len(self._buffer) > self._position:
            raise LocalProtocolError(
                "complete_upgrade() while octets of the bare stream are buffered:"
                " hand take_trailing() to the upgrade first"
            )
        self._step(Step.COMPLETE_UPGRADE)

    # --- What goes -------------------------------------------------------------------------------

    def send_envelope(self, octets: bytes) -> None:
        """Send an envelope, one encoded SOAP message, [MC-NMF] 2.2.4.1.

        Raises:
            LocalProtocolError: If no session is open, our End was sent, or `octets` is empty.
        """
        if self._state is _OPEN:
            outgoing = self._outgoing
            outgoing.append(envelope_header(len(octets)))
            outgoing.append(octets)
        else:
            self._step(Step.SEND_ENVELOPE, octets)

    def send_end(self) -> None:
        """Say that we send no more envelopes in this session, [MC-NMF] 2.2.3.9.

        If the peer has said so before, the session is over, and the next event is `SessionEnded`.

        Raises:
            LocalProtocolError: If no session is open, or our End was sent.
        """
        self._step(Step.SEND_END)

    def data_to_send(self) -> bytes:
        """Give the octets that are to go to the peer, and forget them."""
        outgoing = self._outgoing
        if not outgoing:
            return b""
        data = b"".join(outgoing)
        outgoing.clear()
        return data

    # --- The machine -----------------------------------------------------------------------------

    def _step(self, step: Step, argument: object = None) -> Event | None:
        """Do what the table has for a step of ours, or of the transport."""
        transition = self._table.get((self._state, step))
        if transition is None:
            raise LocalProtocolError(self._not_allowed(step))
        return self._perform(transition, argument)

    def _perform(self, transition: tuple[Action, State], argument: object) -> Event | None:
        action, next_state = transition
        event = self._handlers[action](self, argument)
        self._state = next_state
        return event

    def _fail(self, error: FramingError) -> None:
        """Go where a broken rule leads, and leave `fault` in the error only if it was sent."""
        if error.fault is not None and (self._state, Step.SEND_FAULT) in self._table:
            self._step(Step.SEND_FAULT, error.fault)
        else:
            error.fault = None
            self._state = State.FAILED
            self._forget()

    def _read(self) -> Event | None:
        """Take records until one gives an event, or the octets are used up."""
        while True:
            state = self._state
            if state is State.ENDED:
                return self._step(Step.NEXT_SESSION)
            if state in _DEAF:
                self._forget()
                return None
            if state in _HOLDING:
                return self._hold()
            if state is State.DRAINING:
                return self._drain()
            buffer = self._buffer
            if isinstance(buffer, bytearray):
                if len(buffer) < self._needed and not self._eof:
                    return None
                buffer = self._buffer = bytes(buffer)
            position = self._position
            if position == len(buffer):
                self._forget()
                return self._end_of_stream() if self._eof else None
            record_type = self._due(buffer[position])
            end = record_end(buffer, position, self._limits)
            if end > len(buffer):
                self._wait(record_type, end - position)
                return None
            record = RECORD_CLASSES[record_type].parse(buffer[position:end])
            self._position = end
            event = self._perform(self._table[state, record_type], record)
            if event is not None:
                return event

    def _due(self, octet: int) -> RecordType:
        """Check that a record of this type may come now, before anything else is read of it."""
        if octet in RECORD_CLASSES:
            record_type = RecordType(octet)
            if (self._state, record_type) in self._table:
                return record_type
            what = f"a {record_type.title} record"
        else:
            what = f"the octet 0x{octet:02X}, which begins no record{_HINTS.get(octet, '')},"
        due = [
            key.title
            for state, key in self._table
            if state is self._state and isinstance(key, RecordType)
        ]
        raise FramingError(
            f"{what} came while {self._state.value}; due was {' or '.join(due) or 'nothing'}"
        )

    def _wait(self, record_type: RecordType, needed: int) -> None:
        """Keep the beginning of a record until `needed` octets of it have come."""
        if self._eof:
            raise FramingError(
                f"the connection was closed in the middle of a {record_type.title} record"
            )
        self._keep()
        self._needed = needed

    def _keep(self) -> bytearray:
        """Make the buffer one that grows, and begin it with what is not read yet."""
        self._buffer = kept = bytearray(memoryview(self._buffer)[self._position :])
        self._position = self._needed = 0
        return kept

    def _forget(self) -> None:
        self._buffer = b""
        self._position = 0

    def _hold(self) -> Event | None:
        """Leave what has come unread: it belongs to the handshake, or to the next session."""
        held = len(self._buffer) - self._position
        if held > self._limits.held:
            raise FramingError(
                f"{held} octets came while {self._state.value}; {self._limits.held} are kept"
            )
        return self._end_of_stream() if self._eof else None

    def _drain(self) -> Event | None:
        """Swallow what has come."""
        self._drained += len(self._buffer) - self._position
        self._forget()
        if self._drained > self._limits.drain:
            return self._step(Step.DRAIN_LIMIT)
        return self._end_of_stream() if self._eof else None

    def _end_of_stream(self) -> Event | None:
        """Judge whether the peer may close the connection where it did."""
        transition = self._table.get((self._state, Step.EOF))
        if transition is None:
            hint = _REFUSALS.get(self._state, "")
            raise FramingError(f"the connection was closed while {self._state.value}{hint}")
        return self._perform(transition, None)

    def _not_allowed(self, step: Step) -> str:
        allowed = [
            key.value
            for state, key in self._table
            if state is self._state and isinstance(key, Step) and key.is_ours
        ]
        return (
            f"{step.value} is not allowed while {self._state.value};"
            f" allowed now: {', '.join(allowed) or 'nothing'}"
        )

    # --- Actions that both roles have ------------------------------------------------------------

    def _nothing(self, _: object) -> None:
        """Only the state changes."""

    def _report_envelope(self, record: SizedEnvelopeRecord) -> Event:
        return EnvelopeReceived(record.payload)

    def _report_end(self, _: EndRecord) -> Event:
        return EndReceived()

    def _report_fault(self, record: FaultRecord) -> Event:
        return FaultReceived(record.uri)

    def _report_session_end(self, _: None) -> Event:
        return SessionEnded()

    def _report_close(self, _: None) -> Event:
        return ConnectionClosed()

    def _report_drained(self, _: None) -> Event:
        return Drained(self._drained, complete=self._drained <= self._limits.drain)

    def _write_envelope(self, octets: bytes) -> None:
        self._outgoing += (envelope_header(len(octets)), octets)

    def _write_end(self, _: None) -> None:
        self._write(EndRecord())

    def _write(self, *records: Record) -> None:
        self._outgoing += [record.serialize() for record in records]
