"""Writing: WCF's choice of records, the table of a session, messages by hand and from tokens."""

import uuid
from decimal import Decimal

import pytest

from ipam_progress.binaryxml import (
    END,
    Attribute,
    Comment,
    Decoder,
    DictionaryString,
    Encoder,
    Float32,
    Fragment,
    QName,
    StartElement,
    UniqueId,
    append_attribute_text,
    append_bool,
    append_bytes,
    append_datetime,
    append_decimal,
    append_float,
    append_int,
    append_single,
    append_string,
    append_text,
    append_timespan,
    append_unique_id,
    append_uuid,
    attribute,
    declare,
    decode_document,
    dictionary_text,
    encode_document,
    open_attribute,
    start,
    text,
)
from ipam_progress.errors import LocalProtocolError, SerializationError
from ipam_progress.namespaces import ADDRESSING, ANONYMOUS, SOAP, XML
from ipam_progress.values import DateTime, DateTimeKind, TimeSpan

OCTETS = bytes(range(16))
R = StartElement("", "r", "")


def octets(digits):
    return bytes.fromhex(digits)


# Values as they end an element; the records that WCF writes for them.
WITH_END = [
    ("text", octets("99 04") + b"text"),
    ("0", octets("81")),
    ("1", octets("83")),
    ("2", octets("99 01 32")),
    ("é", octets("99 02 C3A9")),
    ("", octets("01")),
    ("x" * 255, octets("99 FF") + b"x" * 255),
    ("x" * 256, octets("9B 0001") + b"x" * 256),
    ("x" * 65535, octets("9B FFFF") + b"x" * 65535),
    ("x" * 65536, octets("9D 00000100") + b"x" * 65536),
    # UTF-8 with more than twice as many octets as characters gives way to UTF-16
    ("中", octets("99 03 E4B8AD")),
    ("中x", octets("99 04 E4B8AD 78")),
    ("中中", octets("B7 04 2D4E 2D4E")),
    ("中" * 127, octets("B7 FE") + octets("2D4E") * 127),
    ("中" * 128, octets("B9 0001") + octets("2D4E") * 128),
    ("中" * 32768, octets("BB 00000100") + octets("2D4E") * 32768),
    # four octets and two units of UTF-16 each
    ("\U0001f600" * 2, octets("99 08 F09F9880 F09F9880")),
    (True, octets("87")),
    (False, octets("85")),
    (0, octets("81")),
    (1, octets("83")),
    (2, octets("89 02")),
    (-1, octets("89 FF")),
    (127, octets("89 7F")),
    (-128, octets("89 80")),
    (128, octets("8B 8000")),
    (300, octets("8B 2C01")),
    (-129, octets("8B 7FFF")),
    (32767, octets("8B FF7F")),
    (32768, octets("8D 00800000")),
    (-(2**31), octets("8D 00000080")),
    (2**31, octets("8F 0000008000000000")),
    (-(2**63), octets("8F 0000000000000080")),
    (2**63 - 1, octets("8F FFFFFFFFFFFFFF7F")),
    (2**63, octets("B3 0000000000000080")),
    (2**64 - 1, octets("B3 FFFFFFFFFFFFFFFF")),
    (2.5, octets("91 00002040")),
    (2.0, octets("89 02")),
    (0.0, octets("81")),
    (-0.0, octets("81")),
    (2.0**40, octets("8F 0000000000010000")),
    (1e15, octets("93 00003426F56B0C43")),
    (0.1, octets("93 9A9999999999B93F")),
    (1e300, octets("93 9C7500883CE4377E")),
    (2.0**63, octets("91 0000005F")),
    (-(2.0**63), octets("8F 0000000000000080")),
    (float("inf"), octets("93 000000000000F07F")),
    (float("nan"), octets("93 000000000000F87F")),
    (Float32(2.5), octets("91 00002040")),
    (Float32(7.0), octets("89 07")),
    (Float32("inf"), octets("91 0000807F")),
    (Float32("nan"), octets("91 0000C07F")),
    (Decimal("1.5"), octets("95 0000 01 00 00000000 0F00000000000000")),
    (Decimal("1.50"), octets("95 0000 02 00 00000000 9600000000000000")),
    (Decimal(50), octets("95 0000 00 00 00000000 3200000000000000")),
    (Decimal("5E+1"), octets("95 0000 00 00 00000000 3200000000000000")),
    (Decimal("-0.1"), octets("95 0000 01 80 00000000 0100000000000000")),
    (Decimal(2**96 - 1), octets("95 0000 00 00 FFFFFFFF FFFFFFFFFFFFFFFF")),
    (Decimal("1E-28"), octets("95 0000 1C 00 00000000 0100000000000000")),
    (DateTime(1), octets("97 0100000000000000")),
    (DateTime(1, DateTimeKind.UTC), octets("97 0100000000000040")),
    (DateTime(1, DateTimeKind.LOCAL), octets("97 0100000000000080")),
    (TimeSpan(-10), octets("AF F6FFFFFFFFFFFFFF")),
    (uuid.UUID(bytes_le=OCTETS), octets("B1") + OCTETS),
    (UniqueId(OCTETS), octets("AD") + OCTETS),
    (b"", octets("01")),
    (b"\1\2\3", octets("9F 03 010203")),
    # whole groups of three octets, then the rest
    (b"\1", octets("9F 01 01")),
    (b"\1\2\3\4", octets("9E 03 010203 9F 01 04")),
    (b"x" * 255, octets("9F FF") + b"x" * 255),
    (b"x" * 257, octets("9E FF") + b"x" * 255 + octets("9F 02") + b"xx"),
    (b"x" * 258, octets("A1 0201") + b"x" * 258),
    (b"x" * 65538, octets("A3 02000100") + b"x" * 65538),
    ((True, "x", 5), octets("A4 86 98 01 78 88 05 A6 01")),
    ((), octets("A4 A6 01")),
    (QName("b", "T"), octets("99 03 623A54")),
    (DictionaryString("T"), octets("99 01 54")),
]


@pytest.mark.parametrize(("value", "expected"), WITH_END, ids=lambda item: repr(item)[:40])
def test_the_record_that_ends_an_element(value, expected):
    out = bytearray(b"<")
    append_text(out, value)
    assert bytes(out) == b"<" + expected


@pytest.mark.parametrize(("value", "expected"), WITH_END, ids=lambda item: repr(item)[:40])
def test_the_record_in_an_attribute(value, expected):
    out = bytearray()
    append_text(out, value, 0)
    if value in {"", b""}:
        assert bytes(out) == octets("A8")
    elif isinstance(value, tuple):
        assert bytes(out) == expected[:-1]
    elif isinstance(value, bytes):  # one record, as an attribute has only one
        assert decode_document(octets("40 01 72 04 01 61") + out + b"\x01")[0].attributes == (
            Attribute("", "a", "", value),
        )
    else:
        assert bytes(out) == bytes((expected[0] & 0xFE,)) + expected[1:]


@pytest.mark.parametrize(
    ("append", "value", "expected"),
    [
        (append_string, "text", "99 04 74657874"),
        (append_attribute_text, "text", "98 04 74657874"),
        (append_attribute_text, "", "A8"),
        (append_attribute_text, "1", "82"),
        (append_bool, True, "87"),
        (append_int, True, "83"),
        (append_int, 5, "89 05"),
        (append_float, 2.5, "91 00002040"),
        (append_float, 2, "89 02"),
        (append_single, 0.1, "91 CDCCCC3D"),
        (append_decimal, Decimal(5), "95 0000 00 00 00000000 0500000000000000"),
        (append_datetime, DateTime(1), "97 0100000000000000"),
        (append_timespan, TimeSpan(1), "AF 0100000000000000"),
        (append_bytes, b"\1", "9F 01 01"),
        (append_uuid, uuid.UUID(bytes_le=OCTETS), "B1 000102030405060708090A0B0C0D0E0F"),
        (append_unique_id, UniqueId(OCTETS), "AD 000102030405060708090A0B0C0D0E0F"),
        (append_unique_id, OCTETS, "AD 000102030405060708090A0B0C0D0E0F"),
    ],
)
def test_appenders(append, value, expected):
    out = bytearray()
    append(out, value)
    assert bytes(out) == octets(expected)


# Half to even at the 28th place, or where 96 bits end.
@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("1.5E-28", "0.0000000000000000000000000002"),
        ("2.5E-28", "0.0000000000000000000000000002"),
        ("-1E-999999", "-0.0000000000000000000000000000"),
        ("0.33333333333333333333333333333333", "0.3333333333333333333333333333"),
        ("79228162514264337593543950335.4", "79228162514264337593543950335"),
        ("7.92281625142643375935439503354", "7.9228162514264337593543950335"),
        ("9.9999999999999999999999999991", "9.999999999999999999999999999"),
        ("9.9999999999999999999999999996", "10.000000000000000000000000000"),
        ("99999999999999999999999999999E-1", "10000000000000000000000000000"),
        ("1234567890.12345678901234567890", "1234567890.1234567890123456789"),
        ("0E-40", "0.0000000000000000000000000000"),
        ("0E+40", "0"),
    ],
)
def test_decimals_of_more_digits_are_rounded(value, written):
    _, read, _ = decode_document(encode_document([R, Decimal(value), END]))
    assert f"{read:f}" == written


@pytest.mark.parametrize(
    ("append", "value", "message"),
    [
        (append_int, 2**64, "more than 64 bits"),
        (append_int, -(2**63) - 1, "more than 64 bits"),
        (append_decimal, Decimal(2**96), "no decimal of 96 bits"),
        (append_decimal, Decimal("-79228162514264337593543950335.5"), "no decimal of 96 bits"),
        (append_decimal, Decimal("1E+29"), "no decimal of 96 bits"),
        (append_decimal, Decimal("1E+999999"), "no decimal of 96 bits"),
        (append_decimal, Decimal("nan"), "no decimal of 96 bits"),
        (append_decimal, Decimal("nan5"), "no decimal of 96 bits"),
        (append_decimal, Decimal("inf"), "no decimal of 96 bits"),
        (append_single, 1e300, "too large for single precision"),
        (append_string, "\ud800", "half of a surrogate pair"),
        (append_text, None, "a NoneType is no text"),
        (append_text, (1, (2,)), "a list inside a list"),
        (append_text, (1, None), "a NoneType is no text"),
    ],
)
def test_values_without_a_record(append, value, message):
    out = bytearray()
    with pytest.raises(SerializationError, match=message):
        append(out, value)


def test_a_value_that_fails_leaves_nothing_behind():
    for append, value in (
        (append_decimal, Decimal("nan")),
        (append_single, 1e300),
        (append_string, "\ud800"),
        (append_int, 2**64),
    ):
        out = bytearray()
        with pytest.raises(SerializationError):
            append(out, value)
        assert not out


# Messages by hand.
SOAP_START = Fragment(
    start("s", "Envelope"),
    declare("s", SOAP),
    declare("a", ADDRESSING),
    start("s", "Header"),
    start("a", "Action"),
    attribute("s", "mustUnderstand", 1),
    dictionary_text("urn:x/Y"),
    END,
    start("a", "To"),
    attribute("s", "mustUnderstand", 1),
    dictionary_text(ANONYMOUS),
    END,
    END,
    start("s", "Body"),
)
VALUE = Fragment(start("", "Value"), declare("", "urn:x"))
END_ALL = Fragment(END, END)


def write(encoder, value):
    out = encoder.begin()
    known = encoder.octets
    out += known[SOAP_START]
    out += known[VALUE]
    append_int(out, value)
    out += known[END_ALL]
    return encoder.finish()


def test_messages_by_hand():
    encoder, decoder = Encoder(), Decoder()
    first = write(encoder, 5)
    assert first == (
        octets("14 07")
        + b"urn:x/Y"
        + octets("05")
        + b"Value"
        + octets("05")
        + b"urn:x"
        # SOAP's own names by the static dictionary, though "Value" is in it too
        + octets("56 02 0B 01 73 04 0B 01 61 06 56 08 44 0A 1E 00 82 AB 01 44 0C 1E 00 82 AB 14 01")
        + octets("56 0E 42 03 0A 05 89 05 01 01")
    )
    second = write(encoder, 300)
    assert second[0] == 0  # no new strings
    assert second[1:-5] == first[0x15:-4]
    assert [decoder.decode(first)[-4], decoder.decode(second)[-4]] == [5, 300]


def test_octets_are_rendered_once():
    encoder = Encoder()
    encoder.begin()
    assert encoder.octets[VALUE] is encoder.octets[VALUE]
    assert VALUE in encoder.octets
    assert SOAP_START not in encoder.octets


def test_fragments_are_equal_to_themselves_only():
    assert Fragment(END) != Fragment(END)
    assert len({Fragment(END), Fragment(END)}) == 2


def test_begin_and_finish_take_turns():
    encoder = Encoder()
    with pytest.raises(LocalProtocolError, match="begin one first"):
        encoder.finish()
    encoder.begin()
    with pytest.raises(LocalProtocolError, match="finish or abandon it first"):
        encoder.begin()
    with pytest.raises(LocalProtocolError, match="finish or abandon it first"):
        encoder.encode([R, END])
    encoder.finish()
    encoder.begin()
    encoder.abandon()
    encoder.abandon()
    assert encoder.encode([R, END]) == octets("02 01 72 42 01 01")


def test_strings_of_an_abandoned_message_are_announced_with_the_next():
    encoder, decoder = Encoder(), Decoder()
    out = encoder.begin()
    out += encoder.octets[VALUE]
    encoder.abandon()
    decoder.decode(write(encoder, 1))
    assert decoder.strings == ["Value", "urn:x", "urn:x/Y"]


def test_tokens_that_fail_leave_a_usable_session():
    encoder, decoder = Encoder(), Decoder()
    with pytest.raises(SerializationError):
        encoder.encode([R, StartElement("", "s", ""), None, END, END])
    tokens = decoder.decode(encoder.encode([StartElement("", "t", ""), END]))
    assert decoder.strings == ["r", "s", "t"]
    assert tokens == [StartElement("", "t", ""), END]


def table_of(*strings, limit=2048):
    """Encode an element for each string; give what is in the tables, and the documents."""
    encoder, decoder = Encoder(table_limit=limit), Decoder(table_limit=limit)
    announced = []
    for string in strings:
        tokens = decoder.decode(encoder.encode([StartElement("", string, ""), END]))
        assert tokens[0].local_name == string
        announced += decoder.strings
    return announced


def test_the_table_takes_what_fits_and_not_an_octet_more():
    # 15 of 128 octets each, with the length, leave 128
    full = [chr(ord("A") + index) * 127 for index in range(15)]
    last = "z" * 127
    assert table_of(*full, last, "more") == [*full, last]
    # longer than 127 octets, a length takes two
    longer = "z" * 127 + "é"
    assert table_of(*full, longer, "more") == full


def test_the_first_string_that_does_not_fit_closes_the_table():
    assert table_of("abc", "much too long", "d", limit=10) == ["abc"]
    assert table_of("abc", "d", "abc", limit=4) == ["abc"]
    assert table_of("abc", limit=0) == []


def test_a_full_table_still_finds_what_is_in_it():
    encoder = Encoder(table_limit=2)
    first = encoder.encode([R, StartElement("", "long", ""), END, END])
    assert first == octets("02 01 72 42 01 40 04") + b"long" + octets("01 01")
    assert encoder.encode([R, END]) == octets("00 42 01 01")


# The forms of markup, with room in the table and without.
B = (("b", "urn:b"),)
P = (("pre", "urn:p"),)
MARKUP = [
    (StartElement("", "n", ""), "42 01", "40 01 6E"),
    (
        StartElement("b", "n", "urn:b", (), B),
        "45 01 0B 01 62 03",
        "5F 01 6E 09 01 62 05 75726E3A62",
    ),
    (
        StartElement("pre", "n", "urn:p", (), P),
        "43 03 707265 01 0B 03 707265 03",
        "41 03 707265 01 6E 09 03 707265 05 75726E3A70",
    ),
    (
        StartElement("", "n", "urn:p", (), (("", "urn:p"),)),
        "42 01 0A 03",
        "40 01 6E 08 05 75726E3A70",
    ),
    (
        StartElement("", "n", "", (Attribute("", "a", "", "x"),)),
        "42 01 06 03 98 01 78",
        "40 01 6E 04 01 61 98 01 78",
    ),
    (
        StartElement("", "n", "", (Attribute("b", "a", "urn:b", "x"),), B),
        "42 01 0D 03 98 01 78 0B 01 62 05",
        "40 01 6E 27 01 61 98 01 78 09 01 62 05 75726E3A62",
    ),
    (
        StartElement("", "n", "", (Attribute("pre", "a", "urn:p", "x"),), P),
        "42 01 07 03 707265 03 98 01 78 0B 03 707265 05",
        "40 01 6E 05 03 707265 01 61 98 01 78 09 03 707265 05 75726E3A70",
    ),
    # as DataContractSerializer writes i:type
    (
        StartElement("", "n", "", (Attribute("", "t", "", QName("b", "T")),)),
        "42 01 06 03 BC 01 05",
        "40 01 6E 04 01 74 98 03 623A54",
    ),
    (
        StartElement("", "n", "", (Attribute("", "t", "", QName("", "T")),)),
        "42 01 06 03 AA 05",
        "40 01 6E 04 01 74 98 01 54",
    ),
    (
        StartElement("", "n", "", (Attribute("", "t", "", QName("pre", "T")),)),
        "42 01 06 03 98 05 7072653A54",
        "40 01 6E 04 01 74 98 05 7072653A54",
    ),
    (
        StartElement("", "n", "", (Attribute("", "t", "", DictionaryString("T")),)),
        "42 01 06 03 AA 05",
        "40 01 6E 04 01 74 98 01 54",
    ),
    # in full, as WCF has it
    (
        StartElement("", "n", "", (Attribute("xml", "lang", XML, ""),)),
        "42 01 05 03 786D6C 04 6C616E67 A8",
        "40 01 6E 05 03 786D6C 04 6C616E67 A8",
    ),
]


@pytest.mark.parametrize(("element", "by_id", "inline"), MARKUP)
def test_markup(element, by_id, inline):
    assert encode_document([element, END]) == octets(inline + "01")
    message = Encoder().encode([element, END])
    assert message[message[0] + 1 :] == octets(by_id + "01")


def test_soap_and_addressing_go_through_the_static_dictionary():
    tokens = [
        StartElement("s", "Envelope", SOAP, (), (("s", SOAP), ("a", ADDRESSING))),
        StartElement("a", "To", ADDRESSING, (Attribute("s", "mustUnderstand", SOAP, 1),)),
        DictionaryString(ANONYMOUS),
        END,
        # a name of the static dictionary, but not SOAP's
        StartElement("", "nil", ""),
        QName("a", "nil"),
        END,
        END,
    ]
    assert Encoder().encode(tokens) == octets(
        "04 03 6E696C 56 02 0B 01 73 04 0B 01 61 06 44 0C 1E 00 82 AB 14 42 01 BD 00 F606 01"
    )


def test_text_and_the_end_of_its_element():
    tokens = [R, "a", Comment("c"), "b", StartElement("", "s", ""), END, 1, END]
    assert encode_document(tokens) == octets("40 01 72 98 01 61 02 01 63 98 01 62 40 01 73 01 83")
    # an empty text at the end leaves no trace, one in the middle does
    assert encode_document([R, "", "", END]) == octets("40 01 72 A8 01")


def test_comments_around_the_root():
    tokens = [Comment("before"), R, END, Comment("after")]
    assert decode_document(encode_document(tokens)) == tokens


ITEM = StartElement("", "i", "", (Attribute("", "a", "", True),))
HEAD = "40 01 72 03 40 01 69 04 01 61 86 01"
ARRAYS = [
    ([True, False], "B5 02 01 00"),
    ([1, -32768], "8B 02 0100 0080"),
    ([1, 32768], "8D 02 01000000 00800000"),
    ([1, -(2**31) - 1], "8F 02 0100000000000000 FFFFFF7FFFFFFFFF"),
    ([1.0, 0.1], "93 02 000000000000F03F 9A9999999999B93F"),
    ([Float32(1.0), Float32(2.5)], "91 02 0000803F 00002040"),
    (
        [Decimal("1.5"), Decimal(-2)],
        "95 02 0000010000000000 0F00000000000000 0000008000000000 0200000000000000",
    ),
    ([DateTime(1), DateTime(2)], "97 02 0100000000000000 0200000000000000"),
    ([TimeSpan(1), TimeSpan(-1)], "AF 02 0100000000000000 FFFFFFFFFFFFFFFF"),
    ([uuid.UUID(bytes_le=OCTETS)] * 2, "B1 02" + OCTETS.hex() * 2),
]


def repeated(values):
    return [R, *(token for value in values for token in (ITEM, value, END)), END]


@pytest.mark.parametrize(("values", "expected"), ARRAYS, ids=repr)
def test_arrays(values, expected):
    document = encode_document(repeated(values))
    assert document == octets(HEAD + expected + "01")
    assert decode_document(document) == repeated(values)


@pytest.mark.parametrize(
    "values", [[1], ["a", "b"], [1, True], [1, 2**63], [2**64 - 1, 1], [b"\1", b"\2"]], ids=repr
)
def test_no_arrays(values):
    document = encode_document(repeated(values))
    assert 0x03 not in document[:4]
    assert decode_document(document) == repeated(values)


def test_an_array_between_others():
    other = StartElement("", "i", "", ITEM.attributes)  # equal, but another element
    tokens = [R, other, 5, END, ITEM, 1, END, ITEM, 2, END, other, 6, END, ITEM, END, END]
    document = encode_document(tokens)
    assert document.count(octets("03 40")) == 1
    assert decode_document(document) == tokens


def test_an_array_as_the_root_is_no_document():
    with pytest.raises(SerializationError, match="2 root elements"):
        encode_document([ITEM, 1, END, ITEM, "x", END])


BAD_TOKENS = [
    ([], "0 root elements"),
    ([Comment("c")], "0 root elements"),
    ([R, END, R, END], "2 root elements"),
    ([R], "1 elements do not end"),
    ([R, R, END], "1 elements do not end"),
    ([END], "END stands outside"),
    ([R, END, END], "END stands outside"),
    (["x", R, END], "'x' stands outside"),
    ([StartElement("p", "r", "urn:p"), END], "'p' is not declared as 'urn:p'"),
    ([StartElement("", "r", "urn:p"), END], "'' is not declared as 'urn:p'"),
    ([StartElement("p", "r", "urn:p", (), (("p", "urn:q"),)), END], "'p' is not declared as"),
    (
        [StartElement("", "r", "", (Attribute("p", "a", "urn:p", ""),)), END],
        "'p' is not declared as 'urn:p'",
    ),
    ([StartElement("", "r", "", (Attribute("", "a", "urn:p", ""),)), END], "'' is not declared"),
    ([R, None, END], "a NoneType is no text"),
    ([StartElement("", "\ud800", ""), END], "half of a surrogate pair"),
    ([R, Comment("\ud800"), END], "half of a surrogate pair"),
]


@pytest.mark.parametrize(("tokens", "message"), BAD_TOKENS)
def test_tokens_that_are_no_document(tokens, message):
    with pytest.raises(SerializationError, match=message):
        encode_document(tokens)
    with pytest.raises(SerializationError, match=message):
        Encoder().encode(iter(tokens))


def test_declarations_reach_inside_and_end_with_their_element():
    outer = StartElement("b", "r", "urn:b", (), B)
    inner = StartElement("b", "s", "urn:b")
    tokens = [outer, inner, END, END]
    assert decode_document(encode_document(tokens)) == tokens
    with pytest.raises(SerializationError, match="is not declared"):
        encode_document([R, outer, END, inner, END, END])


# Parts of fragments.
def rendered(*parts):
    return Encoder(table_limit=0).octets[Fragment(*parts)].hex(" ")


def test_text_parts():
    assert rendered(text("x"), END) == "99 01 78"
    assert rendered(text("x")) == "98 01 78"
    assert rendered(text("x"), text(5), END, END) == "98 01 78 89 05 01"
    assert rendered(text("")) == "a8"
    assert rendered(text(""), END) == "01"
    assert rendered(dictionary_text("x"), END) == "99 01 78"
    assert rendered(dictionary_text("Envelope"), END) == "ab 02"
    assert rendered(END) == "01"
    assert rendered() == ""


def test_attribute_parts():
    assert rendered(attribute("", "a", "x")) == "04 01 61 98 01 78"
    assert rendered(open_attribute("i", "type")) == "2e 04 74 79 70 65"
    # an attribute's value is no text of the element that ends
    assert rendered(start("", "r"), attribute("", "a", "x"), END) == "40 01 72 04 01 61 98 01 78 01"


def test_declarations_past_the_dictionaries():
    encoder = Encoder()
    assert encoder.octets[Fragment(declare("a", "urn:x", inline=True))].hex(" ") == (
        "09 01 61 05 75 72 6e 3a 78"
    )
    assert encoder.octets[Fragment(declare("", SOAP, inline=True))] == (b"\x08\x27" + SOAP.encode())
    assert encoder.octets[Fragment(declare("a", "urn:x"))].hex(" ") == "0b 01 61 01"


@pytest.mark.parametrize("make", [start, open_attribute, lambda p, n: attribute(p, n, "")])
@pytest.mark.parametrize("name", ["", "xmlns"])
def test_names_that_no_reader_takes(make, name):
    with pytest.raises(ValueError, match="is no name"):
        make("", name)
