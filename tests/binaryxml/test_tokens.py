"""Tokens and the characters that values stand for."""

import uuid
from decimal import Context, Decimal, localcontext

import pytest

from ipam_progress.binaryxml import (
    END,
    Attribute,
    Comment,
    DictionaryString,
    Float32,
    QName,
    StartElement,
    UniqueId,
    text_of,
)
from ipam_progress.values import DateTime, DateTimeKind, TimeSpan

OCTETS = bytes.fromhex("00112233445566778899aabbccddeeff")

# What .NET's XmlDictionaryReader gives for records with these values.
TEXTS = [
    ("", ""),
    ("text", "text"),
    (DictionaryString("Action"), "Action"),
    (True, "true"),
    (False, "false"),
    (0, "0"),
    (-(2**63), "-9223372036854775808"),
    (2**64 - 1, "18446744073709551615"),
    (Decimal("1.50"), "1.50"),
    (Decimal("0.0000001"), "0.0000001"),
    (Decimal(79228162514264337593543950335), "79228162514264337593543950335"),
    (1.5, "1.5"),
    (-0.0, "-0"),
    (0.0001, "0.0001"),
    (0.00001, "1E-05"),
    (-0.000012345, "-1.2345E-05"),
    (1e16, "10000000000000000"),
    (12345678901234567.0, "12345678901234568"),
    (1e17, "1E+17"),
    (1.7976931348623157e308, "1.7976931348623157E+308"),
    (5e-324, "5E-324"),
    (float("nan"), "NaN"),
    (float("inf"), "INF"),
    (float("-inf"), "-INF"),
    (Float32(0.10000000149011612), "0.1"),
    (Float32(32.45000076293945), "32.45"),
    (Float32(123456792.0), "123456790"),
    (Float32(1e9), "1E+09"),
    (Float32(3.4028234663852886e38), "3.4028235E+38"),
    (Float32(1.401298464324817e-45), "1E-45"),
    (Float32(float("inf")), "INF"),
    (Float32(float("nan")), "NaN"),
    (DateTime(639029198930000000, DateTimeKind.UTC), "2026-01-02T03:04:53Z"),
    (TimeSpan(-3440000000), "-PT5M44S"),
    (b"\x01\x02\x03", "AQID"),
    (b"\xff", "/w=="),
    (uuid.UUID(bytes_le=OCTETS), "33221100-5544-7766-8899-aabbccddeeff"),
    (UniqueId(OCTETS), "urn:uuid:33221100-5544-7766-8899-aabbccddeeff"),
    (QName("b", "Type"), "b:Type"),
    (QName("", "Type"), "Type"),
    ((True, False, 0, 1), "true false 0 1"),
    ((), ""),
]


@pytest.mark.parametrize(("value", "text"), TEXTS, ids=repr)
def test_text_of(value, text):
    assert text_of(value) == text
    assert type(text_of(value)) is str


def test_text_of_numbers_whatever_the_decimal_context():
    with localcontext(Context(prec=2)):
        assert text_of(1.234567) == "1.234567"


def test_unique_id():
    identifier = UniqueId(OCTETS)
    assert identifier == UniqueId(bytes(OCTETS))
    assert identifier != UniqueId(bytes(16))
    assert identifier != str(identifier)
    assert {identifier: 1}[UniqueId(OCTETS)] == 1
    assert identifier.uuid.bytes_le == OCTETS
    assert repr(identifier) == "UniqueId('urn:uuid:33221100-5544-7766-8899-aabbccddeeff')"
    assert UniqueId.random() != UniqueId.random()


@pytest.mark.parametrize("size", [0, 15, 17])
def test_unique_id_of_another_size(size):
    with pytest.raises(ValueError, match="16 octets"):
        UniqueId(bytes(size))


def test_attribute():
    attribute = Attribute("i", "type", "urn:i", QName("b", "T"))
    assert (attribute.namespace, attribute.local_name) == attribute.name == ("urn:i", "type")
    assert attribute == Attribute("i", "type", "urn:i", QName("b", "T"))
    assert attribute != Attribute("j", "type", "urn:i", QName("b", "T"))
    assert attribute != Attribute("i", "type", "urn:i", "b:T")
    assert attribute != attribute.name
    assert repr(attribute) == ("Attribute('i', 'type', 'urn:i', QName(prefix='b', local_name='T'))")


def test_start_element():
    element = StartElement("b", "Name", "urn:b", (), (("b", "urn:b"),), {"b": "urn:b"})
    assert (element.namespace, element.local_name) == element.name == ("urn:b", "Name")
    # what is in scope is no part of it
    assert element == StartElement("b", "Name", "urn:b", (), (("b", "urn:b"),))
    assert element != StartElement("b", "Name", "urn:b")
    assert element != element.name
    assert repr(element) == "StartElement('b', 'Name', 'urn:b', (), (('b', 'urn:b'),))"


def test_end_and_comment():
    assert repr(END) == "END"
    assert Comment("why") == Comment("why") != Comment("because")


def test_tokens_are_no_keys():
    for token in (StartElement("", "a", ""), Attribute("", "a", "", "")):
        with pytest.raises(TypeError):
            hash(token)
