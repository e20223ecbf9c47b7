"""Recorded octets as text for people: the records of [MC-NMF] and the messages inside them.

One `StreamTranscript` reads one direction of one connection, whichever role sent it, over all its
sessions. Damage is part of what is to be seen: it is told with its offset, after everything that
could be read before it, and is never an exception. Knows no files and no contracts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import fields
from enum import IntEnum
from textwrap import wrap
from typing import Final

from ipam_progress.binaryxml import END, Decoder, Quotas, StartElement, Token, decode_document
from ipam_progress.binaryxml.xml_text import to_text
from ipam_progress.cli.text import printable
from ipam_progress.errors import BinaryXmlError, EnvelopeError, FramingError
from ipam_progress.framing.records import (
    RECORD_CLASSES,
    ExtensibleEncodingRecord,
    KnownEncoding,
    KnownEncodingRecord,
    Limits,
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
from ipam_progress.framing.sizes import MAX_SIZE, decode_size
from ipam_progress.soap import read_message

__all__ = ["StreamTranscript"]

# A recording lies here already: what a peer could make us spend is no question any more.
_LIMITS: Final = Limits(
    via=MAX_SIZE, content_type=MAX_SIZE, upgrade=MAX_SIZE, fault=MAX_SIZE, envelope=MAX_SIZE
)
_QUOTAS: Final = Quotas(
    max_depth=1024,
    max_string=MAX_SIZE,
    max_attributes=4096,
    max_namespaces=4096,
    max_elements=1 << 24,
)

_WITH_SESSION: Final = (KnownEncoding.BINARY_SESSION, "application/soap+msbinsession1")
_WITHOUT_SESSION: Final = (KnownEncoding.BINARY, "application/soap+msbin1")

_INDENT: Final = "    "
_WIDTH: Final = 100


class StreamTranscript:
    """Reads one direction of a connection, piece by piece.

    Attributes:
        damaged: Whether something could not be read.

    Args:
        sender: What stands before each record: who sent it.
    """

    def __init__(self, sender: str) -> None:
        self.damaged = False
        self._sender = sender
        self._buffer = b""  # what is not read yet, from _position on
        self._position = 0
        self._offset = 0  # of the buffer's first octet in the stream
        self._over: str | None = None  # why the rest is not read
        self._encoding: int | str = KnownEncoding.BINARY_SESSION
        self._decoder = Decoder(_QUOTAS, table_limit=MAX_SIZE)

    def feed(self, octets: bytes) -> Iterator[str]:
        """Read octets that follow those before; give the lines for all records they complete."""
        self._offset += self._position
        self._buffer = self._buffer[self._position :] + octets
        self._position = 0
        while self._position < len(self._buffer) and self._over is None:
            start = self._position
            try:
                end = record_end(self._buffer, start, _LIMITS)
                if end > len(self._buffer):
                    return
                record = RECORD_CLASSES[self._buffer[start]].parse(self._buffer[start:end])
            except FramingError as error:
                yield from self._damage(self._offset + start, str(error))
                self._over = "after the damage"
                return
            self._position = end
            yield from self._record(record, self._offset + start, self._offset + end)

    def finish(self) -> Iterator[str]:
        """Give the lines for what is left at the end of the stream."""
        left = self._buffer[self._position :]
        offset = self._offset + self._position
        if not left:
            return
        if self._over is not None:
            yield self._line(offset, f"{len(left)} octets {self._over}: not read")
            return
        record_type = RecordType(left[0])
        yield self._line(offset, f"{record_type.title}, of which the end is missing")
        sized = decode_size(left, 1)
        if record_type is RecordType.SIZED_ENVELOPE and sized is not None:
            yield from self._envelope(left[sized[1] :], offset + sized[1])
        yield from self._damage(
            offset + len(left), f"the stream ends within a {record_type.title} record"
        )

    def _damage(self, offset: int, reason: str) -> Iterator[str]:
        self.damaged = True
        yield self._line(offset, f"damaged at octet {offset}: {printable(reason)}")

    def _line(self, offset: int, text: str) -> str:
        return f"{self._sender} {offset:>7}  {text}"

    def _record(self, record: Record, start: int, end: int) -> Iterator[str]:
        title = record.record_type.title
        if isinstance(record, SizedEnvelopeRecord | UnsizedEnvelopeRecord):
            payload = record.payload
            yield self._line(start, f"{title} of {len(payload)} octets")
            # the chunks of an unsized envelope leave no single place to count from
            yield from self._envelope(payload, end - len(payload))
            return
        yield self._line(start, title + _fields(record))
        if isinstance(record, VersionRecord | PreambleAckRecord):  # a session begins
            self._decoder = Decoder(_QUOTAS, table_limit=MAX_SIZE)
        elif isinstance(record, KnownEncodingRecord):
            self._encoding = record.encoding
        elif isinstance(record, ExtensibleEncodingRecord):
            self._encoding = record.content_type.lower()
        elif isinstance(record, UpgradeRequestRecord):
            self._over = f"protected by {printable(record.protocol)}"
        elif isinstance(record, UpgradeResponseRecord):
            self._over = "protected by the upgrade"

    def _envelope(self, payload: bytes, offset: int) -> Iterator[str]:
        """Show a message; one that is broken, or cut off, up to the damage."""
        tokens: Sequence[Token]
        broken: BinaryXmlError | None = None
        try:
            if self._encoding in _WITH_SESSION:
                tokens = self._decoder.decode(payload)
            elif self._encoding in _WITHOUT_SESSION:
                tokens = decode_document(payload, quotas=_QUOTAS)
            else:
                yield f"{_INDENT}its encoding is not binary XML: {payload[:400]!r}"
                return
        except BinaryXmlError as error:
            broken, tokens = error, error.tokens
        if self._encoding in _WITH_SESSION and (strings := self._decoder.strings):
            yield f"{_INDENT}{len(strings)} strings added:"
            listed = ", ".join(repr(string) for string in strings)
            yield from wrap(
                listed,
                _WIDTH,
                initial_indent=_INDENT * 2,
                subsequent_indent=_INDENT * 2,
                break_long_words=False,
                break_on_hyphens=False,
            )
        try:
            yield f"{_INDENT}Action {printable(read_message(tokens).action)}"
        except EnvelopeError as error:
            if broken is None:
                yield f"{_INDENT}no SOAP message: {printable(str(error))}"
        for line in _document_lines(tokens):
            yield _INDENT + line
        if broken is not None:
            yield from self._damage(offset + (broken.offset or 0), f"in this message, {broken}")


def _fields(record: Record) -> str:
    """Give the fields of a record as text; the names of known numbers beside them."""
    shown = ""
    for field in fields(record):  # type: ignore[arg-type]  # every record is a dataclass
        value = getattr(record, field.name)
        if isinstance(value, IntEnum):
            value = f"{int(value)} ({value.name})"
        shown += f" {field.name}={printable(str(value))}"
    return shown


def _document_lines(tokens: Sequence[Token]) -> Iterator[str]:
    """Give a document as indented XML; the elements of one that breaks off are closed."""
    depth = sum(1 if isinstance(token, StartElement) else -(token is END) for token in tokens)
    for line in to_text([*tokens, *[END] * depth], indent=True).split("\n"):
        yield printable(line)
