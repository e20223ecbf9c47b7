"""The table of clauses: what it names exists, and nothing is left out of it.

That the tests exist that it names is seen with those of all pages, in test_pages.py.
"""

import re
from functools import reduce
from importlib import import_module
from pathlib import Path

import pytest

from ipam_progress.authorization.tables import REQUIRED_OPERATIONS
from ipam_progress.contracts import PARAMETER_TYPES

PAGE = (Path(__file__).parents[2] / "docs" / "reference" / "clauses.md").read_text()

CLAUSES = [
    "3.19",
    "3.19.1.1",
    "3.19.1.2",
    "3.19.2",
    "3.19.4.1",
    "3.19.4.2",
    "3.19.4.3",
    "3.19.4.3.2",
    "3.19.4.3.2.1",
    "3.19.4.4",
    "3.19.4.4.1",
    "3.19.4.4.2.2",
    "3.19.4.4.3.2",
    "3.19.4.5",
    "3.19.4.5.2.1",
    "3.19.4.6",
    "3.19.4.6.2.1",
    "3.19.4.7",
    "3.19.4.7.2.1",
    "3.19.4.8",
    "3.19.4.8.2.1",
    "3.19.4.9",
    "3.19.4.9.1.1",
    "3.19.6.1",
    "3.20",
    "3.20.3",
    "3.21.1.1",
    "3.21.1.2",
    "3.21.4.1",
    "3.21.4.2",
    "3.21.4.2.1.1",
    "3.21.4.3",
    "3.21.4.3.2.1",
    "3.21.4.4",
    "3.21.4.4.2.1",
    "3.21.4.5",
    "3.21.4.6",
    "3.21.4.6.1.1",
    "3.21.4.6.2.1",
    "3.3.4.139",
    "3.3.6.1",
    *(f"3.19.4.4.1.{number}" for number in range(1, 50)),
]
"""The clauses of 3.19, 3.20, 3.21 and 3.3.4.139 that ask for something."""

ROWS = [
    [cell.strip() for cell in row.strip("|").split("|")]
    for row in re.findall(r"^\| \d.*\|$", PAGE, re.MULTILINE)
]
DELEGATES = [row for row in ROWS if re.fullmatch(r"3\.19\.4\.4\.1\.\d+", row[0])]
RULES = [row for row in ROWS if row not in DELEGATES]


def quoted(cells, pattern):
    """Give what stands in backticks in the cells and is of such a form."""
    found = [text for cell in cells for text in re.findall(r"`([^`]+)`", cell)]
    return [text for text in found if re.fullmatch(pattern, text)]


def test_every_clause_has_a_row():
    assert not set(CLAUSES) - {row[0] for row in ROWS}


@pytest.mark.parametrize("row", RULES, ids=lambda row: f"{row[0]} {row[1][:40]}")
def test_no_cell_is_empty(row):
    clause, asks, where, shown = row
    assert re.fullmatch(r"\d+(\.\d+)+", clause)
    assert asks
    assert quoted([where], r"[\w.]+:[\w.]+")
    assert quoted([shown], r"[\w/]+\.py::\w+")


@pytest.mark.parametrize("named", sorted(set(quoted([row[2] for row in RULES], r".+"))))
def test_everything_named_is_there(named):
    module, _, path = named.partition(":")
    reduce(getattr, path.split("."), import_module(f"ipam_progress.{module}"))


def test_every_operation_has_its_parameters_and_its_rights():
    documented = {row[1]: (row[2], row[3], row[4].replace("none", "")) for row in DELEGATES}
    assert documented == {
        f"`{operation_id.value}`": (
            f"`{parameters.__name__}`",
            ", ".join(f"`{right}`" for right, _ in REQUIRED_OPERATIONS[operation_id]),
            ", ".join(
                dict.fromkeys(
                    kind.value for _, kind in REQUIRED_OPERATIONS[operation_id] if kind is not None
                )
            ),
        )
        for operation_id, parameters in PARAMETER_TYPES.items()
    }
