"""The examples of [MC-NBFX], [MC-NBFS] and [MC-NBFSE], as they are printed."""

import json
import re
from pathlib import Path

import pytest

from ipam_progress.binaryxml import (
    Decoder,
    Encoder,
    StartElement,
    decode_document,
    encode_document,
    text_of,
)
from ipam_progress.binaryxml.dictionary import STATIC_STRINGS
from ipam_progress.binaryxml.records import read_int31, read_string
from ipam_progress.binaryxml.text_reader import TEXT_READERS
from ipam_progress.binaryxml.xml_text import to_text

VECTORS = Path(__file__).parent.parent / "data" / "vectors"


def load(name):
    return json.loads((VECTORS / name).read_text("utf-8"))


NBFX = load("mc-nbfx.json")
NBFS = load("mc-nbfs.json")
NBFSE = load("mc-nbfse.json")

# The examples of [MC-NBFX] 3 write dictionary string N as strN.
SESSION = [f"str{key}" for key in range(1, 256, 2)]

# Where the printed text is not what the octets say, or not what .NET makes of them.
CORRECTED = {
    # 2.2.3.12 wants a midnight without its time; the table, and .NET, print it
    "DateTimeTextWithEndElement": "<str108>2006-05-17T00:00:00</str108>",
}


def name_strings(text):
    """Give the even ids, which the examples number too, their strings of the static dictionary."""
    return re.sub(
        r"str(\d+)",
        lambda match: match[0] if int(match[1]) & 1 else STATIC_STRINGS[int(match[1]) // 2],
        text,
    )


def spell(tokens):
    return re.sub(r"<(\S+)((?: [^<>]*)?) />", r"<\1\2></\1>", to_text(tokens))


@pytest.mark.parametrize("row", NBFX["section3_table"], ids=lambda row: row["record"])
def test_nbfx_table(row):
    tokens = decode_document(bytes.fromhex(row["hex"]), session=SESSION, fragment=True)
    expected = CORRECTED.get(row["record"], row["decoded"])
    assert spell(tokens) == name_strings(expected)


def test_nbfx_table_has_every_record_class():
    records = {row["record"] for row in NBFX["section3_table"]}
    assert len(NBFX["section3_table"]) == 83
    assert {"Comment", "Array", "DictionaryElement", "QNameDictionaryText"} <= records


def test_nbfx_table_written_again():
    written = 0
    for row in NBFX["section3_table"]:
        tokens = decode_document(bytes.fromhex(row["hex"]), session=SESSION, fragment=True)
        if sum(isinstance(token, StartElement) for token in tokens) == 1:
            # the same text, if not the same records: octets are written in groups of three
            assert spell(decode_document(encode_document(tokens))) == spell(tokens)
            written += 1
    assert written == 80


@pytest.mark.parametrize(
    "example",
    [example for example in NBFX["text_examples"] if example.get("record")],
    ids=lambda example: f"{example['record']}-{example['hex']}",
)
def test_nbfx_text_examples(example):
    octets = bytes.fromhex(example["hex"])
    value, position = TEXT_READERS[octets[0]](octets, 1, ())
    assert position == len(octets)
    # where text and octets of the document differ, "decoded" is what the octets say
    assert text_of(value) == example["decoded"]


@pytest.mark.parametrize(
    "example",
    [example for example in NBFX["text_examples"] if example["section"].startswith("2.1.2")],
    ids=lambda example: example["section"],
)
def test_nbfx_integers(example):
    octets = bytes.fromhex(example["hex"])
    assert read_int31(octets, 0) == (int(example["decoded"]), len(octets))


def test_nbfx_string():
    (example,) = (item for item in NBFX["text_examples"] if item["section"] == "2.1.3")
    octets = bytes.fromhex(example["hex"])
    assert read_string(octets, 0) == (example["decoded"], len(octets))


def test_nbfx_list():
    (example,) = (item for item in NBFX["text_examples"] if item["section"] == "2.2.3.19")
    octets = bytes.fromhex(example["hex"])
    value, position = TEXT_READERS[octets[0]](octets, 1, ())
    assert (value, position) == ((True, False, 0, 1), len(octets))
    assert text_of(value) == example["decoded"]


def test_nbfx_array():
    (example,) = (item for item in NBFX["text_examples"] if item["section"] == "2.3.3")
    tokens = decode_document(bytes.fromhex(example["hex"]), fragment=True)
    assert spell(tokens) == example["decoded"]


def test_nbfx_characters_that_xml_escapes():
    (example,) = (item for item in NBFX["text_examples"] if item["section"] == "2.2.3.13.1")
    _, text, _ = decode_document(bytes.fromhex(example["hex"]))
    assert text == "\"&<>'\0"
    # as the document prints them, but for the notation of the last
    expected = example["decoded"].replace("&#0;", "&#x0;")
    assert spell(decode_document(bytes.fromhex(example["hex"]))) == expected


def test_nbfs_document():
    (vector,) = NBFS["vectors"]
    octets = bytes.fromhex(vector["hex"])
    assert octets == b"".join(bytes.fromhex(row["hex"]) for row in NBFS["records"])
    tokens = decode_document(octets)
    assert spell(tokens) == vector["decoded"]
    # The document has a and s declared in the order in which they are written again. "Inventory"
    # and "action" are in full, as there is no session.
    assert encode_document(tokens) == octets


def test_nbfse_documents():
    *_, first, second = (bytes.fromhex(vector["hex"]) for vector in NBFSE["vectors"])
    expected = NBFSE["vectors"][-1]["decoded"]
    decoder, encoder = Decoder(), Encoder()
    tokens = decoder.decode(first)
    assert spell(tokens) == expected
    assert list(decoder.strings) == ["action", "Inventory"]
    assert encoder.encode(tokens) == first
    tokens = decoder.decode(second)
    assert spell(tokens) == expected
    assert list(decoder.strings) == []
    assert encoder.encode(tokens) == second


def test_nbfse_string_table():
    (table,) = (item for item in NBFSE["vectors"] if "StringTable (" in item["description"])
    decoder = Decoder()
    decoder.decode(bytes.fromhex(table["hex"] + "42 03 01"))
    assert {str(2 * i + 1): string for i, string in enumerate(decoder.strings)} == table["decoded"]
