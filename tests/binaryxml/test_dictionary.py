"""The static dictionary against the table of [MC-NBFS] 2.2."""

import csv
from pathlib import Path

from ipam_progress.binaryxml.dictionary import STATIC_IDS, STATIC_STRINGS

TABLE = Path(__file__).parent.parent / "data" / "nbfs_dictionary.csv"


def test_every_string_has_its_id():
    with TABLE.open(encoding="utf-8", newline="") as file:
        rows = [(int(row["id"]), row["string"]) for row in csv.DictReader(file)]
    assert rows == [(2 * index, string) for index, string in enumerate(STATIC_STRINGS)]
    assert dict(rows) == {key: string for string, key in STATIC_IDS.items()}
    assert len(rows) == 487


def test_known_ids():
    assert STATIC_IDS["Envelope"] == 2
    assert STATIC_IDS["http://www.w3.org/2005/08/addressing/anonymous"] == 20
    assert STATIC_IDS[""] == 0xA2
    assert STATIC_STRINGS[0x3CC // 2] == "detail"
