"""Writing text records, [MC-NBFX] 2.2.3, with the choice of records that WCF makes.

One function for each kind of value appends to a `bytearray`. Each takes `end`, 1 where the text is
the last thing in its element, which makes the record the one ...WithEndElement, and 0 where it is
not, as in an attribute. `append_text` chooses the function by the type of a value. Knows nothing of
elements and dictionaries.
"""

import struct
from collections.abc import Callable, Sequence
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any, Final, NamedTuple
from uuid import UUID

from ipam_progress.binaryxml.records import RecordType, encode_int31
from ipam_progress.binaryxml.tokens import DictionaryString, Float32, QName, Text, UniqueId
from ipam_progress.errors import SerializationError
from ipam_progress.values import DateTime, TimeSpan

__all__ = [
    "append_attribute_text",
    "append_bool",
    "append_bytes",
    "append_datetime",
    "append_decimal",
    "append_float",
    "append_int",
    "append_list",
    "append_single",
    "append_string",
    "append_text",
    "append_timespan",
    "append_unique_id",
    "append_uuid",
    "array_octets",
]

_CHARS: Final = RecordType.CHARS8_TEXT.value
_UNICODE_CHARS: Final = RecordType.UNICODE_CHARS8_TEXT.value
_BYTES: Final = RecordType.BYTES8_TEXT.value

_pack_int8: Final = struct.Struct("<Bb").pack
_pack_int16: Final = struct.Struct("<Bh").pack
_pack_int32: Final = struct.Struct("<Bi").pack
_pack_int64: Final = struct.Struct("<Bq").pack
_pack_uint64: Final = struct.Struct("<BQ").pack
_pack_float: Final = struct.Struct("<Bf").pack
_pack_double: Final = struct.Struct("<Bd").pack
_pack_decimal: Final = struct.Struct("<HBBIQ").pack
_pack_length16: Final = struct.Struct("<BH").pack
_pack_length32: Final = struct.Struct("<Bi").pack


def append_string(out: bytearray, text: str, end: int = 1) -> None:
    """Append text; an empty one that ends its element is no record but the bare end.

    UTF-8, unless that takes more than two octets for each unit of UTF-16.

    Raises:
        SerializationError: If the text has half of a surrogate pair, which no encoding can write.
    """
    if not text:
        out.append(0x01 if end else RecordType.EMPTY_TEXT)
        return
    try:
        octets = text.encode()
    except UnicodeEncodeError as error:
        raise SerializationError(
            f"text with half of a surrogate pair, {text[error.start]!r}: it cannot be written"
        ) from None
    size = len(octets)
    if size == 1 and text in "01":
        out.append((RecordType.ZERO_TEXT if text == "0" else RecordType.ONE_TEXT) + end)
    elif size // 2 > len(text) and size // 2 > len(text.encode("utf-16-le")) // 2:
        _append_sized(out, _UNICODE_CHARS + end, text.encode("utf-16-le"))
    elif size < 0x100:
        out.append(_CHARS + end)
        out.append(size)
        out += octets
    else:
        _append_sized(out, _CHARS + end, octets)


def append_attribute_text(out: bytearray, text: str) -> None:
    """Append text as the value of an attribute that was opened before."""
    append_string(out, text, 0)


def _append_sized(out: bytearray, code: int, octets: bytes) -> None:
    """Append octets with the length form that fits: the record type, the next one, or the third."""
    size = len(octets)
    if size < 0x100:
        out.append(code)
        out.append(size)
    elif size < 0x10000:
        out += _pack_length16(code + 2, size)
    else:
        out += _pack_length32(code + 4, size)
    out += octets


def append_bool(out: bytearray, value: bool, end: int = 1) -> None:
    """Append a truth value."""
    out.append((RecordType.TRUE_TEXT if value else RecordType.FALSE_TEXT) + end)


def append_int(out: bytearray, value: int, end: int = 1) -> None:
    """Append a whole number in the smallest record that holds it.

    Raises:
        SerializationError: If it needs more than 64 bits.
    """
    if -0x80 <= value < 0x80:
        if 0 <= value <= 1:
            out.append((RecordType.ONE_TEXT if value else RecordType.ZERO_TEXT) + end)
        else:
            out += _pack_int8(0x88 + end, value)
    elif -0x8000 <= value < 0x8000:
        out += _pack_int16(0x8A + end, value)
    elif -0x80000000 <= value < 0x80000000:
        out += _pack_int32(0x8C + end, value)
    elif -0x8000000000000000 <= value < 0x8000000000000000:
        out += _pack_int64(0x8E + end, value)
    elif 0 <= value < 0x10000000000000000:
        out += _pack_uint64(0xB2 + end, value)
    else:
        raise SerializationError(f"{value} needs more than 64 bits: send it as text")


def append_float(out: bytearray, value: float, end: int = 1) -> None:
    """Append a number of double precision: as an integer or single if that loses nothing."""
    try:
        (single,) = _SINGLE.unpack(_SINGLE.pack(value))
    except OverflowError:
        single = None
    if single == value and abs(value) != _INFINITY:
        append_single(out, value, end)
    else:
        out += _pack_double(RecordType.DOUBLE_TEXT + end, value)


def append_single(out: bytearray, value: float, end: int = 1) -> None:
    """Append a number of single precision: as an integer if it is one.

    Raises:
        SerializationError: If it is too large for single precision.
    """
    if -0x8000000000000000 <= value < 0x8000000000000000 and value == int(value):
        append_int(out, int(value), end)
        return
    try:
        out += _pack_float(RecordType.FLOAT_TEXT + end, value)
    except OverflowError:
        raise SerializationError(f"{value!r} is too large for single precision") from None


_SINGLE: Final = struct.Struct("<f")
_INFINITY: Final = float("inf")
_EXACT: Final = Context(prec=100, rounding=ROUND_HALF_EVEN)
_MAX_MANTISSA: Final = (1 << 96) - 1


def append_decimal(out: bytearray, value: Decimal, end: int = 1) -> None:
    """Append a decimal with its trailing zeros.

    Digits behind the 28th place, or beyond 96 bits, are rounded away half to even, as .NET does.

    Raises:
        SerializationError: If it is no number, or larger than 96 bits.
    """
    octets = _decimal_octets(value)
    out.append(RecordType.DECIMAL_TEXT + end)
    out += octets


def _decimal_octets(value: Decimal) -> bytes:
    """Write a DECIMAL of [MS-OAUT] 2.2.26: scale, sign, and 96 bits in two parts."""
    text = str(value)
    if len(text) > 27 or "E" in text or not value.is_finite():
        text = _plain_text(value)
    whole, _, fraction = text.partition(".")
    mantissa = abs(int(whole + fraction))
    if mantissa > _MAX_MANTISSA:
        raise _no_decimal(value)
    sign = 0x80 if text[0] == "-" else 0
    high, low = mantissa >> 64, mantissa & 0xFFFFFFFFFFFFFFFF
    return _pack_decimal(0, len(fraction), sign, high, low)


def _plain_text(value: Decimal) -> str:
    """Write a decimal without an exponent and with as many places as 96 bits have."""
    if not value.is_finite() or (value and value.adjusted() > 28):
        raise _no_decimal(value)
    parts = value.as_tuple()
    if int(parts.exponent) < -28 or len(parts.digits) > 28:
        value = _round_decimal(value)
    return f"{value:f}"


def _round_decimal(value: Decimal) -> Decimal:
    """Round to as many places as a decimal of 96 bits has: 28, and 29 digits in all if they fit."""
    places = min(28, 28 - value.adjusted())
    rounded = value.quantize(Decimal((0, (1,), -places)), context=_EXACT)
    if places and abs(int(rounded.scaleb(places, _EXACT))) > _MAX_MANTISSA:
        rounded = value.quantize(Decimal((0, (1,), 1 - places)), context=_EXACT)
    return rounded


def _no_decimal(value: Decimal) -> SerializationError:
    return SerializationError(f"{value} is no decimal of 96 bits: the largest is {_MAX_MANTISSA}")


def append_datetime(out: bytearray, value: DateTime, end: int = 1) -> None:
    """Append a point in time."""
    out += _pack_uint64(RecordType.DATE_TIME_TEXT + end, value.to_binary())


def append_timespan(out: bytearray, value: TimeSpan, end: int = 1) -> None:
    """Append a length of time, which DataContractSerializer writes as text instead."""
    out += _pack_int64(RecordType.TIME_SPAN_TEXT + end, value.ticks)


def append_uuid(out: bytearray, value: UUID, end: int = 1) -> None:
    """Append a UUID, which DataContractSerializer writes as text instead."""
    out.append(RecordType.UUID_TEXT + end)
    out += value.bytes_le


def append_unique_id(out: bytearray, value: UniqueId | bytes, end: int = 1) -> None:
    """Append a `UniqueId`, or the 16 octets of one."""
    octets = value.octets if isinstance(value, UniqueId) else UniqueId(value).octets
    out.append(RecordType.UNIQUE_ID_TEXT + end)
    out += octets


def append_bytes(out: bytearray, value: bytes, end: int = 1) -> None:
    """Append octets, which stand for their base64 text; none at all as `append_string` does.

    At the end of an element as WCF does it: whole groups of three first, and the one or two octets
    over as a record of their own. The two texts joined are the base64 text of all.
    """
    whole = len(value) - len(value) % 3
    if not value:
        append_string(out, "", end)
    elif not end or whole in {0, len(value)}:
        _append_sized(out, _BYTES + end, value)
    else:
        _append_sized(out, _BYTES, value[:whole])
        _append_sized(out, _BYTES + end, value[whole:])


def append_list(out: bytearray, items: tuple[Text, ...], end: int = 1) -> None:
    """Append a list of texts, [MC-NBFX] 2.2.3.19.

    Raises:
        SerializationError: If an item is a list itself, or cannot be written.
    """
    out.append(RecordType.START_LIST_TEXT)
    for item in items:
        if isinstance(item, tuple):
            raise SerializationError("a list inside a list: its items are texts")
        append_text(out, item, 0)
    out.append(RecordType.END_LIST_TEXT)
    if end:
        out.append(RecordType.END_ELEMENT)


class _ArrayForm(NamedTuple):
    """How values of a type lie in an Array record."""

    code: int
    pack: Callable[[Any], bytes]


def _bits(value: DateTime) -> bytes:
    return _UINT64.pack(value.to_binary())


def _ticks(value: TimeSpan) -> bytes:
    return _INT64.pack(value.ticks)


def _uuid_octets(value: UUID) -> bytes:
    return value.bytes_le


_UINT64: Final = struct.Struct("<Q")
_INT64: Final = struct.Struct("<q")

_ARRAY_FORMS: Final = {
    bool: _ArrayForm(RecordType.BOOL_TEXT | 1, struct.Struct("<?").pack),
    float: _ArrayForm(RecordType.DOUBLE_TEXT | 1, struct.Struct("<d").pack),
    Float32: _ArrayForm(RecordType.FLOAT_TEXT | 1, _SINGLE.pack),
    Decimal: _ArrayForm(RecordType.DECIMAL_TEXT | 1, _decimal_octets),
    DateTime: _ArrayForm(RecordType.DATE_TIME_TEXT | 1, _bits),
    TimeSpan: _ArrayForm(RecordType.TIME_SPAN_TEXT | 1, _ticks),
    UUID: _ArrayForm(RecordType.UUID_TEXT | 1, _uuid_octets),
}
_INTEGER_FORMS: Final = (
    (0x8000, _ArrayForm(RecordType.INT16_TEXT | 1, struct.Struct("<h").pack)),
    (0x80000000, _ArrayForm(RecordType.INT32_TEXT | 1, struct.Struct("<i").pack)),
    (0x8000000000000000, _ArrayForm(RecordType.INT64_TEXT | 1, _INT64.pack)),
)


def array_octets(values: Sequence[Text]) -> bytes | None:
    """Write the values of an Array record: their type, their number, and themselves.

    None if they are not all of one type, or no array holds that type.
    """
    kinds = {type(value) for value in values}
    if len(kinds) != 1:
        return None
    form = _ARRAY_FORMS.get(kinds.pop()) or _integer_form(values)
    if form is None:
        return None
    return bytes((form.code,)) + encode_int31(len(values)) + b"".join(map(form.pack, values))


def _integer_form(values: Sequence[Any]) -> _ArrayForm | None:
    """Find the smallest integers that hold all of these values, if they are integers."""
    if type(values[0]) is int:
        for bound, form in _INTEGER_FORMS:
            if -bound <= min(values) and max(values) < bound:
                return form
    return None


def append_text(out: bytearray, value: Text, end: int = 1) -> None:
    """Append a value of any kind, by its type.

    A `QName` and a `DictionaryString` become plain text: what knows a dictionary can do better.

    Raises:
        SerializationError: If its type has no record, or the value does not fit one.
    """
    append = _APPENDERS.get(type(value))
    if append is None:
        raise SerializationError(f"a {type(value).__name__} is no text: {value!r}")
    append(out, value, end)


def _append_spelled(out: bytearray, value: object, end: int) -> None:
    append_string(out, str(value), end)


_APPENDERS: Final[dict[type, Callable[[bytearray, Any, int], None]]] = {
    str: append_string,
    DictionaryString: append_string,
    QName: _append_spelled,
    bool: append_bool,
    int: append_int,
    float: append_float,
    Float32: append_single,
    Decimal: append_decimal,
    DateTime: append_datetime,
    TimeSpan: append_timespan,
    UUID: append_uuid,
    UniqueId: append_unique_id,
    bytes: append_bytes,
    tuple: append_list,
}
