"""One connection as a third party sees it: octets of both sides in, what they say out.

A `Conversation` reads what either side sent over all the sessions of a connection: the records of
[MC-NMF], the messages in them, the handshake of a stream upgrade, and what that protects where it
can be opened. It enforces nothing: a record that is not due is shown like any other, as it is what
somebody looks for. Damage ends the side it is in, up to the next session that can be recognized,
and is never an exception.

Which layer a side's next octets belong to is its `_Layer`, told for both sides by the records and
handshake messages of both; `_layers` has what reads each. Messages of a handshake are taken in
turns, so it does not matter in which order the octets of the two sides are given. Knows no files,
no packets and no contracts.
"""

from collections import deque
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, ClassVar, Final

from ipam_progress.errors import FramingError, SecurityError
from ipam_progress.framing import KnownEncoding, Limits
from ipam_progress.framing.records import (
    RECORD_CLASSES,
    EndRecord,
    ExtensibleEncodingRecord,
    KnownEncodingRecord,
    PreambleAckRecord,
    Record,
    RecordType,
    SizedEnvelopeRecord,
    UnsizedEnvelopeRecord,
    UpgradeRequestRecord,
    UpgradeResponseRecord,
    VersionRecord,
    record_end,
)
from ipam_progress.framing.sizes import decode_size
from ipam_progress.inspection.envelopes import ENVELOPE_LIMIT, EnvelopeReader
from ipam_progress.inspection.events import (
    DamageFound,
    EnvelopeRead,
    Event,
    HandshakeEnded,
    HandshakeMessageRead,
    OctetsSkipped,
    ProtectedMessageRead,
    RecordRead,
    Side,
    StreamEnded,
)
from ipam_progress.inspection.octet_queue import OctetQueue
from ipam_progress.security.accounts import AccountLookup
from ipam_progress.security.mechanism import ProtectionLevel
from ipam_progress.security.negotiate import (
    DATA_LIMIT,
    HEADER_SIZE,
    NEGOTIATE,
    SIZE_SIZE,
    MessageId,
    read_header,
    read_status,
    spell_status,
)
from ipam_progress.security.tls import SSL_TLS
from ipam_progress.security.witness import Opener, Witness

__all__ = ["Conversation", "begins_session"]

_TEXT_LIMIT: Final = 65_536
_LIMITS: Final = Limits(
    via=_TEXT_LIMIT,
    content_type=_TEXT_LIMIT,
    upgrade=_TEXT_LIMIT,
    fault=_TEXT_LIMIT,
    envelope=ENVELOPE_LIMIT,
)

_PREAMBLE: Final = bytes((RecordType.VERSION, 1, 0, RecordType.MODE))
"""What every session of version 1.0 begins with, but for the mode and the Via behind it."""

_ANSWERS: Final = frozenset({RecordType.UPGRADE_RESPONSE, RecordType.PREAMBLE_ACK})
"""What a server begins a session with."""

_MESSAGE_IDS: Final = frozenset(MessageId)

_TLS_HEADER_SIZE: Final = 5
_TLS_LIMIT: Final = 0x4000 + 2048
_TLS_TYPES: Final = {
    0x14: "TLS ChangeCipherSpec",
    0x15: "TLS Alert",
    0x16: "TLS Handshake",
    0x17: "TLS ApplicationData",
}


def begins_session(octets: bytes | bytearray) -> bool:
    """Tell whether octets are the beginning of a client's preamble, as far as it is always so."""
    return octets.startswith(_PREAMBLE) and octets[5:6] in {b"", bytes((RecordType.VIA,))}


class _Layer(Enum):
    """What the next octets of a side belong to."""

    RECORDS = "records of the framing layer, in the clear"
    UPGRADE = "an upgrade that the client has not been heard to ask for"
    HANDSHAKE = "the handshake of application/negotiate"
    DATA = "data messages of application/negotiate"
    TLS = "records of TLS"
    LOST = "nothing that is known"


_WAITING: Final = frozenset({_Layer.UPGRADE, _Layer.HANDSHAKE})
"""Where octets of a side may have to wait for those of the other one."""


class _Side:
    """What is kept for one side of a connection."""

    def __init__(self) -> None:
        self.layer = _Layer.RECORDS
        self.received = 0  # octets, those that are missing in the capture included
        self.queue = OctetQueue()
        self.opened = OctetQueue()  # what data messages held
        self.opener: Opener | None = None
        self.is_framed: bool | None = None  # whether data messages come; None until it is known
        self.envelopes = EnvelopeReader()
        self.missing = 0  # octets of a record that is given up, and that are still to come
        self.skipped = 0
        self.skipped_from = 0
        self.reason = ""  # why octets are skipped


class Conversation:
    """Reads one connection.

    Octets may be given in pieces of any size; what each completes is given back at once. After the
    last of them `finish` tells of what is left.

    Args:
        connection: Its number, which all its events have.
        accounts: The accounts whose NTLM sessions are to be opened; None if there are none.
    """

    def __init__(self, connection: int = 1, accounts: AccountLookup | None = None) -> None:
        self._connection = connection
        self._accounts = accounts
        self._sides = {side: _Side() for side in Side}
        self._encoding: int | str = KnownEncoding.BINARY_SESSION
        self._upgrades: deque[str] = deque()  # what the client has asked for, to be answered
        self._witness: Witness | None = None
        self._turn = Side.CLIENT
        self._time: float | None = None
        self._events: list[Event] = []

    def receive(self, side: Side, octets: bytes, time: float | None = None) -> list[Event]:
        """Take octets that a side sent, and give what they complete."""
        state = self._sides[side]
        self._time = time
        offset = state.received
        state.received += len(octets)
        if state.missing:
            given_up = min(state.missing, len(octets))
            state.missing -= given_up
            octets, offset = octets[given_up:], offset + given_up
        if state.layer is _Layer.LOST and self._resumes(side, octets):
            self._tell_skipped(side)
            state.layer = _Layer.RECORDS
        if state.layer is _Layer.LOST:
            self._skip(state, offset, len(octets))
        else:
            state.queue.append(octets, offset)
        self._advance()
        if state.layer in _WAITING and len(state.queue) > ENVELOPE_LIMIT:
            self._lose_track(side, f"the {side.other.value} was not heard to answer")
        return self._take_events()

    def lose(self, side: Side, size: int, time: float | None = None) -> list[Event]:
        """Take notice that octets which a side sent are missing in the capture."""
        state = self._sides[side]
        self._time = time
        offset = state.received
        state.received += size
        rest = state.missing or self._rest_of_record(state)
        if rest >= size:
            if not state.missing:
                self._leave(side, f"{size} octets are missing in the capture")
            state.missing = rest - size
        elif state.layer is not _Layer.LOST:
            state.missing = 0
            self._tell(DamageFound, side, offset, reason=f"{size} octets are missing here")
            self._lose_track(side, "after what is missing")
        return self._take_events()

    def close(self, side: Side, how: str, time: float | None = None) -> list[Event]:
        """Take notice that a side sends no more.

        Args:
            side: Which.
            how: In what way: ``FIN``, ``RST``.
            time: Seconds since 1970.
        """
        self._time = time
        state = self._sides[side]
        if state.layer not in _WAITING:
            self._leave(side, "the stream ends")
        self._tell(StreamEnded, side, state.received, how=how)
        return self._take_events()

    def finish(self) -> list[Event]:
        """Tell of what is left when no more octets will come from either side."""
        for side in Side:
            self._leave(side, "the stream ends")
            self._tell_skipped(side)
        return self._take_events()

    # --- Telling ---------------------------------------------------------------------------------

    def _tell(self, kind: Callable[..., Event], side: Side, offset: int, **content: Any) -> None:
        self._events.append(
            kind(connection=self._connection, side=side, offset=offset, time=self._time, **content)
        )

    def _take_events(self) -> list[Event]:
        events, self._events = self._events, []
        return events

    # --- The layers ------------------------------------------------------------------------------

    def _advance(self) -> None:
        """Read all there is; what one side says may be what the other one has waited for."""
        is_further = True
        while is_further:
            is_further = False
            for side in Side:
                is_further |= self._advance_side(side)

    def _advance_side(self, side: Side) -> bool:
        state = self._sides[side]
        is_further = False
        while self._layers[state.layer](self, side, state):
            is_further = True
        return is_further

    def _read_records(self, side: Side, state: _Side) -> bool:
        return self._read_record(side, state.queue)

    def _read_record(self, side: Side, queue: OctetQueue) -> bool:
        """Read a record, if a whole one is there."""
        if not queue or len(queue) < queue.needed:
            return False
        octets = queue.octets
        try:
            end = record_end(octets, 0, _LIMITS)
            if end > len(octets):
                queue.needed = end
                return False
            record = RECORD_CLASSES[octets[0]].parse(bytes(memoryview(octets)[:end]))
        except FramingError as error:
            self._damage(side, queue.offset_of(0), str(error))
            return False
        self._record(side, queue, record, end)
        return True

    def _record(self, side: Side, queue: OctetQueue, record: Record, end: int) -> None:
        state = self._sides[side]
        if isinstance(record, SizedEnvelopeRecord | UnsizedEnvelopeRecord):
            self._envelope(side, queue, record, end)
            queue.take(end)
            return
        self._tell(RecordRead, side, queue.offset_of(0), record=record)
        queue.take(end)
        match record:
            case VersionRecord() | PreambleAckRecord():  # a session begins
                state.envelopes.begin_session()
            case KnownEncodingRecord():
                self._encoding = record.encoding
            case ExtensibleEncodingRecord():
                self._encoding = record.content_type.lower()
            case UpgradeRequestRecord():
                self._begin_upgrade(side, record.protocol)
            case UpgradeResponseRecord():
                state.layer = _Layer.UPGRADE
            case EndRecord() if state.layer is _Layer.DATA:
                # The session ends, and the upgrade with it, [MC-NMF] 3.1.1.1.5.
                state.layer = _Layer.RECORDS
                if state.opened:
                    offset, left = state.opened.offset_of(0), state.opened.clear()
                    self._tell(
                        OctetsSkipped, side, offset, size=left, reason="sealed, and behind the End"
                    )

    def _envelope(
        self,
        side: Side,
        queue: OctetQueue,
        record: SizedEnvelopeRecord | UnsizedEnvelopeRecord,
        end: int,
        *,
        missing: int = 0,
    ) -> None:
        """Tell of an envelope whose octets end at a position of the queue."""
        reader = self._sides[side].envelopes
        before = reader.table_size
        payload = record.payload
        read = reader.read(payload, self._encoding)
        self._tell(
            EnvelopeRead,
            side,
            queue.offset_of(0),
            record_type=record.record_type,
            size=len(payload),
            missing=missing,
            tokens=read.tokens,
            message=read.message,
            problem=read.problem,
            fault=read.fault,
            strings=read.strings,
            table_before=before,
        )
        if read.damage is not None:
            # The chunks of an unsized envelope leave no single place to count from.
            place = queue.offset_of(end - len(payload) + (read.damage.offset or 0))
            self._tell(DamageFound, side, place, reason=f"in this message, {read.damage}")

    # --- Upgrades --------------------------------------------------------------------------------

    def _begin_upgrade(self, side: Side, protocol: str) -> None:
        """Take notice of what the client asks for; the server's answer does not repeat it."""
        self._upgrades.append(protocol)
        if protocol == NEGOTIATE:
            self._witness = Witness(self._accounts)
            self._turn = side
        self._enter_protocol(side, protocol)

    def _enter_upgrade(self, side: Side, _: _Side) -> bool:
        """Let the server follow, once the client has been heard to ask."""
        if not self._upgrades:
            return False
        self._enter_protocol(side, self._upgrades.popleft())
        return True

    def _enter_protocol(self, side: Side, protocol: str) -> None:
        if protocol == NEGOTIATE:
            self._sides[side].layer = _Layer.HANDSHAKE
        elif protocol == SSL_TLS:
            self._sides[side].layer = _Layer.TLS
        else:
            self._lose_track(side, f"protected by {protocol}")

    def _read_handshake(self, side: Side, state: _Side) -> bool:
        """Read a message of the handshake, if it is this side's turn, [MS-NNS] 2.2.1."""
        queue, witness = state.queue, self._witness
        if witness is None:  # it is over
            state.layer = _Layer.DATA
            return True
        if self._turn is not side or len(queue) < HEADER_SIZE:
            return False
        number, size = read_header(queue.octets)
        if number not in _MESSAGE_IDS:
            self._damage(side, queue.offset_of(0), "no handshake message begins here")
            return False
        end = HEADER_SIZE + size
        if len(queue) < end:
            return False
        offset = queue.offset_of(0)
        message_id, payload = MessageId(number), queue.take(end)[HEADER_SIZE:]
        if message_id is MessageId.HANDSHAKE_ERROR:
            status = read_status(payload)
            content = "no reason given" if status is None else spell_status(status)
        else:
            content = witness.listen(payload, is_client=side is Side.CLIENT)
        self._tell(HandshakeMessageRead, side, offset, name=message_id.title, content=content)
        self._turn = side.other
        if message_id is MessageId.HANDSHAKE_ERROR:
            self._witness = None
            for each in Side:
                self._lose_track(each, "after the refusal")
        elif message_id is MessageId.HANDSHAKE_DONE and side is Side.SERVER:
            self._end_handshake(side, offset, witness)
        return True

    def _end_handshake(self, side: Side, offset: int, witness: Witness) -> None:
        """Enter the protected stream: the server is always the last to be content."""
        testimony = witness.testify()
        self._witness = None
        openers = {Side.CLIENT: testimony.open_client, Side.SERVER: testimony.open_server}
        for each, state in self._sides.items():
            state.opener = openers[each]
            state.is_framed = None if testimony.level is None else testimony.level > 0
        self._tell(
            HandshakeEnded,
            side,
            offset,
            mechanism=testimony.mechanism,
            account=testimony.account,
            protection="" if testimony.level is None else testimony.level.title,
            is_opened=testimony.open_client is not None or testimony.level is ProtectionLevel.NONE,
            reason=testimony.reason,
        )

    def _read_data(self, side: Side, state: _Side) -> bool:
        """Read a record of what was opened, or open the next data message, [MS-NNS] 2.2.2."""
        if self._read_record(side, state.opened):
            return True
        queue = state.queue
        if state.layer is _Layer.LOST:  # what was opened is damaged
            return False
        if state.is_framed is False:
            state.layer = _Layer.RECORDS
            return True
        if len(queue) < SIZE_SIZE:
            return False
        size = int.from_bytes(queue.octets[:SIZE_SIZE], "little")
        is_message = SIZE_SIZE < size <= DATA_LIMIT
        if state.is_framed is None:
            # Kerberos does not say what it agreed on. The size of a record, and there is one in
            # the second octet of any session, is no size of a data message.
            state.is_framed = is_message
        if not state.is_framed or (not is_message and self._is_new_session(side, queue)):
            state.layer = _Layer.RECORDS
            return True
        if not is_message:
            self._damage(side, queue.offset_of(0), f"a data message of {size} octets")
            return False
        end = SIZE_SIZE + size
        if len(queue) < end:
            return False
        offset = queue.offset_of(0)
        message = queue.take(end)[SIZE_SIZE:]
        if state.opener is None:
            self._tell(ProtectedMessageRead, side, offset, name="Sealed", size=size)
            return True
        try:
            state.opened.append(state.opener(message), offset, is_unsealed=True)
        except SecurityError as error:
            self._damage(side, offset, str(error))
            return False
        return True

    def _read_tls(self, side: Side, state: _Side) -> bool:
        """Read a record of TLS, [RFC 8446] 5.1; what is in it cannot be opened."""
        queue = state.queue
        if self._is_new_session(side, queue):
            state.layer = _Layer.RECORDS
            return True
        if len(queue) < _TLS_HEADER_SIZE:
            return False
        name = _TLS_TYPES.get(queue.octets[0])
        size = int.from_bytes(queue.octets[3:_TLS_HEADER_SIZE], "big")
        if name is None or queue.octets[1] != 3 or size > _TLS_LIMIT:
            self._damage(side, queue.offset_of(0), "no TLS record begins here")
            return False
        if len(queue) < _TLS_HEADER_SIZE + size:
            return False
        self._tell(ProtectedMessageRead, side, queue.offset_of(0), name=name, size=size)
        queue.take(_TLS_HEADER_SIZE + size)
        return True

    @staticmethod
    def _is_new_session(side: Side, queue: OctetQueue) -> bool:
        """Tell whether a session begins where the one before was protected and could not be read.

        No data message and no TLS record begins like one.
        """
        if side is Side.CLIENT:
            return queue.octets.startswith(_PREAMBLE)
        return queue.octets[:1] != b"" and queue.octets[0] in _ANSWERS

    # --- Damage ----------------------------------------------------------------------------------

    def _damage(self, side: Side, offset: int, reason: str) -> None:
        self._tell(DamageFound, side, offset, reason=reason)
        self._lose_track(side, "after the damage")

    def _lose_track(self, side: Side, reason: str) -> None:
        """Read no more of a side until a session begins that can be recognized."""
        state = self._sides[side]
        state.layer, state.reason = _Layer.LOST, reason
        state.opened.clear()
        offset = state.queue.offset_of(0) if state.queue else state.received
        self._skip(state, offset, state.queue.clear())

    @staticmethod
    def _skip(state: _Side, offset: int, size: int) -> None:
        if not state.skipped:
            state.skipped_from = offset
        state.skipped += size

    def _tell_skipped(self, side: Side) -> None:
        state = self._sides[side]
        if state.skipped:
            self._tell(
                OctetsSkipped, side, state.skipped_from, size=state.skipped, reason=state.reason
            )
            state.skipped = 0

    def _resumes(self, side: Side, octets: bytes) -> bool:
        """Tell whether octets begin a session on a side of which track was lost.

        A server's answer is recognized only while it is due: its first octet says very little.
        """
        if side is Side.CLIENT:
            return begins_session(octets) and octets[5:6] != b""
        client = self._sides[Side.CLIENT]
        return client.layer is not _Layer.LOST and octets[:1] != b"" and octets[0] in _ANSWERS

    @staticmethod
    def _rest_of_record(state: _Side) -> int:
        """Tell how many octets of the record that has begun are still to come, if that is known."""
        queue = state.queue
        if state.layer is not _Layer.RECORDS or not queue:
            return 0
        if queue.octets[0] != RecordType.SIZED_ENVELOPE or decode_size(queue.octets, 1) is None:
            return 0
        return record_end(queue.octets, 0, _LIMITS) - len(queue)

    def _leave(self, side: Side, why: str) -> None:
        """Tell of what a side began and does not end."""
        state = self._sides[side]
        if state.layer is _Layer.DATA and state.is_framed is None:  # too few octets to tell
            state.is_framed = False
            self._advance()
        match state.layer:
            case _Layer.RECORDS:
                self._leave_record(side, state.queue, why)
            case _Layer.DATA:
                self._leave_record(side, state.opened, why)
                self._leave_message(side, state, "a data message", why)
            case _Layer.TLS:
                self._leave_message(side, state, "a TLS record", why)
            case _Layer.HANDSHAKE | _Layer.UPGRADE:
                self._lose_track(side, "protected by the upgrade")
            case _Layer.LOST:
                pass

    def _leave_message(self, side: Side, state: _Side, name: str, why: str) -> None:
        if state.queue:
            self._damage(side, state.queue.offset_of(len(state.queue)), f"{why} within {name}")

    def _leave_record(self, side: Side, queue: OctetQueue, why: str) -> None:
        if not queue:
            return
        record_type = RecordType(queue.octets[0])
        end = len(queue)
        sized = decode_size(queue.octets, 1)
        if record_type is RecordType.SIZED_ENVELOPE and sized is not None:
            size, start = sized
            record = SizedEnvelopeRecord(bytes(queue.octets[start:]))
            self._envelope(side, queue, record, end, missing=size - len(record.payload))
        self._tell(
            DamageFound,
            side,
            queue.offset_of(end),
            reason=f"{why} within a {record_type.title} record",
        )
        queue.clear()

    def _read_nothing(self, _side: Side, _state: _Side) -> bool:
        return False

    _layers: ClassVar[Mapping[_Layer, Callable[[Any, Side, _Side], bool]]] = {
        _Layer.RECORDS: _read_records,
        _Layer.UPGRADE: _enter_upgrade,
        _Layer.HANDSHAKE: _read_handshake,
        _Layer.DATA: _read_data,
        _Layer.TLS: _read_tls,
        _Layer.LOST: _read_nothing,
    }
    """What reads the octets of a layer, and tells whether it got any further."""
