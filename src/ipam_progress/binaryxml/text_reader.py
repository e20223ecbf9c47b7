"""Reading text records, [MC-NBFX] 2.2.3: one function for each, in tables by record type.

`TEXT_READERS` has 256 entries. An entry takes the octets, the position behind the record type, and
the strings of the session; it gives the value and the position behind it. A code that is no text
record has an entry too: it raises. `CONSTANT_TEXTS` has the values of records without content, and
`ARRAY_ITEMS` the layouts of the values that an Array record may hold ([MC-NBFX] 2.3.3).

Octets that end too early raise IndexError or struct.error, which the caller words; what is wrong
otherwise raises BinaryXmlError here. Knows nothing of elements.
"""

import struct
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Final, NamedTuple, TypeAlias
from uuid import UUID

from ipam_progress.binaryxml.dictionary import STATIC_STRINGS
from ipam_progress.binaryxml.records import PREFIX_LETTERS, RecordType, read_int31, record_name
from ipam_progress.binaryxml.tokens import DictionaryString, Float32, QName, Text, UniqueId
from ipam_progress.errors import BinaryXmlError
from ipam_progress.values import DateTime, TimeSpan

__all__ = ["ARRAY_ITEMS", "CONSTANT_TEXTS", "TEXT_READERS", "ArrayItem", "read_dictionary_string"]

TextReader: TypeAlias = Callable[[bytes, int, Sequence[str]], tuple[Text, int]]


def read_dictionary_string(data: bytes, position: int, session: Sequence[str]) -> tuple[str, int]:
    """Read a DictionaryString, [MC-NBFX] 2.1.4: even ids are static, odd ones the session's.

    Raises:
        IndexError: If the octets end within it.
        BinaryXmlError: If no string has this id.
    """
    start = position
    key, position = read_int31(data, position)
    strings = session if key & 1 else STATIC_STRINGS
    if key >> 1 >= len(strings):
        raise BinaryXmlError(f"no string of the dictionary has the id {key}", offset=start)
    return strings[key >> 1], position


def _fixed(layout: str, convert: Callable[[Any], Text] | None = None) -> TextReader:
    """Make the reader of a value of fixed size."""
    item = struct.Struct(layout)

    def read(data: bytes, position: int, _session: Sequence[str]) -> tuple[Text, int]:
        (raw,) = item.unpack_from(data, position)
        if convert is None:
            return raw, position + item.size
        try:
            return convert(raw), position + item.size
        except ValueError as error:
            raise BinaryXmlError(str(error), offset=position) from None

    return read


_DECIMAL: Final = struct.Struct("<HBBIQ")


def _decimal(octets: bytes) -> Decimal:
    """Read a DECIMAL of [MS-OAUT] 2.2.26: scale, sign, and 96 bits in two parts."""
    _, scale, sign, high, low = _DECIMAL.unpack(octets)
    if scale > 28 or sign not in {0, 0x80}:
        raise ValueError(f"a decimal with scale {scale} and sign 0x{sign:02X} does not exist")
    value = high << 64 | low
    if not scale and not sign:
        return Decimal(value)
    # from text, because arithmetic would round to the precision of the context
    return Decimal(f"{'-' if sign else ''}{value}E-{scale}")


def _bool(octet: int) -> bool:
    if octet > 1:
        raise ValueError(f"a BoolText is 0 or 1, not {octet}")
    return octet == 1


def _uuid(octets: bytes) -> UUID:
    return UUID(bytes_le=octets)


def _sized(layout: str, convert: Callable[[bytes], Text]) -> TextReader:
    """Make the reader of octets with their length before them."""
    size = struct.Struct(layout)

    def read(data: bytes, position: int, _session: Sequence[str]) -> tuple[Text, int]:
        (length,) = size.unpack_from(data, position)
        start = position + size.size
        stop = start + length
        if length < 0:
            raise BinaryXmlError(f"a text has the length {length}", offset=position)
        if stop > len(data):
            raise IndexError
        return convert(data[start:stop]), stop

    return read


def _utf8(octets: bytes) -> str:
    return str(octets, "utf-8")


def _utf16(octets: bytes) -> str:
    return str(octets, "utf-16-le")


def _read_list(data: bytes, position: int, session: Sequence[str]) -> tuple[Text, int]:
    """Read text records up to EndListText, [MC-NBFX] 2.2.3.19."""
    items: list[Text] = []
    while True:
        code = data[position]
        position += 1
        if code == RecordType.END_LIST_TEXT:
            return tuple(items), position
        if code & 1 or code == RecordType.START_LIST_TEXT:
            name = record_name(code) or "a reserved record"
            raise BinaryXmlError(f"{name} (0x{code:02X}) inside a list", offset=position - 1)
        value, position = TEXT_READERS[code](data, position, session)
        items.append(value)


def _read_dictionary_text(
    data: bytes, position: int, session: Sequence[str]
) -> tuple[DictionaryString, int]:
    text, position = read_dictionary_string(data, position, session)
    return DictionaryString(text), position


def _read_qname(data: bytes, position: int, session: Sequence[str]) -> tuple[QName, int]:
    letter = data[position]
    if letter >= len(PREFIX_LETTERS):
        raise BinaryXmlError(f"a QName's prefix is number {letter} of 26 letters", offset=position)
    name, position = read_dictionary_string(data, position + 1, session)
    return QName(PREFIX_LETTERS[letter], name), position


def _no_text(code: int) -> TextReader:
    name = record_name(code)
    message = f"{name} is no text" if name else f"record type 0x{code:02X} is reserved"

    def read(_data: bytes, position: int, _session: Sequence[str]) -> tuple[Text, int]:
        raise BinaryXmlError(message, offset=position - 1)

    return read


def _constant(value: Text) -> TextReader:
    def read(_data: bytes, position: int, _session: Sequence[str]) -> tuple[Text, int]:
        return value, position

    return read


_CONSTANTS: Final[dict[int, Text]] = {
    RecordType.ZERO_TEXT: 0,
    RecordType.ONE_TEXT: 1,
    RecordType.FALSE_TEXT: False,
    RecordType.TRUE_TEXT: True,
    RecordType.EMPTY_TEXT: "",
}

_READERS: Final[dict[int, TextReader]] = {
    RecordType.INT8_TEXT: _fixed("<b"),
    RecordType.INT16_TEXT: _fixed("<h"),
    RecordType.INT32_TEXT: _fixed("<i"),
    RecordType.INT64_TEXT: _fixed("<q"),
    RecordType.FLOAT_TEXT: _fixed("<f", Float32),
    RecordType.DOUBLE_TEXT: _fixed("<d"),
    RecordType.DECIMAL_TEXT: _fixed("<16s", _decimal),
    RecordType.DATE_TIME_TEXT: _fixed("<Q", DateTime.from_binary),
    RecordType.CHARS8_TEXT: _sized("<B", _utf8),
    RecordType.CHARS16_TEXT: _sized("<H", _utf8),
    RecordType.CHARS32_TEXT: _sized("<i", _utf8),
    RecordType.BYTES8_TEXT: _sized("<B", bytes),
    RecordType.BYTES16_TEXT: _sized("<H", bytes),
    RecordType.BYTES32_TEXT: _sized("<i", bytes),
    RecordType.DICTIONARY_TEXT: _read_dictionary_text,
    RecordType.UNIQUE_ID_TEXT: _fixed("<16s", UniqueId),
    RecordType.TIME_SPAN_TEXT: _fixed("<q", TimeSpan),
    RecordType.UUID_TEXT: _fixed("<16s", _uuid),
    RecordType.UINT64_TEXT: _fixed("<Q"),
    RecordType.BOOL_TEXT: _fixed("<B", _bool),
    RecordType.UNICODE_CHARS8_TEXT: _sized("<B", _utf16),
    RecordType.UNICODE_CHARS16_TEXT: _sized("<H", _utf16),
    # the text of 2.2.3.29 asks for a MultiByteInt31 here; its example and WCF have four octets
    RecordType.UNICODE_CHARS32_TEXT: _sized("<i", _utf16),
    RecordType.QNAME_DICTIONARY_TEXT: _read_qname,
} | {code: _constant(value) for code, value in _CONSTANTS.items()}

TEXT_READERS: Final[tuple[TextReader, ...]] = tuple(
    _read_list
    if code == RecordType.START_LIST_TEXT
    else _READERS[code & 0xFE]  # the odd codes are the same text and the end of the element
    if code & 0xFE in _READERS
    else _no_text(code)
    for code in range(256)
)
"""The reader of each record type."""

CONSTANT_TEXTS: Final[tuple[Text | None, ...]] = tuple(
    _CONSTANTS.get(code & 0xFE) for code in range(256)
)
"""The value of each record type that has no content; None for the others."""


class ArrayItem(NamedTuple):
    """How a value lies in an Array record.

    Attributes:
        layout: One value.
        convert: Makes the value of what the layout gives; None where that is the value.
    """

    layout: struct.Struct
    convert: Callable[[Any], Text] | None = None


ARRAY_ITEMS: Final = {
    RecordType.BOOL_TEXT | 1: ArrayItem(struct.Struct("<B"), _bool),
    RecordType.INT16_TEXT | 1: ArrayItem(struct.Struct("<h")),
    RecordType.INT32_TEXT | 1: ArrayItem(struct.Struct("<i")),
    RecordType.INT64_TEXT | 1: ArrayItem(struct.Struct("<q")),
    RecordType.FLOAT_TEXT | 1: ArrayItem(struct.Struct("<f"), Float32),
    RecordType.DOUBLE_TEXT | 1: ArrayItem(struct.Struct("<d")),
    RecordType.DECIMAL_TEXT | 1: ArrayItem(struct.Struct("<16s"), _decimal),
    RecordType.DATE_TIME_TEXT | 1: ArrayItem(struct.Struct("<Q"), DateTime.from_binary),
    RecordType.TIME_SPAN_TEXT | 1: ArrayItem(struct.Struct("<q"), TimeSpan),
    RecordType.UUID_TEXT | 1: ArrayItem(struct.Struct("<16s"), _uuid),
}
"""What an Array record may hold, by record type ([MC-NBFX] 2.3.3)."""
