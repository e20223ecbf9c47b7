"""Record types and the forms of integers and strings: [MC-NBFX] 2.1."""

import csv
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ipam_progress.binaryxml.records import (
    RecordType,
    encode_int31,
    encode_string,
    read_int31,
    read_string,
    record_name,
)
from ipam_progress.errors import BinaryXmlError

TABLE = Path(__file__).parent.parent / "data" / "nbfx_records.csv"


def test_every_record_type_has_its_name():
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = {int(row["code"]): row["name"] for row in csv.DictReader(file)}
    assert len(rows) == 256
    for code, name in rows.items():
        assert record_name(code) == (None if name == "Reserved" else name)
    assert sum(record_name(code) is not None for code in range(256)) == 179


def test_record_types_are_octets_of_their_names():
    assert record_name(RecordType.CHARS8_TEXT) == "Chars8Text"
    assert record_name(RecordType.CHARS8_TEXT | 1) == "Chars8TextWithEndElement"


# [MC-NBFX] 2.1.2; the octets that 2.1.2.4 gives for 268435456 are those of 2097152
INTEGERS = {
    "00": 0,
    "11": 17,
    "9101": 145,
    "912b": 5521,
    "808001": 16384,
    "80808001": 2097152,
    "8080808001": 268435456,
    "ffffffff07": 0x7FFFFFFF,
}


@pytest.mark.parametrize(("octets", "value"), INTEGERS.items())
def test_integers_of_the_document(octets, value):
    octets = bytes.fromhex(octets)
    assert encode_int31(value) == octets
    assert read_int31(b"\xff" + octets, 1) == (value, 1 + len(octets))


def test_over_long_integers_are_read():
    assert read_int31(bytes.fromhex("8180808000"), 0) == (1, 5)


@pytest.mark.parametrize("octets", ["ffffffff08", "8080808080", "808080808001", "ffffffffff"])
def test_larger_integers_are_refused(octets):
    with pytest.raises(BinaryXmlError, match="larger than 31 bits") as caught:
        read_int31(bytes.fromhex(octets), 0)
    assert caught.value.offset == 4


@pytest.mark.parametrize("octets", ["", "80", "80808080"])
def test_cut_integers(octets):
    with pytest.raises(IndexError):
        read_int31(bytes.fromhex(octets), 0)


@given(st.integers(0, 0x7FFFFFFF))
def test_integers_round_trip(value):
    octets = encode_int31(value)
    assert read_int31(octets, 0) == (value, len(octets))
    assert len(octets) <= 5


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_strings_round_trip(text):
    octets = encode_string(text)
    assert read_string(octets, 0) == (text, len(octets))


def test_string_of_the_document():
    assert read_string(bytes.fromhex("03616263"), 0) == ("abc", 4)
    assert encode_string("abc") == bytes.fromhex("03616263")


def test_a_string_longer_than_the_octets():
    with pytest.raises(IndexError):
        read_string(bytes.fromhex("ffffffff07616263"), 0)
