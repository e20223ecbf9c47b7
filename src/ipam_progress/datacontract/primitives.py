"""The types that have no contract: numbers, strings, times, octets.

Each is one row of a table: the Python classes of its values, how a value becomes a binary text
record, and how any text that stands for one is read. DataContractSerializer writes most of them
as the smallest typed record and some as plain text, and takes every form from others. Knows
neither elements nor members.
"""

import binascii
import re
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any, Final, TypeAlias, TypeVar
from uuid import UUID

from ipam_progress.binaryxml import (
    Text,
    append_bool,
    append_bytes,
    append_datetime,
    append_decimal,
    append_float,
    append_int,
    append_single,
    append_string,
    text_of,
)
from ipam_progress.contracts.model import TypeName
from ipam_progress.datacontract.misfit import Misfit, shown
from ipam_progress.datacontract.names import displayed
from ipam_progress.errors import SerializationError
from ipam_progress.namespaces import SCHEMA, SERIALIZATION
from ipam_progress.values import DateTime, TimeSpan

__all__ = ["ANY_TYPE", "PRIMITIVES", "Primitive", "fit_for_xml", "is_one_of"]

ANY_TYPE: Final = TypeName(SCHEMA, "anyType")
"""The declared type of members that take a value of any type; it is no primitive itself."""

_INTEGER: Final = re.compile(r"[+-]?[0-9]{1,40}")
_DECIMAL: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)")
_FLOAT: Final = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_GUID: Final = re.compile(r"[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
_FLOAT_WORDS: Final = {"INF": float("inf"), "-INF": float("-inf"), "NaN": float("nan")}
_BOOLEANS: Final = {"true": True, "1": True, "false": False, "0": False}

_NO_XML_CHARACTER: Final = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

_DECIMAL_LIMIT: Final = (1 << 96) - 1
_DECIMAL_PLACES: Final = 28
_DECIMAL_CONTEXT: Final = Context(prec=_DECIMAL_PLACES + 1, rounding=ROUND_HALF_EVEN)

_Value = TypeVar("_Value")


_Class: TypeAlias = type[Any]


@dataclass(frozen=True, slots=True)
class Primitive:
    """How the values of one primitive type are written and read.

    Attributes:
        type: Expanded name.
        classes: The Python classes it takes; reading gives values of the first.
        value_type: Whether it is a .NET value type, which can carry neither z:Id nor z:Ref.
        append: Appends a value as a text record that ends its element; raises `Misfit`.
        read: Gives the value that an element's content stands for; raises `Misfit`.
        record: The class of the token values that are values of the type as they are; None
            where each has to be looked at.
    """

    type: TypeName
    classes: tuple[_Class, ...]
    value_type: bool
    append: Callable[[bytearray, Any], None]
    read: Callable[[Text], Any]
    record: _Class | None = None


def _append_text(out: bytearray, value: str) -> None:
    """Append a string, if XML can carry its characters."""
    # isprintable() is false for every character that XML forbids, and quick
    if not value.isprintable() and (bad := _NO_XML_CHARACTER.search(value)):
        raise Misfit(
            f"{shown(value)} has the character U+{ord(bad.group()):04X} at {bad.start()}, "
            "which XML cannot carry"
        )
    append_string(out, value)


def fit_for_xml(text: str) -> str:
    """Give a text with U+FFFD in place of every character that XML cannot carry."""
    return text if text.isprintable() else _NO_XML_CHARACTER.sub("\ufffd", text)


def is_one_of(python: type[Any], classes: tuple[type[Any], ...]) -> bool:
    """Say whether a class is one of those that a type takes; a truth value is no number here."""
    return issubclass(python, classes) and (python is not bool or bool in classes)


def _reader(
    name: TypeName, record: type[_Value], parse: Callable[[str], _Value]
) -> Callable[[Text], _Value]:
    """Make a reader that takes a record of the type itself, and text that `parse` understands."""

    def read(content: Text) -> _Value:
        if isinstance(content, record):
            return content
        text = text_of(content)
        try:
            return parse(text)
        except ValueError:
            raise Misfit(f"{shown(text)} is no {displayed(name)}") from None

    return read


def _integer(local_name: str, low: int, high: int, *, as_text: bool = False) -> Primitive:
    name = TypeName(SCHEMA, local_name)
    outside = f"is outside {low} to {high}, the range of {displayed(name)}"

    def append(out: bytearray, value: int) -> None:
        if not low <= value <= high:
            raise Misfit(f"{shown(value)} {outside}")
        if as_text:
            append_string(out, str(value))
        else:
            append_int(out, value)

    def read(content: Text) -> int:
        if content.__class__ is int:
            value: int = content
        else:
            text = text_of(content).strip()
            if not _INTEGER.fullmatch(text):
                raise Misfit(f"{shown(text)} is no {displayed(name)}")
            value = int(text)
        if not low <= value <= high:
            raise Misfit(f"{value} {outside}")
        return value

    return Primitive(name, (int,), True, append, read)


def _read_boolean(content: Text) -> bool:
    if isinstance(content, bool):
        return content
    text = text_of(content)
    value = _BOOLEANS.get(text.strip())
    if value is None:
        raise Misfit(f"{shown(text)} is no xsd:boolean")
    return value


def _parse_float(text: str) -> float:
    text = text.strip()
    if text in _FLOAT_WORDS:
        return _FLOAT_WORDS[text]
    if not _FLOAT.fullmatch(text):
        raise ValueError(text)
    return float(text)


def _read_double(content: Text) -> float:
    if isinstance(content, int | float):  # a FloatText record widens without loss
        return float(content)
    text = text_of(content)
    try:
        return _parse_float(text)
    except ValueError:
        raise Misfit(f"{shown(text)} is no xsd:double") from None


def _read_float(content: Text) -> float:
    value = _read_double(content)
    try:
        return float(struct.unpack("<f", struct.pack("<f", value))[0])
    except OverflowError:
        raise Misfit(f"{shown(value)} is too large for xsd:float") from None


def _append_double(out: bytearray, value: float) -> None:
    try:
        append_float(out, float(value))
    except OverflowError:
        raise Misfit(f"{shown(value)} is too large for xsd:double") from None


def _append_float(out: bytearray, value: float) -> None:
    try:
        append_single(out, float(value))
    except (OverflowError, SerializationError):
        raise Misfit(f"{shown(value)} is too large for xsd:float") from None


def _append_decimal(out: bytearray, value: Decimal | int) -> None:
    try:
        append_decimal(out, Decimal(value))
    except SerializationError:
        raise Misfit(f"{shown(value)} does not fit xsd:decimal, which holds 96 bits") from None


def _fitted(value: Decimal) -> Decimal:
    """Give a decimal as .NET holds it: 96 bits, at most 28 places; digits past that are rounded."""
    if not value.is_finite() or value.copy_abs() > _DECIMAL_LIMIT:
        raise Misfit(f"{shown(value)} does not fit xsd:decimal, which holds 96 bits")
    exponent = value.as_tuple().exponent
    own_places = -exponent if isinstance(exponent, int) else 0

    def rounded(digits: int) -> Decimal:
        places = max(0, min(own_places, _DECIMAL_PLACES, digits - 1 - value.adjusted()))
        return value.quantize(Decimal((0, (1,), -places)), context=_DECIMAL_CONTEXT)

    # 29 digits fit if they are small ones, 28 always do
    most = rounded(_DECIMAL_PLACES + 1)
    mantissa = int("".join(map(str, most.as_tuple().digits)))
    return most if mantissa <= _DECIMAL_LIMIT else rounded(_DECIMAL_PLACES)


def _parse_decimal(text: str) -> Decimal:
    text = text.strip()
    if not _DECIMAL.fullmatch(text):
        raise ValueError(text)
    value = Decimal(text)
    return value if len(text) <= _DECIMAL_PLACES else _fitted(value)


def _read_decimal(content: Text) -> Decimal:
    if isinstance(content, Decimal):
        return _fitted(content)
    if content.__class__ in {int, float}:
        return _fitted(Decimal(str(content)))
    return _read_decimal_text(content)


def _parse_base64(text: str) -> bytes:
    return binascii.a2b_base64("".join(text.split()), strict_mode=True)


def _parse_guid(text: str) -> UUID:
    text = text.strip()
    if text.startswith("{") and text.endswith("}"):
        text = text[1:-1]
    if not _GUID.fullmatch(text):
        raise ValueError(text)
    return UUID(text)


def _append_duration(out: bytearray, value: TimeSpan) -> None:
    append_string(out, str(value))


def _append_guid(out: bytearray, value: UUID) -> None:
    append_string(out, str(value))


def _append_character(out: bytearray, value: str) -> None:
    if len(value) != 1 or value > "\uffff":
        raise Misfit(f"{shown(value)} is no single UTF-16 character, as ser:char is")
    append_int(out, ord(value))


def _read_character(content: Text) -> str:
    return chr(_CHARACTER.read(content))


_DECIMAL_NAME: Final = TypeName(SCHEMA, "decimal")
_TIME_NAME: Final = TypeName(SCHEMA, "dateTime")
_BINARY_NAME: Final = TypeName(SCHEMA, "base64Binary")
_SPAN_NAME: Final = TypeName(SERIALIZATION, "duration")
_GUID_NAME: Final = TypeName(SERIALIZATION, "guid")

_CHARACTER: Final = _integer("unsignedShort", 0, 0xFFFF)
_read_decimal_text: Final = _reader(_DECIMAL_NAME, Decimal, _parse_decimal)


def _table() -> dict[TypeName, Primitive]:
    rows = [
        _integer("byte", -(1 << 7), (1 << 7) - 1),
        _integer("short", -(1 << 15), (1 << 15) - 1),
        _integer("int", -(1 << 31), (1 << 31) - 1),
        _integer("long", -(1 << 63), (1 << 63) - 1),
        _integer("unsignedByte", 0, (1 << 8) - 1),
        _integer("unsignedShort", 0, (1 << 16) - 1),
        _integer("unsignedInt", 0, (1 << 32) - 1),
        # WCF writes this one as text, whatever its size
        _integer("unsignedLong", 0, (1 << 64) - 1, as_text=True),
        Primitive(TypeName(SCHEMA, "string"), (str,), False, _append_text, text_of, str),
        Primitive(TypeName(SCHEMA, "anyURI"), (str,), False, _append_text, text_of, str),
        Primitive(TypeName(SCHEMA, "boolean"), (bool,), True, append_bool, _read_boolean, bool),
        Primitive(
            TypeName(SCHEMA, "double"), (float, int), True, _append_double, _read_double, float
        ),
        Primitive(TypeName(SCHEMA, "float"), (float, int), True, _append_float, _read_float),
        Primitive(_DECIMAL_NAME, (Decimal, int), True, _append_decimal, _read_decimal, Decimal),
        Primitive(
            _TIME_NAME,
            (DateTime,),
            True,
            append_datetime,
            _reader(_TIME_NAME, DateTime, DateTime.parse),
            DateTime,
        ),
        Primitive(
            _SPAN_NAME,
            (TimeSpan,),
            True,
            _append_duration,
            _reader(_SPAN_NAME, TimeSpan, TimeSpan.parse),
            TimeSpan,
        ),
        Primitive(
            _GUID_NAME, (UUID,), True, _append_guid, _reader(_GUID_NAME, UUID, _parse_guid), UUID
        ),
        Primitive(
            TypeName(SERIALIZATION, "char"), (str,), True, _append_character, _read_character
        ),
        Primitive(
            _BINARY_NAME,
            (bytes, bytearray),
            False,
            append_bytes,
            _reader(_BINARY_NAME, bytes, _parse_base64),
            bytes,
        ),
    ]
    return {row.type: row for row in rows}


PRIMITIVES: Final[Mapping[TypeName, Primitive]] = _table()
"""The primitive types by expanded name, ``xsd:`` and ``ser:``."""
