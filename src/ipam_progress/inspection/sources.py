"""Finds out in which form conversations were recorded, and reads them.

- Captures of packets, pcap and pcapng: see `packets` and `tcp`.
- Recordings of our own: see `recording`.
- JSON with the records of both sides in their order, as the recorded conversations of the tests:
  ``{"connections": [[{"from": "client", "bytes": "000100"}]]}``.
- Lines of hexadecimal digits, each what one side of a connection sent.
- The octets that one side of a connection sent, as they are.

Whatever is wrong with a form is told as `SourceDamaged`, behind all that could be read before it.
"""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, Final, TypeAlias

from ipam_progress.inspection.captured import (
    Captured,
    OctetsCaptured,
    StreamClosed,
    plausible_time,
)
from ipam_progress.inspection.events import ConnectionFound, Side, SourceDamaged
from ipam_progress.inspection.packets import PCAP_MAGICS, PCAPNG_MAGIC, read_segments
from ipam_progress.inspection.recording import RECORDING_FORMAT, read_recording
from ipam_progress.inspection.source import Source
from ipam_progress.inspection.tcp import follow_connections

__all__ = ["read_source"]

_Reader: TypeAlias = Callable[[Source], Iterator[Captured]]

_HEX_LINES: Final = re.compile(rb"(\xef\xbb\xbf)?\s*[0-9A-Fa-f][0-9A-Fa-f\s]*")
_JSON: Final = re.compile(rb"(\xef\xbb\xbf)?\s*\{")

_TEXT_LIMIT: Final = 64 * 1024 * 1024
"""Octets of forms that have to be read as a whole."""

_PIECE: Final = 65_536


def read_source(stream: BinaryIO) -> Iterator[Captured]:
    """Read a stream in whichever form it is, as it comes."""
    source = Source(stream)
    return _reader_of(source.head)(source)


def _reader_of(head: bytes) -> _Reader:
    if head[:4] in PCAP_MAGICS or head.startswith(PCAPNG_MAGIC):
        return _read_packets
    if _JSON.match(head):
        first_line = head.partition(b"\n")[0]
        return read_recording if RECORDING_FORMAT.encode() in first_line else _read_conversations
    return _read_hex_lines if _HEX_LINES.fullmatch(head) else _read_stream


def _read_packets(source: Source) -> Iterator[Captured]:
    return follow_connections(read_segments(source))


def _side_of(octets: bytes) -> Side:
    """Tell who sent a stream: a client begins with a Version record, a server never does."""
    return Side.CLIENT if octets[:1] == b"\x00" else Side.SERVER


def _read_stream(source: Source) -> Iterator[Captured]:
    if not source.head:
        yield SourceDamaged(reason="the recording is empty")
        return
    side = _side_of(source.head)
    yield ConnectionFound(connection=1)
    while octets := source.read(_PIECE):
        yield OctetsCaptured(1, side, octets)


def _read_whole(source: Source) -> bytes:
    octets = source.read(_TEXT_LIMIT + 1)
    if len(octets) > _TEXT_LIMIT:
        raise ValueError(f"a recording of this form has at most {_TEXT_LIMIT} octets")
    return octets


def _read_hex_lines(source: Source) -> Iterator[Captured]:
    try:
        lines = _read_whole(source).decode("utf-8-sig").splitlines()
    except ValueError as error:
        yield SourceDamaged(reason=str(error))
        return
    number = 0
    heard: set[Side] = set(Side)
    for line_number, line in enumerate(lines, 1):
        digits = "".join(line.split())
        if len(digits) % 2:
            yield SourceDamaged(
                reason=f"line {line_number} has an odd number of digits; the last is left"
            )
            digits = digits[:-1]
        try:
            octets = bytes.fromhex(digits)
        except ValueError:
            yield SourceDamaged(reason=f"line {line_number} is no line of hexadecimal digits")
            continue
        if not octets:
            continue
        side = _side_of(octets)
        if side in heard:
            number += 1
            yield ConnectionFound(connection=number)
            heard.clear()
        heard.add(side)
        yield OctetsCaptured(number, side, octets)


def _read_conversations(source: Source) -> Iterator[Captured]:
    try:
        connections = json.loads(_read_whole(source))["connections"]
    except KeyError:
        connections = None
    except (ValueError, RecursionError) as error:
        yield SourceDamaged(reason=f"no JSON: {error}")
        return
    if not isinstance(connections, list):
        yield SourceDamaged(reason='the JSON has no list "connections"')
        return
    for number, entries in enumerate(connections, 1):
        if not isinstance(entries, list):
            yield SourceDamaged(reason=f"connection {number} is no list of records")
            continue
        yield ConnectionFound(connection=number)
        for position, entry in enumerate(entries, 1):
            yield _read_record(entry, number, position)


def _read_record(entry: Any, connection: int, position: int) -> Captured:
    where = f"record {position} of connection {connection}"
    sender = entry.get("from") if isinstance(entry, dict) else None
    if sender not in ("client", "server"):
        return SourceDamaged(reason=f'{where} says no "from": client or server')
    side = Side(sender)
    time = plausible_time(entry.get("time"))
    if "bytes" not in entry:  # the end of the TCP stream: FIN or RST
        return StreamClosed(connection, side, str(entry.get("record") or entry.get("event")), time)
    try:
        return OctetsCaptured(connection, side, bytes.fromhex(entry["bytes"]), time)
    except (TypeError, ValueError):
        return SourceDamaged(reason=f"the bytes of {where} are no hexadecimal digits")
