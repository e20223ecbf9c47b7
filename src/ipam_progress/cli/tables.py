"""What commands that list records have in common: tables for people, JSON for programs."""

from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, Final

from rich import box
from rich.console import Console
from rich.table import Table

__all__ = ["plain", "record_table", "table_console", "time_text"]

_WIDE: Final = 400
"""Columns of an output that is no terminal: nothing in it is cut off or broken."""


def table_console() -> Console:
    """Give what tables are printed on."""
    console = Console(highlight=False)
    if not console.is_terminal:
        console.width = _WIDE
    return console


def record_table() -> Table:
    """Make a table without columns yet."""
    return Table(box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False)


def time_text(time: datetime) -> str:
    """Write a time by the clock of this machine."""
    return f"{time.astimezone():%Y-%m-%d %H:%M:%S}"


def plain(value: Any) -> Any:
    """Give what JSON has for a value of a record: a ``default`` of `json.dumps`."""
    match value:
        case Decimal():
            return float(value)
        case datetime():
            return value.isoformat()
        case timedelta():
            return value.total_seconds()
        case Enum():
            return value.value
        case _:
            return str(value)
