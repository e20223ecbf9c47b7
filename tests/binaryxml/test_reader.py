"""Reading: every record, every way to break a document, quotas, the tables of a session."""

import gc
from decimal import Decimal
from uuid import UUID

import pytest

from ipam_progress.binaryxml import (
    END,
    Attribute,
    Comment,
    Decoder,
    DictionaryString,
    Float32,
    QName,
    Quotas,
    StartElement,
    UniqueId,
    decode_document,
    reader,
)
from ipam_progress.binaryxml.records import encode_int31, encode_string, record_name
from ipam_progress.errors import BinaryXmlError, QuotaExceededError
from ipam_progress.namespaces import SOAP, XML, XMLNS
from ipam_progress.values import DateTime, DateTimeKind, TimeSpan

OCTETS = bytes(range(16))
R = StartElement("", "r", "")


def octets(text):
    """Hexadecimal digits, with names and other strings in apostrophes as String records."""
    parts = text.split("'")
    return b"".join(
        encode_string(part) if index % 2 else bytes.fromhex(part)
        for index, part in enumerate(parts)
    )


# Text records by their octets, without the end of the element.
TEXTS = [
    ("80", 0),
    ("82", 1),
    ("84", False),
    ("86", True),
    ("88 80", -128),
    ("8A 0080", -32768),
    ("8C 00000080", -(2**31)),
    ("8E 0000000000000080", -(2**63)),
    ("90 0000C03F", Float32(1.5)),
    ("92 000000000000F83F", 1.5),
    ("94 0000 02 80 00000000 9600000000000000", Decimal("-1.50")),
    ("94 0000 00 00 FFFFFFFF FFFFFFFFFFFFFFFF", Decimal(2**96 - 1)),
    ("94 0000 1C 00 FFFFFFFF FFFFFFFFFFFFFFFF", Decimal("7.9228162514264337593543950335")),
    ("94 0000 00 80 00000000 0500000000000000", Decimal(-5)),
    ("96 803853B3AB49DE48", DateTime(639_029_198_930_000_000, DateTimeKind.UTC)),
    ("98 'text'", "text"),
    ("9A 0300 E4B8AD", "中"),
    ("9C 03000000 E4B8AD", "中"),
    ("9E 03 010203", b"\1\2\3"),
    ("A0 0300 010203", b"\1\2\3"),
    ("A2 03000000 010203", b"\1\2\3"),
    ("A4 80 98 'x' A6", (0, "x")),
    ("A4 A6", ()),
    ("A8", ""),
    ("AA 02", DictionaryString("Envelope")),
    ("AA 03", DictionaryString("second")),
    ("AA CC07", DictionaryString("detail")),
    ("AC 000102030405060708090A0B0C0D0E0F", UniqueId(OCTETS)),
    ("AE F6FFFFFFFFFFFFFF", TimeSpan(-10)),
    ("B0 000102030405060708090A0B0C0D0E0F", UUID(bytes_le=OCTETS)),
    ("B2 FFFFFFFFFFFFFFFF", 2**64 - 1),
    ("B4 00", False),
    ("B4 01", True),
    ("B6 02 2D4E", "中"),
    ("B8 0200 2D4E", "中"),
    ("BA 02000000 2D4E", "中"),
    ("BC 01 03", QName("b", "second")),
    ("BC 19 02", QName("z", "Envelope")),
]
SESSION = ["first", "second"]


def same(value, expected):
    return type(value) is type(expected) and value == expected


@pytest.mark.parametrize(("text", "value"), TEXTS, ids=[text for text, _ in TEXTS])
def test_text_in_an_element_and_an_attribute(text, value):
    record = octets(text)
    for document in (
        octets("40 'r'") + record + b"\x01",
        octets("40 'r'") + bytes((record[0] | 1,)) + record[1:],
    ):
        if document[3] == 0xA5:  # a list has no record that ends the element
            continue
        tokens = decode_document(document, session=SESSION)
        assert tokens == [R, value, END]
        assert same(tokens[1], value)
    attribute = decode_document(octets("40 'r' 04 'a'") + record + b"\x01", session=SESSION)
    assert attribute[0].attributes == (Attribute("", "a", "", value),)
    assert same(attribute[0].attributes[0].value, value)


def test_texts_have_every_text_record():
    codes = {octets(text)[0] for text, _ in TEXTS}
    named = {code for code in range(0x80, 0x100, 2) if record_name(code)}
    assert named - codes == {0xA6}


@pytest.mark.parametrize(("text", "value"), TEXTS, ids=[text for text, _ in TEXTS])
def test_cut_texts(text, value):
    record = octets(text)
    for size in range(1, len(record)):
        with pytest.raises(BinaryXmlError):
            decode_document(octets("40 'r'") + record[:size], session=SESSION)
        with pytest.raises(BinaryXmlError):
            decode_document(octets("40 'r' 04 'a'") + record[:size], session=SESSION)


B = StartElement("b", "second", "urn:b", (), (("b", "urn:b"),))
PRE = StartElement("pre", "r", "urn:p", (), (("pre", "urn:p"),))
STARTS = [
    ("40 'r'", R),
    ("41 'pre' 'r' 09 'pre' 'urn:p'", PRE),
    ("42 03", StartElement("", "second", "")),
    ("42 02", StartElement("", "Envelope", "")),
    ("42 CC07", StartElement("", "detail", "")),
    ("43 'b' 03 09 'b' 'urn:b'", B),
    ("45 03 09 'b' 'urn:b'", B),
    ("5F 'second' 09 'b' 'urn:b'", B),
    ("40 'r' 08 'urn:p'", StartElement("", "r", "urn:p", (), (("", "urn:p"),))),
    ("40 'r' 0A 03", StartElement("", "r", "second", (), (("", "second"),))),
    ("40 'r' 0A 04", StartElement("", "r", SOAP, (), (("", SOAP),))),
    ("40 'r' 0B 'pre' 03", StartElement("", "r", "", (), (("pre", "second"),))),
    ("40 'r' 08 ''", StartElement("", "r", "", (), (("", ""),))),
    ("40 'r' 04 'a' 80", StartElement("", "r", "", (Attribute("", "a", "", 0),))),
    ("40 'r' 06 03 80", StartElement("", "r", "", (Attribute("", "second", "", 0),))),
    ("40 'r' 06 CC07 80", StartElement("", "r", "", (Attribute("", "detail", "", 0),))),
    # an attribute without a prefix has no namespace, whatever the default is
    (
        "40 'r' 04 'a' 80 08 'urn:p'",
        StartElement("", "r", "urn:p", (Attribute("", "a", "", 0),), (("", "urn:p"),)),
    ),
    # a prefix may be used before it is declared
    (
        "41 'pre' 'r' 05 'pre' 'a' 82 09 'pre' 'urn:p'",
        StartElement(
            "pre", "r", "urn:p", (Attribute("pre", "a", "urn:p", 1),), (("pre", "urn:p"),)
        ),
    ),
    (
        "41 'pre' 'r' 07 'pre' 03 82 09 'pre' 'urn:p'",
        StartElement(
            "pre", "r", "urn:p", (Attribute("pre", "second", "urn:p", 1),), (("pre", "urn:p"),)
        ),
    ),
    (
        "45 03 0D 01 82 27 'a' 80 09 'b' 'urn:b'",
        StartElement(
            "b",
            "second",
            "urn:b",
            (Attribute("b", "first", "urn:b", 1), Attribute("b", "a", "urn:b", 0)),
            (("b", "urn:b"),),
        ),
    ),
    ("40 'r' 05 'xml' 'lang' A8", StartElement("", "r", "", (Attribute("xml", "lang", XML, ""),))),
    (f"40 'r' 09 'xml' '{XML}'", StartElement("", "r", "", (), (("xml", XML),))),
]


@pytest.mark.parametrize(("text", "start"), STARTS, ids=[text for text, _ in STARTS])
def test_starts_of_elements(text, start):
    assert decode_document(octets(text) + b"\x01", session=SESSION) == [start, END]


@pytest.mark.parametrize(("text", "start"), STARTS, ids=[text for text, _ in STARTS])
def test_cut_starts_of_elements(text, start):
    document = octets(text)
    for size in range(len(document) + 1):
        with pytest.raises(BinaryXmlError):
            decode_document(document[:size], session=SESSION)


@pytest.mark.parametrize("letter", range(26))
def test_records_of_a_letter(letter):
    prefix = "abcdefghijklmnopqrstuvwxyz"[letter]
    declaration = octets(f"09 '{prefix}' 'urn:x'")
    element = StartElement(
        prefix,
        "first",
        "urn:x",
        (Attribute(prefix, "first", "urn:x", 0), Attribute(prefix, "a", "urn:x", 1)),
        ((prefix, "urn:x"),),
    )
    attributes = (
        bytes((0x0C + letter, 1, 0x80, 0x26 + letter)) + octets("'a' 82") + declaration + b"\x01"
    )
    by_id = bytes((0x44 + letter, 1)) + attributes
    by_name = bytes((0x5E + letter,)) + octets("'first'") + attributes
    assert decode_document(by_id, session=SESSION) == [element, END]
    assert decode_document(by_name, session=SESSION) == [element, END]


def test_scopes():
    document = octets(
        "40 'a' 08 'urn:1'  40 'b' 01  40 'c' 09 'p' 'urn:2'  41 'p' 'd' 08 ''  40 'e' 01 01"
        " 41 'p' 'f' 01 01 40 'g' 01 01"
    )
    starts = {
        token.local_name: token
        for token in decode_document(document)
        if isinstance(token, StartElement)
    }
    assert {name: start.namespace for name, start in starts.items()} == {
        "a": "urn:1",
        "b": "urn:1",
        "c": "urn:1",
        "d": "urn:2",
        "e": "",
        "f": "urn:2",
        "g": "urn:1",
    }
    assert starts["b"].namespaces is starts["a"].namespaces is starts["g"].namespaces
    assert starts["f"].namespaces == {"": "urn:1", "p": "urn:2", "xml": XML}
    assert starts["e"].namespaces == {"": "", "p": "urn:2", "xml": XML}


def test_comments_and_mixed_content():
    document = octets("02 'before' 40 'r' 98 'a' 02 'in' 98 'b' 40 's' 99 'c' 82 01 02 'after'")
    assert decode_document(document) == [
        Comment("before"),
        R,
        "a",
        Comment("in"),
        "b",
        StartElement("", "s", ""),
        "c",
        END,
        1,
        END,
        Comment("after"),
    ]


ARRAYS = [
    ("B5 02 00 01", [False, True]),
    ("8B 02 0080 0100", [-32768, 1]),
    ("8D 01 00000080", [-(2**31)]),
    ("8F 01 0000000000000080", [-(2**63)]),
    ("91 01 0000C03F", [Float32(1.5)]),
    ("93 01 000000000000F83F", [1.5]),
    ("95 01 0000 01 00 00000000 0F00000000000000", [Decimal("1.5")]),
    ("97 01 0100000000000000", [DateTime(1)]),
    ("AF 02 F6FFFFFFFFFFFFFF 0000000000000000", [TimeSpan(-10), TimeSpan(0)]),
    ("B1 01 000102030405060708090A0B0C0D0E0F", [UUID(bytes_le=OCTETS)]),
]


@pytest.mark.parametrize(("text", "values"), ARRAYS, ids=[text for text, _ in ARRAYS])
def test_arrays(text, values):
    document = octets("40 'r' 03 40 'i' 04 'a' 86 01") + octets(text) + octets("40 'r' 01 01")
    item = StartElement("", "i", "", (Attribute("", "a", "", True),))
    expected = [R, *(token for value in values for token in (item, value, END)), R, END, END]
    tokens = decode_document(document)
    assert tokens == expected
    assert all(
        same(token, value)
        for token, value in zip(tokens, expected, strict=True)
        if not isinstance(value, StartElement)
    )
    # one object for all, by which a writer can tell
    assert len({id(token) for token in tokens[1:-3:3]}) == 1
    for size in range(1, len(document)):
        with pytest.raises(BinaryXmlError):
            decode_document(document[:size])


def test_arrays_as_the_root():
    one = octets("03 40 'r' 01 8B 01 0500")
    assert decode_document(one) == [R, 5, END]
    two = octets("03 40 'r' 01 8B 02 0500 0600")
    with pytest.raises(BinaryXmlError, match="the root element is an array"):
        decode_document(two)
    assert decode_document(two, fragment=True) == [R, 5, END, R, 6, END]


BROKEN = [
    ("", "has no element"),
    ("02 'only a comment'", "has no element"),
    ("01", "an end without an element"),
    ("40 'r' 01 01", "an end without an element"),
    ("80", "text outside the root element"),
    ("40 'r' 81 80", "text outside the root element"),
    ("40 'r'", "ends within"),
    ("40 'r' 40 's' 01", "ends within"),
    ("40 'r' 01 40 's' 01", "something follows the root element"),
    ("40 'r' 81 40 's' 01", "something follows the root element"),
    ("03 40 'r' 01 8B 01 0500 40 's' 01", "something follows the root element"),
    ("40 'r' 01 00", "record type 0x00 is reserved"),
    ("00", "record type 0x00 is reserved"),
    ("78", "record type 0x78 is reserved"),
    ("40 'r' BE 01", "record type 0xBE is reserved"),
    ("40 'r' A5 01", "record type 0xA5 is reserved"),
    ("40 'r' A6 01", "EndListText is no text"),
    ("40 'r' 01 04 'a' 80", "without an element before it"),
    ("40 'r' 80 09 'a' 'urn:a' 01", "without an element before it"),
    ("40 ''", "'' is no name"),
    ("40 'xmlns'", "'xmlns' is no name"),
    ("42 A201", "'' is no name"),
    ("42 05 01", "no string of the dictionary has the id 5"),
    ("42 CE07 01", "no string of the dictionary has the id 974"),
    ("42 FFFFFFFF07 01", "no string of the dictionary has the id 2147483647"),
    ("42 FFFFFFFF08 01", "larger than 31 bits"),
    ("40 'r' AA 05 01", "no string of the dictionary has the id 5"),
    ("40 'r' AA CE07 01", "no string of the dictionary has the id 974"),
    ("40 'r' 06 05 80 01", "no string of the dictionary has the id 5"),
    ("40 'r' 0A 05 01", "no string of the dictionary has the id 5"),
    ("41 'p' 'r' 01", "the prefix 'p' is not declared"),
    ("45 02 01", "the prefix 'b' is not declared"),
    ("41 'xmlns' 'r' 01", "the prefix 'xmlns' is not declared"),
    ("40 'r' 05 'p' 'a' 80 01", "the prefix 'p' is not declared"),
    ("40 'r' 04 '' 80 01", "'' is no name"),
    ("40 'r' 04 'xmlns' 80 01", "'xmlns' is no name"),
    ("40 'r' 04 'a' 81", "an attribute cannot end its element"),
    ("40 'r' 04 'a' 40 'x' 01 01", "ShortElement is no text"),
    ("40 'r' 04 'a' 04 'b' 80 01", "ShortAttribute is no text"),
    ("40 'r' 04 'a' 80 04 'a' 80 01", "the same attribute twice"),
    (
        "40 'r' 05 'p' 'a' 80 05 'q' 'a' 80 09 'p' 'urn:1' 09 'q' 'urn:1' 01",
        "the same attribute twice",
    ),
    ("40 'r' 09 'p' 'urn:1' 09 'p' 'urn:2' 01", "declares the same prefix twice"),
    ("40 'r' 08 'urn:1' 08 'urn:1' 01", "declares the same prefix twice"),
    ("40 'r' 09 'p' '' 01", "'p' cannot stand for ''"),
    ("40 'r' 09 'xmlns' 'urn:x' 01", "'xmlns' cannot stand for 'urn:x'"),
    ("40 'r' 09 'xml' 'urn:x' 01", "'xml' cannot stand for 'urn:x'"),
    (f"40 'r' 09 'p' '{XML}' 01", "cannot stand for"),
    (f"40 'r' 08 '{XMLNS}' 01", "cannot stand for"),
    ("40 01 FF 01", "no utf-8"),
    ("40 'r' 99 01 FF", "no utf-8"),
    ("40 'r' 9B 0200 C3", "ends within"),
    ("40 'r' 9B 0200 EDA0", "no utf-8"),
    ("40 'r' 99 03 EDA080", "no utf-8"),  # half of a surrogate pair
    ("40 'r' B7 02 00D8", "no utf-16"),
    ("40 'r' B7 01 00", "no utf-16"),
    ("02 01 FF", "no utf-8"),
    ("40 'r' 9D FFFFFFFF", "has the length -1"),
    ("40 'r' A3 00000080", "has the length -2147483648"),
    ("40 'r' 9D FFFFFF7F 61", "ends within"),
    ("40 FFFFFFFF07 61", "ends within"),
    ("40 'r' 95 0000 1D 00 00000000 0000000000000000", "scale 29"),
    ("40 'r' 95 0000 00 01 00000000 0000000000000000", "sign 0x01"),
    ("40 'r' 97 0040DDEF87F5CA2B", "outside the years"),
    ("40 'r' B5 02", "a BoolText is 0 or 1, not 2"),
    ("40 'r' BD 1A 02", "number 26 of 26 letters"),
    ("40 'r' A4 81 A6 01", "ZeroTextWithEndElement \\(0x81\\) inside a list"),
    ("40 'r' A4 A4 A6 A6 01", "StartListText \\(0xA4\\) inside a list"),
    ("40 'r' A4 A5 A6 01", "a reserved record \\(0xA5\\) inside a list"),
    ("40 'r' A4 40 'x' A6 01", "ShortElement is no text"),
    ("40 'r' A4 80", "ends within"),
    ("03 80", "an array without an element"),
    ("03 01", "an array without an element"),
    ("03 40 'r' 81 8B 01 0000", "does not end at once"),
    ("03 40 'r' 01 89 01 00", "an array cannot hold record type 0x89"),
    ("03 40 'r' 01 99 01 00", "an array cannot hold record type 0x99"),
    ("03 40 'r' 01 8A 01 0000", "an array cannot hold record type 0x8A"),
    ("03 40 'r' 01 8B 00", "an array is empty"),
    ("03 40 'r' 01 8B 02 0000", "ends within"),
    ("03 40 'r' 01 B5 01 02", "a BoolText is 0 or 1, not 2"),
]


@pytest.mark.parametrize(("text", "message"), BROKEN, ids=[text for text, _ in BROKEN])
def test_broken_documents(text, message):
    with pytest.raises(BinaryXmlError, match=message) as caught:
        decode_document(octets(text), session=SESSION)
    assert not isinstance(caught.value, QuotaExceededError)
    assert 0 <= caught.value.offset <= len(octets(text))


@pytest.mark.parametrize("code", range(256))
def test_any_octet_as_the_first_record(code):
    with pytest.raises(BinaryXmlError):
        decode_document(bytes((code,)))
    document = bytes((code,)) + octets("'r' 01")
    if code == 0x40:
        assert decode_document(document) == [R, END]
    else:  # reserved, out of place, or in want of a string or declaration
        with pytest.raises(BinaryXmlError):
            decode_document(document, session=["one"])


def test_what_was_read_before_the_break_is_kept():
    with pytest.raises(BinaryXmlError) as caught:
        decode_document(octets("40 'r' 99 'x' 02 'c' BE"))
    assert caught.value.tokens == [R, "x", END, Comment("c")]


def test_any_buffer_is_read():
    assert decode_document(bytearray(octets("40 'r' 81"))) == [R, 0, END]
    assert Decoder().decode(memoryview(octets("00 40 'r' 81"))) == [R, 0, END]


# Quotas: the largest that is allowed, and one more.
def nested(depth):
    return octets("40 'r'") * depth + b"\x01" * depth


def test_depth_quota():
    quotas = Quotas(max_depth=3)
    assert len(decode_document(nested(3), quotas=quotas)) == 6
    with pytest.raises(QuotaExceededError, match="more than 3 elements are open"):
        decode_document(nested(4), quotas=quotas)
    with pytest.raises(QuotaExceededError, match="more than 3 elements are open"):
        decode_document(
            octets("40 'r'") * 3 + octets("03 40 'r' 01 8B 01 0500 01 01 01"), quotas=quotas
        )
    with pytest.raises(QuotaExceededError):
        decode_document(nested(129))
    assert decode_document(nested(128))


def test_element_quota():
    quotas = Quotas(max_elements=3)
    three = octets("40 'r'  40 's' 01  40 's' 01")
    assert decode_document(three + b"\x01", quotas=quotas)
    with pytest.raises(QuotaExceededError, match="more than 3 elements"):
        decode_document(three + octets("40 's' 01 01"), quotas=quotas)
    array = "40 'r' 03 40 's' 01 B5"
    assert decode_document(octets(f"{array} 02 00 00 01"), quotas=quotas)
    with pytest.raises(QuotaExceededError, match="more than 3 elements"):
        decode_document(octets(f"{array} 02 00 00 40 's' 01 01"), quotas=quotas)
    with pytest.raises(QuotaExceededError, match="an array has 3 elements"):
        decode_document(octets(f"{array} 03 00 00 00 01"), quotas=quotas)
    # a comment is as good as an element
    comments = octets("40 'r' 02 'c' 02 'c'")
    assert decode_document(comments + b"\x01", quotas=quotas)
    with pytest.raises(QuotaExceededError, match="more than 3 elements"):
        decode_document(comments + octets("02 'c' 01"), quotas=quotas)
    # an element that declares a prefix counts for a quarter of what is in scope too
    scope = "40 'r' 09 'p' 'urn:p' 09 'q' 'urn:q'"
    assert decode_document(octets(f"{scope} 40 's' 01 01"), quotas=quotas)
    with pytest.raises(QuotaExceededError, match="more than 3 elements"):
        decode_document(octets(f"{scope} 40 's' 08 'urn:d' 01 01"), quotas=quotas)
    # the number alone is judged, before the octets are looked for
    with pytest.raises(QuotaExceededError, match="an array has 2147483647 elements"):
        decode_document(octets(f"{array} FFFFFFFF07"))


@pytest.mark.parametrize(
    "text",
    [
        "40 'r' 99 '{}'",
        "40 'r' 9B {:02x}00 {}",
        "40 'r' 04 'a' 98 '{}' 01",
        "02 '{}' 40 'r' 01",
        "40 'r' A4 98 '{}' A6 01",
    ],
)
def test_string_quota(text):
    def document(size):
        filled = text.format("x" * size) if "'{}'" in text else text.format(size, "78" * size)
        return octets(filled)

    quotas = Quotas(max_string=20)
    assert decode_document(document(10), quotas=quotas)
    with pytest.raises(QuotaExceededError, match="more than 20 octets"):
        decode_document(document(21), quotas=quotas)


def test_attribute_quota():
    quotas = Quotas(max_attributes=2)
    start = "40 'r' 04 'a' 80 09 'p' 'urn:p'"
    assert decode_document(octets(f"{start} 01"), quotas=quotas)
    for third in ("04 'b' 80", "09 'q' 'urn:q'"):
        with pytest.raises(QuotaExceededError, match="more than 2 attributes"):
            decode_document(octets(f"{start} {third} 01"), quotas=quotas)


def test_namespace_quota():
    quotas = Quotas(max_namespaces=3)  # the default one and xml are two of them
    assert decode_document(octets("40 'r' 09 'p' 'urn:p' 40 's' 01 01"), quotas=quotas)
    with pytest.raises(QuotaExceededError, match="more than 3 prefixes"):
        decode_document(octets("40 'r' 09 'p' 'urn:p' 40 's' 09 'q' 'urn:q' 01 01"), quotas=quotas)


def test_what_was_read_before_an_error_does_not_wait_for_the_garbage_collector():
    def elements():
        return sum(isinstance(each, StartElement) for each in gc.get_objects())

    gc.collect()
    gc.disable()
    try:
        before = elements()
        for broken in ("40 'r' FE", "40 'r' 40 's'", "40 'r' 41 'q' 's' 01", "40 'r' 99 01 FF"):
            try:
                decode_document(octets(broken))
            except BinaryXmlError:
                assert elements() > before
        assert elements() == before
    finally:
        gc.enable()


# Sessions.
def message(strings, document):
    table = b"".join(map(encode_string, strings))
    return encode_int31(len(table)) + table + octets(document)


def names(tokens):
    return [token.local_name for token in tokens if isinstance(token, StartElement)]


def test_strings_of_a_session_go_on():
    decoder = Decoder()
    assert decoder.strings == ()
    assert names(decoder.decode(message(["one", "two"], "42 01 42 03 01 01"))) == ["one", "two"]
    assert decoder.strings == ["one", "two"]
    assert names(decoder.decode(message([], "42 03 01"))) == ["two"]
    assert list(decoder.strings) == []
    assert names(decoder.decode(message(["three"], "42 05 42 01 01 01"))) == ["three", "one"]
    assert decoder.strings == ["three"]


def test_a_string_twice_has_two_ids():
    decoder = Decoder()
    assert names(decoder.decode(message(["same", "same"], "42 01 42 03 01 01"))) == ["same"] * 2
    assert names(decoder.decode(message(["other"], "42 05 01"))) == ["other"]


def test_a_broken_document_leaves_the_session_usable():
    decoder = Decoder()
    with pytest.raises(BinaryXmlError):
        decoder.decode(message(["one"], "42 01"))
    assert names(decoder.decode(message(["two"], "42 01 42 03 01 01"))) == ["one", "two"]


BROKEN_TABLES = [
    ("", "ends within its string table"),
    ("81", "ends within its string table"),
    ("FFFFFFFF08", "larger than 31 bits"),
    ("05 'one'", "longer than the message"),
    ("03 'one' 40 'r' 01", "a string ends behind its table"),
    ("02 81 80 01 40 'r' 01", "a string ends behind its table"),
    ("02 01 FF 40 'r' 01", "no UTF-8"),
    ("06 FFFFFFFF0F 00 40 'r' 01", "larger than 31 bits"),
]


@pytest.mark.parametrize(
    ("text", "expected"), BROKEN_TABLES, ids=[text for text, _ in BROKEN_TABLES]
)
def test_broken_string_tables_end_the_session(text, expected):
    decoder = Decoder()
    with pytest.raises(BinaryXmlError, match=expected) as caught:
        decoder.decode(octets(text))
    assert not isinstance(caught.value, QuotaExceededError)
    assert caught.value.tokens == ()
    with pytest.raises(BinaryXmlError, match="earlier string table"):
        decoder.decode(message([], "40 'r' 01"))


def test_table_limit():
    decoder = Decoder()
    # each string costs its octets and those of its length
    decoder.decode(message(["x" * 127] * 15 + ["y" * 63], "42 01 01"))
    decoder.decode(message(["z" * 63], "42 01 01"))
    decoder.decode(message([], "42 01 01"))
    with pytest.raises(QuotaExceededError, match="grow by 1 octets, 0 are left"):
        decoder.decode(message([""], "42 01 01"))
    with pytest.raises(BinaryXmlError, match="earlier string table"):
        decoder.decode(message([], "42 01 01"))


def test_table_limit_is_judged_by_the_size_alone():
    with pytest.raises(QuotaExceededError, match="grow by 2049 octets, 2048 are left"):
        Decoder().decode(octets("8110"))
    with pytest.raises(QuotaExceededError, match="grow by 5 octets, 4 are left"):
        Decoder(table_limit=4).decode(octets("05"))


def test_quotas_of_a_decoder():
    decoder = Decoder(Quotas(max_depth=1))
    with pytest.raises(QuotaExceededError):
        decoder.decode(b"\0" + nested(2))
    assert decoder.decode(b"\0" + nested(1))


def test_equal_strings_are_shared_between_sessions(monkeypatch):
    monkeypatch.setattr(reader, "_SHARED", {})
    monkeypatch.setattr(reader, "_SHARED_COUNT", 2)
    long = "l" * 129

    def strings():
        decoder = Decoder()
        decoder.decode(message([long, "first", "second", "third"], "42 01 01"))
        return decoder.strings

    pairs = zip(strings(), strings(), strict=True)
    # one is too long to keep, and there is room for two
    assert [one is other for one, other in pairs] == [False, True, True, False]
    assert set(reader._SHARED) == {"first", "second"}


def test_offsets_count_from_the_start_of_the_message():
    decoder = Decoder()
    with pytest.raises(BinaryXmlError, match="at octet 7") as caught:
        decoder.decode(message(["one"], "42 01 BE"))
    assert caught.value.offset == 7
