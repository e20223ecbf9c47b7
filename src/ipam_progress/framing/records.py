"""The records of [MC-NMF] 2.2, one class each.

`parse` takes the octets of exactly one record and `serialize` gives them back. Reading from a
stream goes in two steps, so that a length is judged before anything is allocated for it:
`record_end` finds where the record at a position ends and checks its size against the `Limits`
from its first octets alone; once the octets are there, `parse` reads them. This module does not
know in what order records may come, nor what is inside an envelope.
"""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import ClassVar, Final, Self

from ipam_progress.errors import FramingError, LocalProtocolError
from ipam_progress.framing import faults
from ipam_progress.framing.sizes import decode_size, encode_size

__all__ = [
    "RECORD_CLASSES",
    "EndRecord",
    "ExtensibleEncodingRecord",
    "FaultRecord",
    "KnownEncoding",
    "KnownEncodingRecord",
    "Limits",
    "Mode",
    "ModeRecord",
    "PreambleAckRecord",
    "PreambleEndRecord",
    "Record",
    "RecordType",
    "SizedEnvelopeRecord",
    "UnsizedEnvelopeRecord",
    "UpgradeRequestRecord",
    "UpgradeResponseRecord",
    "VersionRecord",
    "ViaRecord",
    "parse_record",
    "record_end",
]


class RecordType(IntEnum):
    """The first octet of a record, [MC-NMF] 2.2.1."""

    VERSION = 0x00
    MODE = 0x01
    VIA = 0x02
    KNOWN_ENCODING = 0x03
    EXTENSIBLE_ENCODING = 0x04
    UNSIZED_ENVELOPE = 0x05
    SIZED_ENVELOPE = 0x06
    END = 0x07
    FAULT = 0x08
    UPGRADE_REQUEST = 0x09
    UPGRADE_RESPONSE = 0x0A
    PREAMBLE_ACK = 0x0B
    PREAMBLE_END = 0x0C

    @property
    def title(self) -> str:
        """The record's name as messages spell it: ``SizedEnvelope``."""
        return self.name.title().replace("_", "")


class Mode(IntEnum):
    """How messages pass over the connection, [MC-NMF] 2.2.3.2."""

    SINGLETON_UNSIZED = 0x01
    DUPLEX = 0x02
    SIMPLEX = 0x03
    SINGLETON_SIZED = 0x04


class KnownEncoding(IntEnum):
    """The encodings of envelopes that have a number, [MC-NMF] 2.2.3.4.1."""

    SOAP11_UTF8 = 0x00
    SOAP11_UTF16 = 0x01
    SOAP11_UTF16LE = 0x02
    SOAP12_UTF8 = 0x03
    SOAP12_UTF16 = 0x04
    SOAP12_UTF16LE = 0x05
    SOAP12_MTOM = 0x06
    BINARY = 0x07
    BINARY_SESSION = 0x08


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a peer's octets is accepted; all counts are octets.

    The sizes of records are checked as soon as they are read, before the octets that they announce
    are waited for. Defaults are WCF's, except `envelope` (WCF: 65,536, too small for lists of
    leases) and `drain` (WCF: 65,536; draining costs no memory, and a client that sent an envelope
    a little over the limit sees its fault only if the envelope is drained).

    Attributes:
        via: A Via.
        content_type: The content type of an ExtensibleEncoding record.
        upgrade: The protocol name of an UpgradeRequest record.
        fault: The URI of a Fault record.
        envelope: An envelope.
        held: Octets kept unread while the peer must wait: after its End, before ours.
        drain: Octets swallowed after a fault was sent, before the connection is given up.
    """

    via: int = 2048
    content_type: int = 256
    upgrade: int = 256
    fault: int = 256
    envelope: int = 4 * 1024 * 1024
    held: int = 65_536
    drain: int = 8 * 1024 * 1024


# --- Records -------------------------------------------------------------------------------------


class Record(ABC):
    """What every record can do."""

    __slots__ = ()

    record_type: ClassVar[RecordType]

    @classmethod
    @abstractmethod
    def parse(cls, octets: bytes) -> Self:
        """Read the octets of one whole record, its type included.

        Raises:
            FramingError: If they are anything else than exactly one record of this type.
        """

    @abstractmethod
    def serialize(self) -> bytes:
        """Give the octets of the record, its type included.

        Raises:
            LocalProtocolError: If a field does not fit the record.
        """

    @classmethod
    def _fixed(cls, octets: bytes, length: int) -> bytes:
        """Check a record of fixed length and give its octets after the type."""
        if len(octets) != length or octets[0] != cls.record_type:
            raise FramingError(f"{octets[:8].hex(' ')!r} is no {cls.record_type.title} record")
        return octets[1:]

    @classmethod
    def _sized(cls, octets: bytes) -> bytes:
        """Check a record that carries its size and give its payload."""
        size_and_start = decode_size(octets, 1)
        if not octets or octets[0] != cls.record_type or size_and_start is None:
            raise FramingError(f"{octets[:8].hex(' ')!r} is no {cls.record_type.title} record")
        size, start = size_and_start
        if not size:
            raise FramingError(f"a {cls.record_type.title} record of size 0")
        if start + size != len(octets):
            raise FramingError(
                f"a {cls.record_type.title} record that announces {size} octets"
                f" and has {len(octets) - start}"
            )
        return octets[start:]

    @classmethod
    def _text(cls, octets: bytes) -> str:
        """Check a record that carries text and give it."""
        try:
            return cls._sized(octets).decode()
        except UnicodeDecodeError as error:
            raise FramingError(
                f"the text of a {cls.record_type.title} record is no UTF-8: {error}"
            ) from None

    def _serialize_sized(self, payload: bytes) -> bytes:
        if not payload:
            raise LocalProtocolError(f"a {self.record_type.title} record must not be empty")
        return bytes((self.record_type,)) + encode_size(len(payload)) + payload

    def _serialize_text(self, text: str) -> bytes:
        try:
            return self._serialize_sized(text.encode())
        except UnicodeEncodeError as error:
            raise LocalProtocolError(
                f"{text!r} does not fit a {self.record_type.title} record: {error}"
            ) from None

    def _serialize_octets(self, *values: int) -> bytes:
        for value in values:
            if not 0 <= value <= 0xFF:
                raise LocalProtocolError(
                    f"{value} does not fit the octet of a {self.record_type.title} record"
                )
        return bytes((self.record_type, *values))


@dataclass(frozen=True, slots=True)
class VersionRecord(Record):
    """The version of the framing protocol, the first record of all, [MC-NMF] 2.2.3.1."""

    record_type: ClassVar = RecordType.VERSION

    major: int = 1
    minor: int = 0

    @classmethod
    def parse(cls, octets: bytes) -> Self:
        """Read the octets of a Version record."""
        major, minor = cls._fixed(octets, 3)
        return cls(major, minor)

    def serialize(self) -> bytes:
        """Give the octets of the record."""
        return self._serialize_octets(self.major, self.minor)


@dataclass(frozen=True, slots=True)
class ModeRecord(Record):
    """The mode of the session, [MC-NMF] 2.2.3.2.

    Attributes:
        mode: A `Mode`; a plain number where the octet is no known one.
    """

    record_type: ClassVar = RecordType.MODE

    mode: int = Mode.DUPLEX

    @classmethod
    def parse(cls, octets: bytes) -> Self:
        """Read the octets of a Mode record."""
        return cls(_known(Mode, cls._fixed(octets, 2)[0]))

    def serialize(self) -> bytes:
        """Give the octets of the record."""
        return self._serialize_octets(self.mode)


@dataclass(frozen=True, slots=True)
class ViaRecord(Record):
    """The URI of the endpoint that the session is meant for, [MC-NMF] 2.2.3.3."""

    record_type: ClassVar = RecordType.VIA

    via: str

    @classmethod
    def parse(cls, octets: bytes) -> Self:
        """Read the octets of a Via record."""
        return cls(cls._text(octets))

    def serialize(self) -> bytes:
        """Give the octets of the record."""
        return self._serialize_text(self.via)


@dataclass(frozen=True, slots=True)
class KnownEncodingRecord(Record):
    """The encoding of the envelopes, by number, [MC-NMF] 2.2.3.4.1.

    Attributes:
        encoding: A `KnownEncoding`; a plain number where the octet is no known one.
    """

    record_type: ClassVar = RecordType.KNOWN_ENCODING

    encoding: int = KnownEncoding.BINARY_SESSION

    @classmethod
    def parse(cls, octets: bytes) -> Self:
        """Read the octets of a KnownEncoding record."""
        return cls(_known(KnownEncoding, cls._fixed(octets, 2)[0]))

    def serialize(self) -> bytes:
        """Give the octets of the record."""
        return self._serialize_octets(self.encoding)


@dataclass(frozen=True, slots=True)
class ExtensibleEncodingRecord(Record):
    """The encoding of the envelopes, by content type, [MC-NMF] 2.2.3.4.2."""

    record_type: ClassVar = RecordType.EXTENSIBLE_ENCODING

    content_type: str

    @classmethod
    def parse(cls, octets: bytes) -> Self:
        """Read the octets of an ExtensibleEncoding record."""
        return cls(cls._text(octets))

    def serialize(self) -> bytes:
        """Give the octets of the record."""
        return self._serialize_text(self.content_type)


@dataclass(frozen=True, slots=True)
class UnsizedEnvelopeRecord(Record):
    """An envelope in chunks, of singleton mode, [MC-NMF] 2.2.4.3.

    Attributes:
        chunks: The octets of each chunk; none is empty, for an empty one ends the record.
    """

    record_type: ClassVar = RecordType.UNSIZED_ENVELOPE

    chunks: tuple[bytes, ...]

    @property
    def payload(self) -> bytes:
        """The whole envelope."""
        return b"".join(self.chunks)

    @classmethod
    def parse(cls, octets: bytes) -> Self:
        """Read the octets of an UnsizedEnvelope record."""
        chunks = []
        position = 1
        while octets[:1] == b"\x05" and (sized := decode_size(octets, position)) is not None:
            size, start = sized
            position = start + size
            if size:
                chunks.append(octets[start:position])
            elif position == len(octets):
                return cls(tuple(chunks))
            else:
                break
        raise FramingError(f"{octets[:8].hex(' ')!r} is no whole UnsizedEnvelope record")

    def serialize(self) -> bytes:
        """Give the octets of the record."""
        if not all(self.chunks):
            raise LocalProtocolError("a chunk of an UnsizedEnvelope record must not be empty")
        sized = b"".join(encode_size(len(chunk)) + chunk for chunk in self.chunks)
        return b"\x05" + sized + b"\x00"


@dataclass(frozen=True, slots=True)
class SizedEnvelopeRecord(Record):
    """An envelope: one encoded SOAP message, [MC-NMF] 2.2.4.1."""

    record_type: ClassVar = RecordType.SIZED_ENVELOPE

    payload: bytes

    @classmethod
    def parse(cls, octets: bytes) -> Self:
        """Read the octets of a SizedEnvelope record."""
        return cls(cls._sized(octets))

    def serialize(self) -> bytes:
        """Give the octets of the record."""
        return self._serialize_sized(self.payload)


@dataclass(frozen=True, slots=True)
class FaultRecord(Record):
    """Why the session is over: one of the URIs in `faults`, [MC-NMF] 2.2.5."""

    record_type: ClassVar = RecordType.FAULT

    uri: str

    @classmethod
    def parse(cls, octets: bytes) -> Self:
        """Read the octets of a Fault record."""
        return cls(cls._text(octets))

    def serialize(self) -> bytes:
        """Give the octets of the record."""
        return self._serialize_text(self.uri)


@dataclass(frozen=True, slots=True)
class UpgradeRequestRecord(Record):
    """The initiator asks for a stream upgrade, [MC-NMF] 2.2.3.5.

    Attributes:
        protocol: ``application/negotiate`` or ``application/ssl-tls``.
    """

    record_type: ClassVar = RecordType.UPGRADE_REQUEST

    protocol: str

    @classmethod
    def parse(cls, octets: bytes) -> Self:
        """Read the octets of an UpgradeRequest record."""
        return cls(cls._text(octets))

    def serialize(self) -> bytes:
        """Give the octets of the record."""
        return self._serialize_text(self.protocol)


class _BareRecord(Record):
    """A record that is its type and nothing more."""

    __slots__ = ()

    @classmethod
    def parse(cls, octets: bytes) -> Self:
        """Read the one octet of the record."""
        cls._fixed(octets, 1)
        return cls()

    def serialize(self) -> bytes:
        """Give the one octet of the record."""
        return self._serialize_octets()


@dataclass(frozen=True, slots=True)
class EndRecord(_BareRecord):
    """The sender sends no more envelopes in this session, [MC-NMF] 2.2.3.9."""

    record_type: ClassVar = RecordType.END


@dataclass(frozen=True, slots=True)
class UpgradeResponseRecord(_BareRecord):
    """The receiver agrees to the stream upgrade, [MC-NMF] 2.2.3.6."""

    record_type: ClassVar = RecordType.UPGRADE_RESPONSE


@dataclass(frozen=True, slots=True)
class PreambleAckRecord(_BareRecord):
    """The receiver has accepted the session, [MC-NMF] 2.2.3.8."""

    record_type: ClassVar = RecordType.PREAMBLE_ACK


@dataclass(frozen=True, slots=True)
class PreambleEndRecord(_BareRecord):
    """The initiator has said all about the session, [MC-NMF] 2.2.3.7."""

    record_type: ClassVar = RecordType.PREAMBLE_END


def _known(kind: type[IntEnum], octet: int) -> int:
    """Give the member of `kind` with this value, or the octet itself if there is none."""
    try:
        return kind(octet)
    except ValueError:
        return octet


# --- Records in a stream -------------------------------------------------------------------------

RECORD_CLASSES: Final[Mapping[int, type[Record]]] = {
    record_class.record_type: record_class
    for record_class in (
        VersionRecord,
        ModeRecord,
        ViaRecord,
        KnownEncodingRecord,
        ExtensibleEncodingRecord,
        UnsizedEnvelopeRecord,
        SizedEnvelopeRecord,
        EndRecord,
        FaultRecord,
        UpgradeRequestRecord,
        UpgradeResponseRecord,
        PreambleAckRecord,
        PreambleEndRecord,
    )
}
"""The class of each type."""

_LENGTHS: Final[dict[int, int]] = {
    RecordType.VERSION: 3,
    RecordType.MODE: 2,
    RecordType.KNOWN_ENCODING: 2,
    RecordType.END: 1,
    RecordType.UPGRADE_RESPONSE: 1,
    RecordType.PREAMBLE_ACK: 1,
    RecordType.PREAMBLE_END: 1,
}
"""The whole length of each record that always has the same."""


def record_end(data: bytes | bytearray, position: int, limits: Limits) -> int:
    """Find where the record at `position` ends, which may be beyond the octets that are there.

    Its size is checked as soon as it can be read. While it cannot, the answer is the end of the
    octets that are needed to know more: always beyond the end of `data`.

    Raises:
        FramingError: If no record has this type, or if its size is 0 or over its limit. `fault` is
            set for an envelope over the limit: WCF sends none for the others.
    """
    octet = data[position]
    if octet in _LENGTHS:
        return position + _LENGTHS[octet]
    if octet not in RECORD_CLASSES:
        raise FramingError(f"no record has the type 0x{octet:02X}")
    record_type = RecordType(octet)
    if record_type is RecordType.UNSIZED_ENVELOPE:
        return _unsized_envelope_end(data, position + 1, limits)
    size_and_start = decode_size(data, position + 1)
    if size_and_start is None:
        return len(data) + 1
    size, start = size_and_start
    if size == 0:
        raise FramingError(f"a {record_type.title} record of size 0")
    _check_size(record_type, size, limits)
    return start + size


def _unsized_envelope_end(data: bytes | bytearray, position: int, limits: Limits) -> int:
    total = 0
    while True:
        size_and_start = decode_size(data, position)
        if size_and_start is None:
            return max(len(data), position) + 1
        size, start = size_and_start
        total += size
        _check_size(RecordType.UNSIZED_ENVELOPE, total, limits)
        if size == 0:
            return start
        position = start + size


def _check_size(record_type: RecordType, size: int, limits: Limits) -> None:
    limit, fault = limits.envelope, None
    match record_type:
        case RecordType.VIA:
            limit = limits.via
        case RecordType.EXTENSIBLE_ENCODING:
            limit = limits.content_type
        case RecordType.UPGRADE_REQUEST:
            limit = limits.upgrade
        case RecordType.FAULT:
            limit = limits.fault
        case _:
            fault = faults.MAX_MESSAGE_SIZE_EXCEEDED
    if size > limit:
        raise FramingError(
            f"a {record_type.title} record of {size} octets is over the limit of {limit}",
            fault=fault,
        )


def parse_record(
    data: bytes, position: int = 0, limits: Limits | None = None
) -> tuple[Record, int] | None:
    """Read the record at `position`.

    Args:
        data: Octets of a stream.
        position: Where the record begins; there must be at least one octet.
        limits: Its limits; the defaults if None.

    Returns:
        The record and the position after it, or None if `data` ends within it.

    Raises:
        FramingError: If the octets are no record, or one over its limit.
    """
    end = record_end(data, position, limits or _DEFAULT_LIMITS)
    if end > len(data):
        return None
    return RECORD_CLASSES[data[position]].parse(data[position:end]), end


_DEFAULT_LIMITS: Final = Limits()
