"""The record types of [MC-NBFX] 2.1.5 and the two forms of its integers and strings.

The 256 values of a record's first octet: 179 are assigned, the others reserved. Where a family has
a record for each letter of the alphabet (PrefixElementA to PrefixElementZ), only its first and last
are named here; a text record's code plus one is the same text followed by the end of its element.
This module holds data and the codec of [MC-NBFX] 2.1.2 and 2.1.3, nothing else.
"""

from enum import IntEnum
from string import ascii_lowercase
from typing import Final

from ipam_progress.errors import BinaryXmlError

__all__ = [
    "PREFIX_LETTERS",
    "RecordType",
    "encode_int31",
    "encode_string",
    "read_int31",
    "read_string",
    "record_name",
]

PREFIX_LETTERS: Final = ascii_lowercase
"""The prefixes that have records of their own."""


class RecordType(IntEnum):
    """The first octet of a record, [MC-NBFX] 2.1.5."""

    END_ELEMENT = 0x01
    COMMENT = 0x02
    ARRAY = 0x03
    SHORT_ATTRIBUTE = 0x04
    ATTRIBUTE = 0x05
    SHORT_DICTIONARY_ATTRIBUTE = 0x06
    DICTIONARY_ATTRIBUTE = 0x07
    SHORT_XMLNS_ATTRIBUTE = 0x08
    XMLNS_ATTRIBUTE = 0x09
    SHORT_DICTIONARY_XMLNS_ATTRIBUTE = 0x0A
    DICTIONARY_XMLNS_ATTRIBUTE = 0x0B
    PREFIX_DICTIONARY_ATTRIBUTE_A = 0x0C
    PREFIX_DICTIONARY_ATTRIBUTE_Z = 0x25
    PREFIX_ATTRIBUTE_A = 0x26
    PREFIX_ATTRIBUTE_Z = 0x3F
    SHORT_ELEMENT = 0x40
    ELEMENT = 0x41
    SHORT_DICTIONARY_ELEMENT = 0x42
    DICTIONARY_ELEMENT = 0x43
    PREFIX_DICTIONARY_ELEMENT_A = 0x44
    PREFIX_DICTIONARY_ELEMENT_Z = 0x5D
    PREFIX_ELEMENT_A = 0x5E
    PREFIX_ELEMENT_Z = 0x77
    ZERO_TEXT = 0x80
    ONE_TEXT = 0x82
    FALSE_TEXT = 0x84
    TRUE_TEXT = 0x86
    INT8_TEXT = 0x88
    INT16_TEXT = 0x8A
    INT32_TEXT = 0x8C
    INT64_TEXT = 0x8E
    FLOAT_TEXT = 0x90
    DOUBLE_TEXT = 0x92
    DECIMAL_TEXT = 0x94
    DATE_TIME_TEXT = 0x96
    CHARS8_TEXT = 0x98
    CHARS16_TEXT = 0x9A
    CHARS32_TEXT = 0x9C
    BYTES8_TEXT = 0x9E
    BYTES16_TEXT = 0xA0
    BYTES32_TEXT = 0xA2
    START_LIST_TEXT = 0xA4
    END_LIST_TEXT = 0xA6
    EMPTY_TEXT = 0xA8
    DICTIONARY_TEXT = 0xAA
    UNIQUE_ID_TEXT = 0xAC
    TIME_SPAN_TEXT = 0xAE
    UUID_TEXT = 0xB0
    UINT64_TEXT = 0xB2
    BOOL_TEXT = 0xB4
    UNICODE_CHARS8_TEXT = 0xB6
    UNICODE_CHARS16_TEXT = 0xB8
    UNICODE_CHARS32_TEXT = 0xBA
    QNAME_DICTIONARY_TEXT = 0xBC


_SPELLED: Final = {
    RecordType.UINT64_TEXT: "UInt64Text",
    RecordType.QNAME_DICTIONARY_TEXT: "QNameDictionaryText",
}
_WITHOUT_END: Final = (RecordType.START_LIST_TEXT, RecordType.END_LIST_TEXT)
_FAMILIES: Final = (
    RecordType.PREFIX_DICTIONARY_ATTRIBUTE_A,
    RecordType.PREFIX_ATTRIBUTE_A,
    RecordType.PREFIX_DICTIONARY_ELEMENT_A,
    RecordType.PREFIX_ELEMENT_A,
)


def _names() -> dict[int, str]:
    names: dict[int, str] = {}
    for record in RecordType:
        name = _SPELLED.get(record) or record.name.title().replace("_", "")
        names[record] = name
        if record >= RecordType.ZERO_TEXT and record not in _WITHOUT_END:
            names[record + 1] = name + "WithEndElement"
    for first in _FAMILIES:
        family = names[first][:-1]
        names.update({first + n: family + chr(ord("A") + n) for n in range(26)})
    return names


_NAMES: Final = _names()


def record_name(code: int) -> str | None:
    """Give the document's name of a record type, such as ``Chars8TextWithEndElement``.

    None for a code that is reserved.
    """
    return _NAMES.get(code)


def encode_int31(value: int) -> bytes:
    """Write a MultiByteInt31, [MC-NBFX] 2.1.2: seven bits an octet, the lowest first."""
    if value < 0x80:
        return bytes((value,))
    octets = bytearray()
    while value >= 0x80:
        octets.append(value & 0x7F | 0x80)
        value >>= 7
    octets.append(value)
    return bytes(octets)


def read_int31(data: bytes, position: int) -> tuple[int, int]:
    """Read a MultiByteInt31; give it and the position behind it.

    Raises:
        IndexError: If the octets end within it.
        BinaryXmlError: If it is larger than 0x7FFFFFFF.
    """
    octet = data[position]
    position += 1
    if octet < 0x80:
        return octet, position
    value = octet & 0x7F
    for shift in (7, 14, 21, 28):
        octet = data[position]
        position += 1
        value |= (octet & 0x7F) << shift
        if octet < 0x80:
            if value > 0x7FFFFFFF:
                break
            return value, position
    raise BinaryXmlError("an integer is larger than 31 bits", offset=position - 1)


def encode_string(text: str) -> bytes:
    """Write a String, [MC-NBFX] 2.1.3: a MultiByteInt31 length and UTF-8."""
    octets = text.encode()
    return encode_int31(len(octets)) + octets


def read_string(data: bytes, position: int) -> tuple[str, int]:
    """Read a String; give it and the position behind it.

    Raises:
        IndexError: If the octets end within it.
        BinaryXmlError: If its length is larger than 0x7FFFFFFF.
        UnicodeDecodeError: If it is no UTF-8.
    """
    length, position = read_int31(data, position)
    stop = position + length
    if stop > len(data):
        raise IndexError
    return str(data[position:stop], "utf-8"), stop
