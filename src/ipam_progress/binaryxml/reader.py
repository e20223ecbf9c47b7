"""Reading binary XML: octets in, tokens out.

`Decoder` is one direction of a session: before each document stands the table of strings that it
adds to those of the documents before it ([MC-NBFSE] 2.1). `decode_document` reads a document that
stands alone ([MC-NBFX], with the static dictionary of [MC-NBFS]). Both raise BinaryXmlError, or its
subclass QuotaExceededError, and nothing else, whatever the octets. What the elements mean is not
known here.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from ipam_progress.binaryxml.dictionary import STATIC_STRINGS
from ipam_progress.binaryxml.records import (
    PREFIX_LETTERS,
    RecordType,
    read_int31,
    read_string,
    record_name,
)
from ipam_progress.binaryxml.text_reader import (
    ARRAY_ITEMS,
    CONSTANT_TEXTS,
    TEXT_READERS,
)
from ipam_progress.binaryxml.tokens import (
    END,
    ROOT_SCOPE,
    Attribute,
    Comment,
    StartElement,
    Text,
    Token,
)
from ipam_progress.errors import BinaryXmlError, QuotaExceededError
from ipam_progress.namespaces import XML, XMLNS

__all__ = ["TABLE_LIMIT", "Decoder", "Quotas", "decode_document"]

TABLE_LIMIT: Final = 2048
"""How many octets the strings of one direction of a session may take: WCF's MaxSessionSize."""


@dataclass(frozen=True, slots=True)
class Quotas:
    """What a document may have, so that reading it stays cheap whoever sent it.

    Attributes:
        max_depth: Elements open at one time.
        max_string: Octets of one text.
        max_attributes: Attributes and namespace declarations of one element.
        max_namespaces: Prefixes in scope at one time.
        max_elements: Elements and comments in all, those of an array counted one by one. An element
            that declares a prefix counts for more, by a quarter of the prefixes in scope, because
            that is what it has to remember.
    """

    max_depth: int = 128
    max_string: int = 4 * 1024 * 1024
    max_attributes: int = 64
    max_namespaces: int = 256
    max_elements: int = 262_144


DEFAULT_QUOTAS: Final = Quotas()

# For each record type of an element or attribute: its prefix, None where the record itself says it,
# and whether its name is in a dictionary.
_NAMED: Final[dict[int, tuple[str | None, bool]]] = {
    RecordType.SHORT_ATTRIBUTE: ("", False),
    RecordType.ATTRIBUTE: (None, False),
    RecordType.SHORT_DICTIONARY_ATTRIBUTE: ("", True),
    RecordType.DICTIONARY_ATTRIBUTE: (None, True),
    RecordType.SHORT_ELEMENT: ("", False),
    RecordType.ELEMENT: (None, False),
    RecordType.SHORT_DICTIONARY_ELEMENT: ("", True),
    RecordType.DICTIONARY_ELEMENT: (None, True),
}
for _index, _letter in enumerate(PREFIX_LETTERS):
    _NAMED[RecordType.PREFIX_DICTIONARY_ATTRIBUTE_A + _index] = (_letter, True)
    _NAMED[RecordType.PREFIX_ATTRIBUTE_A + _index] = (_letter, False)
    _NAMED[RecordType.PREFIX_DICTIONARY_ELEMENT_A + _index] = (_letter, True)
    _NAMED[RecordType.PREFIX_ELEMENT_A + _index] = (_letter, False)

_PREFIXES: Final = tuple(_NAMED.get(code, ("", False))[0] for code in range(256))
_IN_DICTIONARY: Final = tuple(_NAMED.get(code, ("", False))[1] for code in range(256))


def decode_document(
    data: bytes,
    *,
    session: Sequence[str] = (),
    quotas: Quotas = DEFAULT_QUOTAS,
    fragment: bool = False,
) -> list[Token]:
    """Read a document without a string table before it.

    Args:
        data: The whole document.
        session: The strings that the odd ids name, if it is of a session.
        quotas: What it may have.
        fragment: Whether any number of elements may stand side by side, or none, as in the
            examples of [MC-NBFX] 3. Else there is exactly one.

    Raises:
        BinaryXmlError: If it is no such document.
        QuotaExceededError: If it is larger than the quotas allow.
    """
    return _read(bytes(data), 0, session, quotas, fragment=fragment)


class Decoder:
    """One direction of a session, [MC-NBFSE].

    A document that cannot be read does not harm the session, as its strings are known by then; a
    string table that cannot be read does, and every later document is refused.

    Attributes:
        strings: What the message read last has added to the table.
    """

    __slots__ = ("_quotas", "_remaining", "_session", "strings")

    def __init__(self, quotas: Quotas = DEFAULT_QUOTAS, *, table_limit: int = TABLE_LIMIT) -> None:
        self._quotas = quotas
        self._remaining = table_limit  # octets; negative once the table is broken
        self._session: list[str] = []
        self.strings: Sequence[str] = ()

    def decode(self, envelope: bytes) -> list[Token]:
        """Read the string table and the document of one message.

        Raises:
            BinaryXmlError: If the octets are no message of this session.
            QuotaExceededError: If the table or the document is larger than allowed.
        """
        envelope = bytes(envelope)  # no copy if they are bytes already
        if self._remaining < 0:
            raise BinaryXmlError("an earlier string table of this session was broken")
        if envelope and not envelope[0]:  # an empty table, as in most messages
            self.strings = ()
            return _read(envelope, 1, self._session, self._quotas)
        try:
            position = self._read_table(envelope)
        except BinaryXmlError:
            self._remaining = -1
            raise
        return _read(envelope, position, self._session, self._quotas)

    def _read_table(self, envelope: bytes) -> int:
        """Read the StringTable, [MC-NBFSE] 2.1; give the position of the document."""
        self.strings = added = []
        try:
            size, position = read_int31(envelope, 0)
        except IndexError:
            raise BinaryXmlError("the message ends within its string table", offset=0) from None
        end = position + size
        if size > self._remaining:
            raise QuotaExceededError(
                f"the session's strings grow by {size} octets, {self._remaining} are left",
                offset=0,
            )
        if end > len(envelope):
            raise BinaryXmlError("the string table is longer than the message", offset=0)
        table = envelope[:end]
        try:
            while position < end:
                string, position = read_string(table, position)
                added.append(_share(string))
        except IndexError:
            raise BinaryXmlError("a string ends behind its table", offset=position) from None
        except UnicodeDecodeError:
            raise BinaryXmlError("a string of the table is no UTF-8", offset=position) from None
        self._remaining -= size
        self._session += added
        return end


# Thousands of sessions have the same few hundred strings in their tables. They share them, as far
# as there is room: what is in here stays, so a peer must not be able to make it grow.
_SHARED: Final[dict[str, str]] = {}
_SHARED_COUNT: Final = 4096
_SHARED_LENGTH: Final = 128


def _share(string: str) -> str:
    """Give the one object for this string that all sessions have, if there is one."""
    known = _SHARED.get(string)
    if known is not None:
        return known
    if len(_SHARED) < _SHARED_COUNT and len(string) <= _SHARED_LENGTH:
        _SHARED[string] = string
    return string


def _read(  # noqa: C901, PLR0912, PLR0915 (one loop without calls: this is where the time goes)
    data: bytes,
    position: int,
    session: Sequence[str],
    quotas: Quotas,
    *,
    fragment: bool = False,
) -> list[Token]:
    """Read the document that begins at `position` and ends with `data`.

    `scope` maps the prefixes to their namespaces inside the innermost open element, and `stack`
    keeps those outside of it, one for each open element. Reading beyond the end of `data` is an
    IndexError or struct.error by itself, so nothing looks ahead.
    """
    end = len(data)
    tokens: list[Token] = []
    append = tokens.append
    scope = ROOT_SCOPE
    stack: list[Mapping[str, str]] = []
    max_depth = quotas.max_depth
    max_string = quotas.max_string
    elements = quotas.max_elements
    closed = False  # whether the root element is behind us
    is_array = False
    key = 0
    prefix: str | None = None
    local_name: str
    try:
        while position < end:
            code = data[position]
            position += 1
            if code >= 0x80:  # text, and with an odd code the end of the element too
                if not stack:
                    raise BinaryXmlError("text outside the root element", offset=position - 1)
                start = position
                value = CONSTANT_TEXTS[code]
                if value is not None:
                    append(value)
                elif code >> 1 == 0x98 >> 1:  # Chars8Text, the most common one
                    position += data[position] + 1
                    if position > end:
                        raise IndexError
                    append(str(data[start + 1 : position], "utf-8"))
                else:
                    value, position = TEXT_READERS[code](data, position, session)
                    append(value)
                if position - start > max_string:
                    raise QuotaExceededError(
                        f"a text takes more than {max_string} octets", offset=start
                    )
                if code & 1:
                    append(END)
                    scope = stack.pop()
                    closed = not stack
                continue
            if code == 0x01:
                if not stack:
                    raise BinaryXmlError("an end without an element", offset=position - 1)
                append(END)
                scope = stack.pop()
                closed = not stack
                continue
            if code < 0x40 or code > 0x77:
                if code == 0x02:
                    start = position
                    text, position = read_string(data, position)
                    if position - start > max_string:
                        raise QuotaExceededError(
                            f"a comment takes more than {max_string} octets", offset=start
                        )
                    append(Comment(text))
                    elements -= 1
                    if elements < 0:
                        raise _too_many(quotas, start)
                    continue
                if code != 0x03:
                    raise BinaryXmlError(_unexpected(code), offset=position - 1)
                is_array = True
                code = data[position]
                position += 1
                if code < 0x40 or code > 0x77:
                    raise BinaryXmlError("an array without an element", offset=position - 1)

            # the start of an element
            if closed and not stack and not fragment:
                raise BinaryXmlError("something follows the root element", offset=position - 1)
            start = position
            prefix = _PREFIXES[code]
            if prefix is None:
                prefix, position = read_string(data, position)
            if _IN_DICTIONARY[code]:
                code = data[position]
                if code < 0x80:
                    key = code
                    position += 1
                else:
                    key, position = read_int31(data, position)
                local_name = session[key >> 1] if key & 1 else STATIC_STRINGS[key >> 1]
            else:
                local_name, position = read_string(data, position)
            if not local_name or local_name == "xmlns":
                raise BinaryXmlError(f"{local_name!r} is no name", offset=start)
            stack.append(scope)
            if 0x04 <= data[position] < 0x40:
                attributes, declarations, scope, position = _read_attributes(
                    data, position, session, quotas, scope
                )
                append(
                    StartElement(prefix, local_name, scope[prefix], attributes, declarations, scope)
                )
                if declarations:
                    elements -= len(scope) >> 2
            else:
                append(StartElement(prefix, local_name, scope[prefix], (), (), scope))
            elements -= 1
            if len(stack) > max_depth:
                raise QuotaExceededError(f"more than {max_depth} elements are open", offset=start)
            if elements < 0:
                raise _too_many(quotas, start)
            if is_array:
                is_array = False
                added = len(tokens)
                position = _read_array(data, position, tokens, elements)
                elements -= (len(tokens) - added) // 3
                scope = stack.pop()
                closed = not stack
                if closed and len(tokens) > added + 2 and not fragment:
                    raise BinaryXmlError("the root element is an array", offset=start)
        if stack:
            raise IndexError
        if not closed and not fragment:
            raise BinaryXmlError("the document has no element", offset=position)
    except BinaryXmlError as error:
        failure = error
    except (IndexError, struct.error):
        failure = _cut_off(key, session, position)
    except KeyError:
        failure = BinaryXmlError(f"the prefix {prefix!r} is not declared", offset=position)
    except UnicodeDecodeError as reason:
        failure = BinaryXmlError(f"a string is no {reason.encoding}", offset=position)
    else:
        return tokens
    failure.tokens = tokens
    try:
        raise failure
    finally:
        del failure  # else this frame and it would keep each other, and what was read, in memory


def _too_many(quotas: Quotas, offset: int) -> QuotaExceededError:
    return QuotaExceededError(
        f"the document has more than {quotas.max_elements} elements", offset=offset
    )


def _unexpected(code: int) -> str:
    """Word what is wrong with a record type that cannot begin anything."""
    name = record_name(code)
    if name is None:
        return f"record type 0x{code:02X} is reserved"
    return f"{name} (0x{code:02X}) without an element before it"


def _read_attributes(  # noqa: PLR0912 (as _read, without calls)
    data: bytes,
    position: int,
    session: Sequence[str],
    quotas: Quotas,
    scope: Mapping[str, str],
) -> tuple[tuple[Attribute, ...], tuple[tuple[str, str], ...], Mapping[str, str], int]:
    """Read the attribute records of an element, [MC-NBFX] 2.2.2.

    Gives the attributes, the declarations, what is then in scope, and the position behind. Prefixes
    are resolved when all are read, since a declaration may stand behind its first use.
    """
    start = position
    found: list[tuple[str, str, Text]] = []
    declared: list[tuple[str, str]] = []
    left = quotas.max_attributes
    key = 0
    code = data[position]
    try:
        while 0x04 <= code < 0x40:
            position += 1
            left -= 1
            if left < 0:
                raise QuotaExceededError(
                    f"an element has more than {quotas.max_attributes} attributes", offset=start
                )
            is_declaration = 0x08 <= code <= 0x0B
            if is_declaration:
                in_dictionary = code > 0x09
                prefix: str | None = None if code & 1 else ""
            else:
                in_dictionary = _IN_DICTIONARY[code]
                prefix = _PREFIXES[code]
            if prefix is None:
                prefix, position = read_string(data, position)
            if in_dictionary:
                code = data[position]
                if code < 0x80:
                    key = code
                    position += 1
                else:
                    key, position = read_int31(data, position)
                name = session[key >> 1] if key & 1 else STATIC_STRINGS[key >> 1]
            else:
                name, position = read_string(data, position)
            if is_declaration:
                declared.append((prefix, name))
            else:
                if not name or name == "xmlns":
                    raise BinaryXmlError(f"{name!r} is no name", offset=start)
                code = data[position]
                if code & 1:
                    raise BinaryXmlError("an attribute cannot end its element", offset=position)
                value = CONSTANT_TEXTS[code]
                if value is None:
                    value, stop = TEXT_READERS[code](data, position + 1, session)
                    if stop - position > quotas.max_string:
                        raise QuotaExceededError(
                            f"a text takes more than {quotas.max_string} octets", offset=position
                        )
                    position = stop
                else:
                    position += 1
                found.append((prefix, name, value))
            code = data[position]
    except IndexError:
        raise _cut_off(key, session, position) from None
    if declared:
        scope = _declare(scope, declared, quotas, start)
    return _resolve(found, scope, start), tuple(declared), scope, position


def _declare(
    outer: Mapping[str, str], declared: list[tuple[str, str]], quotas: Quotas, start: int
) -> Mapping[str, str]:
    """Give what is in scope inside an element that declares these prefixes."""
    scope = {**outer}
    for prefix, namespace in declared:
        if (
            (prefix and not namespace)
            or prefix == "xmlns"
            or (prefix == "xml") != (namespace == XML)
            or namespace == XMLNS
        ):
            raise BinaryXmlError(f"{prefix!r} cannot stand for {namespace!r}", offset=start)
        scope[prefix] = namespace
    if len(declared) > 1 and len({prefix for prefix, _ in declared}) < len(declared):
        raise BinaryXmlError("an element declares the same prefix twice", offset=start)
    if len(scope) > quotas.max_namespaces:
        raise QuotaExceededError(
            f"more than {quotas.max_namespaces} prefixes are in scope", offset=start
        )
    return scope


def _resolve(
    found: list[tuple[str, str, Text]], scope: Mapping[str, str], start: int
) -> tuple[Attribute, ...]:
    """Give the attributes of an element their namespaces; a name may be there once."""
    attributes: tuple[Attribute, ...] = ()
    try:
        for prefix, name, value in found:
            attributes += (Attribute(prefix, name, scope[prefix] if prefix else "", value),)
    except KeyError as unknown:
        raise BinaryXmlError(f"the prefix {unknown} is not declared", offset=start) from None
    if len(attributes) > 1 and len({attribute.name for attribute in attributes}) < len(attributes):
        raise BinaryXmlError("an element has the same attribute twice", offset=start)
    return attributes


def _cut_off(key: int, session: Sequence[str], position: int) -> BinaryXmlError:
    """Word an IndexError: a dictionary without the string that was asked for, or no more octets."""
    if key >> 1 >= len(session if key & 1 else STATIC_STRINGS):
        return BinaryXmlError(f"no string of the dictionary has the id {key}", offset=position)
    return BinaryXmlError("the document ends within a record or an element", offset=position)


def _read_array(data: bytes, position: int, tokens: list[Token], elements_left: int) -> int:
    """Read an Array record behind its element, [MC-NBFX] 2.3.3.

    The element, which is the last token, is repeated for each value; one and the same object, by
    which a writer can tell that it was an array. Gives the position behind the record.
    """
    if data[position] != RecordType.END_ELEMENT:
        raise BinaryXmlError("the element of an array does not end at once", offset=position)
    code = data[position + 1]
    item = ARRAY_ITEMS.get(code)
    if item is None:
        raise BinaryXmlError(f"an array cannot hold record type 0x{code:02X}", offset=position + 1)
    count, position = read_int31(data, position + 2)
    if not count:
        raise BinaryXmlError("an array is empty", offset=position - 1)
    if count - 1 > elements_left:
        raise QuotaExceededError(f"an array has {count} elements", offset=position)
    stop = position + count * item.layout.size
    if stop > len(data):
        raise IndexError
    element = tokens.pop()
    convert = item.convert
    try:
        for (raw,) in item.layout.iter_unpack(data[position:stop]):
            tokens += (element, raw if convert is None else convert(raw), END)
    except ValueError as error:
        raise BinaryXmlError(str(error), offset=position) from None
    return stop
