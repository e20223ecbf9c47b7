"""The form in which conversations are recorded while they go on: JSON, one object a line.

The first line says what it is; then come lines that tell of a new connection, of octets that a side
sent, and of a side that sends no more::

    {"format": "ipam-progress recording", "version": 1}
    {"connection": 1, "time": 1763737200.25, "client": "192.0.2.1:50000", "server": "[::1]:808"}
    {"connection": 1, "time": 1763737200.5, "from": "client", "bytes": "000100"}
    {"connection": 1, "time": 1763737201.0, "from": "client", "event": "FIN"}

Times are seconds since 1970, octets are hexadecimal. Each line stands for itself, so a recording
that was cut off anywhere lacks nothing but its last line. Knows no files: streams are arguments.
"""

import json
from collections.abc import Iterator
from typing import Any, Final, TextIO

from ipam_progress.inspection.captured import (
    Captured,
    OctetsCaptured,
    StreamClosed,
    plausible_time,
)
from ipam_progress.inspection.events import ConnectionFound, Side, SourceDamaged
from ipam_progress.inspection.source import Source

__all__ = ["RECORDING_FORMAT", "RecordingWriter", "read_recording"]

RECORDING_FORMAT: Final = "ipam-progress recording"
_VERSION: Final = 1

_PIECE: Final = 32_768
"""Octets that go into a line at most."""

_LINE_LIMIT: Final = 1 << 20
"""Octets of a line that are read at most: many times what is written."""


class RecordingWriter:
    """Writes a recording, line by line; each is handed over to the system at once."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._write({"format": RECORDING_FORMAT, "version": _VERSION})

    def open(self, connection: int, client: str, server: str, time: float | None) -> None:
        """Record that there is a new connection, and between whom."""
        self._write({"connection": connection, "time": time, "client": client, "server": server})

    def receive(self, connection: int, side: Side, octets: bytes, time: float | None) -> None:
        """Record what a side sent."""
        for start in range(0, len(octets), _PIECE):
            piece = octets[start : start + _PIECE].hex()
            self._write(
                {"connection": connection, "time": time, "from": side.value, "bytes": piece}
            )

    def close(self, connection: int, side: Side, how: str, time: float | None) -> None:
        """Record that a side sends no more, and how it ended: ``FIN``, ``RST``."""
        self._write({"connection": connection, "time": time, "from": side.value, "event": how})

    def _write(self, entry: dict[str, Any]) -> None:
        self._stream.write(json.dumps(entry) + "\n")
        self._stream.flush()


def read_recording(source: Source) -> Iterator[Captured]:
    """Read a recording; a line that is none is told, and the next one is read."""
    known: set[int] = set()
    number = 0
    while line := source.read_line(_LINE_LIMIT):
        number += 1
        if not line.endswith(b"\n"):
            # the last line that was being written; or one that no recorder writes
            yield SourceDamaged(reason=f"line {number} is cut off, or too long")
            while line and not line.endswith(b"\n"):
                line = source.read_line(_LINE_LIMIT)
            continue
        try:
            captured = None if number == 1 else _read_entry(json.loads(line), known)
        except (ValueError, KeyError, TypeError, RecursionError) as error:
            yield SourceDamaged(reason=f"line {number} is no entry of a recording: {error!r}")
            continue
        if captured is not None:
            yield captured


def _read_entry(entry: Any, known: set[int]) -> Captured:
    """Read an entry.

    Raises:
        ValueError: If it is none; or KeyError, TypeError.
    """
    connection = entry["connection"]
    if type(connection) is not int:
        raise TypeError("the connection has to be a number")
    time = plausible_time(entry.get("time"))
    if "client" in entry:
        known.add(connection)
        return ConnectionFound(
            connection=connection,
            client=str(entry["client"]),
            server=str(entry["server"]),
            time=time,
        )
    if connection not in known:
        raise ValueError(f"the beginning of connection {connection} is missing")
    side = Side(entry["from"])
    if "bytes" in entry:
        return OctetsCaptured(connection, side, bytes.fromhex(entry["bytes"]), time)
    return StreamClosed(connection, side, str(entry["event"]), time)
