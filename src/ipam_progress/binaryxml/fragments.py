"""Constant markup that is rendered once in a session and then copied.

Once a name has an id in a session's string table, the octets of its record never change in that
session; nor do they once the table is full. A `Fragment` is a run of such records: the tags around
a value, the headers before a body. It is built once, when the program starts; each session renders
it when it first needs it (`Encoder.octets`) and copies octets from then on.

A part is one of the functions here or `END`. The strings in it go through the dictionaries in the
order of the parts, as WCF's writer asks for them. Knows nothing of values that change.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, NamedTuple, TypeAlias

from ipam_progress.binaryxml.dictionary import STATIC_IDS
from ipam_progress.binaryxml.records import PREFIX_LETTERS, RecordType, encode_int31, encode_string
from ipam_progress.binaryxml.text_writer import append_text
from ipam_progress.binaryxml.tokens import END, DictionaryString, EndElement, QName, Text
from ipam_progress.errors import SerializationError
from ipam_progress.namespaces import ADDRESSING, SOAP

__all__ = [
    "Fragment",
    "Part",
    "StringTable",
    "attribute",
    "declare",
    "dictionary_text",
    "open_attribute",
    "start",
    "text",
]


class StringTable:
    """The writer's side of a session's strings, [MC-NBFSE] 2.1.

    WCF lets a direction of a session have 2048 octets of strings, each with its length prefix. The
    first string that does not fit closes the table for ever, even to shorter ones.
    """

    __slots__ = ("_ids", "_pending", "_remaining")

    def __init__(self, limit: int) -> None:
        self._ids: dict[str, int] = {}
        self._pending = bytearray()
        self._remaining = limit

    def id_of(self, string: str) -> int | None:
        """Give the id of a string, adding it if there is room; None if there is none."""
        key = self._ids.get(string)
        if key is not None or not self._remaining:
            return key
        octets = _encode_string(string)
        if len(octets) > self._remaining:
            self._remaining = 0
            return None
        self._remaining -= len(octets)
        self._pending += octets
        self._ids[string] = key = 2 * len(self._ids) + 1
        return key

    def take_announcement(self) -> bytes:
        """Give the StringTable for the next message: what was added since the last one."""
        announcement = encode_int31(len(self._pending)) + self._pending
        self._pending = bytearray()
        return announcement

    @property
    def has_news(self) -> bool:
        """Whether there are strings that no message has announced."""
        return bool(self._pending)


def _encode_string(string: str) -> bytes:
    try:
        return encode_string(string)
    except UnicodeEncodeError:
        raise SerializationError(f"{string!r} has half of a surrogate pair") from None


# WCF looks up in the static dictionary only what it wrote down as a constant of that dictionary:
# the names and namespaces of SOAP and addressing, which always have these prefixes. What
# DataContractSerializer writes comes from other constants and goes through the session's table,
# even names that are in the static dictionary too, like "nil" and "type". xml:lang goes in full.
_STATIC_PREFIXES: Final = frozenset({"s", "a"})
_STATIC_NAMESPACES: Final = frozenset({SOAP, ADDRESSING})
_INLINE_PREFIX: Final = "xml"

_LETTERS: Final = {letter: index for index, letter in enumerate(PREFIX_LETTERS)}


class _Records(NamedTuple):
    """The record types of elements, or of attributes.

    Attributes:
        short: Without a prefix; one more with a prefix, two more with its name in a dictionary.
        letter: With the prefix a.
        dictionary_letter: With the prefix a and its name in a dictionary.
    """

    short: int
    letter: int
    dictionary_letter: int


_ELEMENT: Final = _Records(
    RecordType.SHORT_ELEMENT, RecordType.PREFIX_ELEMENT_A, RecordType.PREFIX_DICTIONARY_ELEMENT_A
)
_ATTRIBUTE: Final = _Records(
    RecordType.SHORT_ATTRIBUTE,
    RecordType.PREFIX_ATTRIBUTE_A,
    RecordType.PREFIX_DICTIONARY_ATTRIBUTE_A,
)


class MarkupWriter:
    """Writes the records of elements and attributes, [MC-NBFX] 2.2.1 and 2.2.2, to a buffer."""

    __slots__ = ("_out", "_table")

    def __init__(self, out: bytearray, table: StringTable) -> None:
        self._out = out
        self._table = table

    def start(self, prefix: str, local_name: str) -> None:
        """Write the start of an element."""
        self._named(_ELEMENT, prefix, local_name)

    def end(self) -> None:
        """End an element."""
        self._out.append(RecordType.END_ELEMENT)

    def open_attribute(self, prefix: str, local_name: str) -> None:
        """Write an attribute without its value."""
        self._named(_ATTRIBUTE, prefix, local_name)

    def attribute(self, prefix: str, local_name: str, value: Text) -> None:
        """Write an attribute."""
        self.open_attribute(prefix, local_name)
        self._text(value, 0, static=prefix in _STATIC_PREFIXES)

    def declare(self, prefix: str, namespace: str, *, inline: bool = False) -> None:
        """Write a namespace declaration, [MC-NBFX] 2.2.2.5 to 2.2.2.8."""
        key = None if inline else self._id_of(namespace, static=namespace in _STATIC_NAMESPACES)
        if key is None:
            self._prefixed(RecordType.SHORT_XMLNS_ATTRIBUTE, prefix)
            self._out += _encode_string(namespace)
        else:
            self._prefixed(RecordType.SHORT_DICTIONARY_XMLNS_ATTRIBUTE, prefix)
            self._out += encode_int31(key)

    def text(self, value: Text, end: int) -> None:
        """Write text in an element, which ends with it if `end` is 1."""
        self._text(value, end, static=True)

    def comment(self, content: str) -> None:
        """Write a comment."""
        self._out.append(RecordType.COMMENT)
        self._out += _encode_string(content)

    def _named(self, records: _Records, prefix: str, local_name: str) -> None:
        """Write the record for a prefix and a name: the shortest form there is."""
        key = None
        if prefix != _INLINE_PREFIX:
            key = self._id_of(local_name, static=prefix in _STATIC_PREFIXES)
        letter = _LETTERS.get(prefix)
        if letter is None:
            self._prefixed(records.short if key is None else records.short + 2, prefix)
        else:
            self._out.append(
                (records.letter if key is None else records.dictionary_letter) + letter
            )
        self._out += _encode_string(local_name) if key is None else encode_int31(key)

    def _prefixed(self, code: int, prefix: str) -> None:
        """Write a record type that has no prefix, or the next one with this prefix."""
        if prefix:
            self._out.append(code + 1)
            self._out += _encode_string(prefix)
        else:
            self._out.append(code)

    def _text(self, value: Text, end: int, *, static: bool) -> None:
        head: bytes | None = None
        string = ""
        if isinstance(value, DictionaryString):
            head = bytes((RecordType.DICTIONARY_TEXT + end,))
            string = str(value)
        elif isinstance(value, QName):
            string = value.local_name
            if not value.prefix:
                head = bytes((RecordType.DICTIONARY_TEXT + end,))
            elif value.prefix in _LETTERS:
                head = bytes((RecordType.QNAME_DICTIONARY_TEXT + end, _LETTERS[value.prefix]))
        key = None if head is None else self._id_of(string, static=static)
        if head is None or key is None:
            append_text(self._out, value, end)
        else:
            self._out += head + encode_int31(key)

    def _id_of(self, string: str, *, static: bool) -> int | None:
        key = STATIC_IDS.get(string) if static else None
        return self._table.id_of(string) if key is None else key


Part: TypeAlias = Callable[[MarkupWriter], None] | EndElement
"""A part of a `Fragment`: what one of the functions here gives, or `END`."""


@dataclass(frozen=True, slots=True)
class _TextPart:
    """Text in an element: the one part to which it matters what follows it."""

    value: Text

    def __call__(self, writer: MarkupWriter) -> None:
        writer.text(self.value, 0)


@dataclass(frozen=True, slots=True)
class _LastTextPart:
    """Text and the end of its element."""

    value: Text

    def __call__(self, writer: MarkupWriter) -> None:
        writer.text(self.value, 1)


def start(prefix: str, local_name: str) -> Part:
    """Make the start of an element; an empty prefix is none."""
    _check_name(local_name)
    return lambda writer: writer.start(prefix, local_name)


def attribute(prefix: str, local_name: str, value: Text) -> Part:
    """Make an attribute of the element before it.

    A `DictionaryString` or a `QName` as its value goes through the session's table.
    """
    _check_name(local_name)
    return lambda writer: writer.attribute(prefix, local_name, value)


def open_attribute(prefix: str, local_name: str) -> Part:
    """Make an attribute whose value is written next, by `append_attribute_text`."""
    _check_name(local_name)
    return lambda writer: writer.open_attribute(prefix, local_name)


def declare(prefix: str, namespace: str, *, inline: bool = False) -> Part:
    """Declare a prefix, or the default namespace if it is empty.

    Args:
        prefix: The prefix.
        namespace: What it stands for.
        inline: Whether the namespace is written in full, past the dictionaries.
    """
    return lambda writer: writer.declare(prefix, namespace, inline=inline)


def text(value: Text) -> Part:
    """Make text of an element."""
    return _TextPart(value)


def dictionary_text(string: str) -> Part:
    """Make text of an element that goes through the dictionaries, such as an Action."""
    return _TextPart(DictionaryString(string))


def _check_name(local_name: str) -> None:
    if not local_name or local_name == "xmlns":
        raise ValueError(f"{local_name!r} is no name of an element or attribute")


class Fragment:
    """Constant markup: parts in their order, to be used as the key of `Encoder.octets`.

    Each fragment is equal only to itself. Text directly before an `END` in the same fragment
    becomes one record with it.
    """

    __slots__ = ("_parts",)

    def __init__(self, *parts: Part) -> None:
        joined: list[Part] = []
        for part in parts:
            if part is END and joined and isinstance(joined[-1], _TextPart):
                joined[-1] = _LastTextPart(joined[-1].value)
            else:
                joined.append(part)
        self._parts = tuple(joined)

    def render(self, table: StringTable) -> bytes:
        """Write the octets of this fragment in the session that `table` belongs to."""
        out = bytearray()
        writer = MarkupWriter(out, table)
        for part in self._parts:
            if isinstance(part, EndElement):
                writer.end()
            else:
                part(writer)
        return bytes(out)
