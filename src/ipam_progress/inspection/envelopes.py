"""Reading the envelopes of one side of a connection, over all its sessions, for people to see.

A message that is broken, or of which the end is missing, is read up to there. Nothing is an error:
what is wrong is said beside what could be read. Knows no records and no contracts.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from ipam_progress.binaryxml import END, Decoder, Quotas, StartElement, Token, decode_document
from ipam_progress.errors import BinaryXmlError, EnvelopeError
from ipam_progress.framing import KnownEncoding
from ipam_progress.soap import Fault, Message, read_fault, read_message

__all__ = ["ENVELOPE_LIMIT", "EnvelopeReader", "ReadEnvelope"]

ENVELOPE_LIMIT: Final = 64 * 1024 * 1024
"""Octets of an envelope that is read. WCF programs raise their own limit of 64 KiB as they like,
but a size that was damaged must not have a whole capture kept in memory."""

_QUOTAS: Final = Quotas(
    max_depth=1024,
    max_string=ENVELOPE_LIMIT,
    max_attributes=4096,
    max_namespaces=4096,
    max_elements=1 << 20,
)

_WITH_SESSION: Final = (KnownEncoding.BINARY_SESSION, "application/soap+msbinsession1")
_WITHOUT_SESSION: Final = (KnownEncoding.BINARY, "application/soap+msbin1")

_QUOTED: Final = 400
"""Octets that are shown of an envelope in another encoding."""


@dataclass(frozen=True, slots=True)
class ReadEnvelope:
    """What could be read of an envelope.

    Attributes:
        tokens: The document as far as it could be read, every element ended.
        message: Its addressing headers; None where it is no SOAP message.
        problem: Why it is none.
        fault: The fault in its body.
        strings: What it added to the string table.
        damage: What is wrong with the octets, with the offset in the envelope; None if nothing is.
    """

    tokens: Sequence[Token] = ()
    message: Message | None = None
    problem: str = ""
    fault: Fault | None = None
    strings: tuple[str, ...] = ()
    damage: BinaryXmlError | None = None


class EnvelopeReader:
    """Reads the envelopes of one side.

    Attributes:
        table_size: Strings in the table of the session.
    """

    __slots__ = ("_decoder", "table_size")

    def __init__(self) -> None:
        self.begin_session()

    def begin_session(self) -> None:
        """Forget the string table, [MC-NBFSE] 2.1."""
        self._decoder = Decoder(_QUOTAS, table_limit=ENVELOPE_LIMIT)
        self.table_size = 0

    def read(self, payload: bytes, encoding: int | str) -> ReadEnvelope:
        """Read an envelope, or the beginning of one.

        Args:
            payload: Its octets.
            encoding: The encoding of the session: a `KnownEncoding` or a content type.
        """
        tokens: Sequence[Token]
        strings: tuple[str, ...] = ()
        damage: BinaryXmlError | None = None
        self._decoder.strings = ()  # once a table was broken, the decoder leaves them as they are
        try:
            if encoding in _WITH_SESSION:
                tokens = self._decoder.decode(payload)
            elif encoding in _WITHOUT_SESSION:
                tokens = decode_document(payload, quotas=_QUOTAS)
            else:
                return ReadEnvelope(
                    problem=f"its encoding is not binary XML: {payload[:_QUOTED]!r}"
                )
        except BinaryXmlError as error:
            damage, tokens = error, error.tokens
        if encoding in _WITH_SESSION:
            strings = tuple(self._decoder.strings)
            self.table_size += len(strings)
        tokens = _ended(tokens)
        message, problem = None, ""
        try:
            message = read_message(tokens)
        except EnvelopeError as error:
            problem = "" if damage else f"no SOAP message: {error}"
        return ReadEnvelope(tokens, message, problem, _fault(tokens, message), strings, damage)


def _ended(tokens: Sequence[Token]) -> Sequence[Token]:
    """End the elements of a document that breaks off."""
    depth = sum(1 if isinstance(token, StartElement) else -(token is END) for token in tokens)
    return [*tokens, *[END] * depth] if depth else tokens


def _fault(tokens: Sequence[Token], message: Message | None) -> Fault | None:
    if message is None or not message.is_fault:
        return None
    try:
        return read_fault(tokens, message)
    except EnvelopeError:  # its XML says more than could be said of it
        return None
