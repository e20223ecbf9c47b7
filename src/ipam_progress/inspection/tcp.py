"""Connections of TCP, put together again from the segments that were captured of them.

Segments may come out of order, twice, or overlapping, as they may on the way; of octets that came
twice the first ones count. Octets that were acknowledged and are not there were lost by whoever
captured: they are told as lost, and what is behind them follows ([RFC 9293] 3.4 has the numbers).

A connection is one of net.tcp if its client's first octets are a Version record and the type of a
Mode record, on whatever port. Where the beginning was not captured, one is recognized by a whole
preamble at the beginning of a segment, that of a later session on the same connection. All other
connections are counted. What is in the streams besides is not known here.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import count
from typing import Final

from dpkt.tcp import TH_FIN, TH_RST, TH_SYN

from ipam_progress.inspection.captured import (
    Captured,
    OctetsCaptured,
    OctetsLost,
    StreamClosed,
)
from ipam_progress.inspection.conversation import begins_session
from ipam_progress.inspection.events import (
    ConnectionFound,
    ConnectionsIgnored,
    Side,
    SourceDamaged,
)
from ipam_progress.inspection.packets import Segment

__all__ = ["follow_connections"]

_NUMBERS: Final = 1 << 32
_HALF: Final = 1 << 31

_PATIENCE: Final = 8
"""Segments of a connection that may come before octets which were acknowledged, and only then these
octets: two network cards do not deliver in the order of the wire."""

_LONG_PATIENCE: Final = 512
"""As many for octets that nobody was seen to acknowledge."""

_PENDING_LIMIT: Final = 8 * 1024 * 1024
"""Octets of a stream that are kept behind some that are missing."""

_HELD_LIMIT: Final = 64 * 1024
"""Octets of a connection that are kept until it is known what it is."""

_DECISIVE: Final = 4
"""Octets of a client by which net.tcp is known: a Version record, the type of a Mode record."""

_MOST_FLOWS: Final = 65_536
"""Connections that are followed at one time, of whatever kind."""

_MOST_NAMED: Final = 8
"""Servers of other connections that are named."""


class _Stream:
    """What one end of a connection sent.

    Attributes:
        next: The number of the octet that is due; None while that is not known.
        acknowledged: The number that the other end waits for; None until it says so.
        end: The number behind the last octet; None until it is known.
        is_closed: Whether its end has been told.
    """

    __slots__ = (
        "_pending",
        "_pending_size",
        "_stalled",
        "acknowledged",
        "end",
        "is_closed",
        "next",
    )

    def __init__(self) -> None:
        self.next: int | None = None
        self.acknowledged: int | None = None
        self.end: int | None = None
        self.is_closed = False
        self._pending: dict[int, bytes] = {}  # by their number, behind what is missing
        self._pending_size = 0
        self._stalled = 0

    def insert(self, sequence: int, payload: bytes) -> Iterator[bytes]:
        """Take a segment; give the octets that are in order then."""
        if self.next is None:
            return
        ahead = _distance(self.next, sequence)
        if ahead > 0:
            kept = self._pending.get(sequence, b"")
            if len(payload) > len(kept):
                self._pending[sequence] = payload
                self._pending_size += len(payload) - len(kept)
            return
        fresh = payload[-ahead:]
        if fresh:
            yield self._advance(fresh)
        yield from self._catch_up()

    def find_lost(self) -> int:
        """Tell how many octets are missing for good; 0 if what is missing may still come."""
        if self.next is None or not self._pending:
            self._stalled = 0
            return 0
        self._stalled += 1
        first = self._first_pending()
        known = self.acknowledged is not None and _distance(first, self.acknowledged) >= 0
        if (
            self._stalled <= (_PATIENCE if known else _LONG_PATIENCE)
            and self._pending_size <= _PENDING_LIMIT
        ):
            return 0
        return _distance(self.next, first)

    def find_lost_at_end(self) -> int:
        """Tell how many octets are missing when no more segments will come."""
        if self.next is None:
            return 0
        if self._pending:
            return _distance(self.next, self._first_pending())
        return 0 if self.end is None else max(0, _distance(self.next, self.end))

    def skip(self, size: int) -> Iterator[bytes]:
        """Go on behind octets that are lost; give those that follow them."""
        if self.next is not None:
            self.next = (self.next + size) % _NUMBERS
            yield from self._catch_up()

    def forget(self) -> None:
        """Begin anew, not knowing what is due."""
        self.next = self.end = None
        self._pending.clear()
        self._pending_size = 0

    def _first_pending(self) -> int:
        due = self.next or 0
        return min(self._pending, key=lambda sequence: _distance(due, sequence))

    def _advance(self, octets: bytes) -> bytes:
        self.next = ((self.next or 0) + len(octets)) % _NUMBERS
        self._stalled = 0
        return octets

    def _catch_up(self) -> Iterator[bytes]:
        """Give what waited for the octets before it."""
        while self._pending:
            first = self._first_pending()
            ahead = _distance(self.next or 0, first)
            if ahead > 0:
                return
            payload = self._pending.pop(first)
            self._pending_size -= len(payload)
            if fresh := payload[-ahead:]:
                yield self._advance(fresh)


def _distance(start: int, end: int) -> int:
    """Tell how far a number is ahead of another one, in numbers that begin again at 2**32."""
    return (end - start + _HALF) % _NUMBERS - _HALF


class _Flow:
    """A connection.

    Attributes:
        client: The end that opened it; empty while that is not known.
        number: Its number once it is known to have net.tcp sessions.
        is_ignored: Whether it is known to have none.
        has_begun: Whether its beginning was captured.

    Args:
        segment: The first segment of it.
        numbers: Gives the number of the next connection of net.tcp.
    """

    __slots__ = (
        "_held",
        "_held_size",
        "_numbers",
        "_streams",
        "client",
        "ends",
        "has_begun",
        "initial",
        "is_ignored",
        "number",
    )

    def __init__(self, segment: Segment, numbers: Iterator[int]) -> None:
        self.ends = (segment.source, segment.target)
        self.client = ""
        self.number = 0
        self.is_ignored = False
        self.has_begun = False
        self.initial: int | None = None  # the client's first number
        self._streams = {end: _Stream() for end in self.ends}
        self._numbers = numbers
        self._held: list[tuple[str, bytes, float | None]] = []
        self._held_size = 0

    @property
    def server(self) -> str:
        """The end that the connection was opened to; the lower port where that is not known."""
        if self.client:
            return self.ends[1] if self.client == self.ends[0] else self.ends[0]
        return min(self.ends, key=lambda end: int(end.rpartition(":")[2]))

    def receive(self, segment: Segment) -> Iterator[Captured]:
        """Take a segment of either end."""
        stream = self._streams[segment.source]
        sequence = segment.sequence
        if segment.acknowledged is not None:
            self._streams[segment.target].acknowledged = segment.acknowledged
        if segment.flags & TH_SYN:
            self._begin(segment)
            sequence = (sequence + 1) % _NUMBERS
        if self.is_ignored:
            return
        if segment.payload and stream.next is None:
            self._join(segment)
        for octets in stream.insert(sequence, segment.payload):
            yield from self._give(segment.source, octets, segment.time)
        if segment.flags & TH_FIN:
            stream.end = (sequence + segment.size) % _NUMBERS
        for end, each in self._streams.items():
            while size := each.find_lost():
                yield from self._lose(end, each, size, segment.time)
        if segment.flags & TH_RST:
            yield from self._close(segment.source, "RST", segment.time)
        elif stream.end is not None and stream.end == stream.next:
            yield from self._close(segment.source, "FIN", segment.time)

    def finish(self) -> Iterator[Captured]:
        """Give what is left when no more segments will come."""
        for end, stream in self._streams.items():
            if self.is_ignored:
                return
            yield from self._flush(end, stream, None)
            if stream.end is not None and stream.end == stream.next:
                yield from self._close(end, "FIN", None)

    def _begin(self, segment: Segment) -> None:
        """Take a SYN, or the answer to one."""
        stream = self._streams[segment.source]
        if stream.next is None and not self.number:
            stream.next = (segment.sequence + 1) % _NUMBERS
            self.has_begun = True
            if segment.acknowledged is None:
                self.client, self.initial = segment.source, segment.sequence
            else:
                self.client = segment.target
                other = self._streams[segment.target]
                if other.next is None:
                    other.next = segment.acknowledged

    def _join(self, segment: Segment) -> None:
        """Begin in the middle of a connection, where a session begins."""
        if self.client and self.client != segment.source:
            # Its SYN was not captured, but the client's was.
            self._streams[segment.source].next = segment.sequence
        elif _is_preamble(segment.payload):
            self.client = segment.source
            self._streams[segment.source].next = segment.sequence
            self._streams[segment.target].next = segment.acknowledged

    def _give(self, end: str, octets: bytes, time: float | None) -> Iterator[Captured]:
        """Give octets on, once it is known what the connection is."""
        if not self.number:
            self._hold(end, octets, time)
            if not self._is_recognized():
                return
            self.number = next(self._numbers)
            yield ConnectionFound(
                connection=self.number,
                client=self.client,
                server=self.server,
                note="" if self.has_begun else "its beginning was not captured",
                time=self._held[0][2],
            )
            held, self._held = self._held, []
            for sender, each, moment in held:
                yield OctetsCaptured(self.number, self._side(sender), each, moment)
        else:
            yield OctetsCaptured(self.number, self._side(end), octets, time)

    def _hold(self, end: str, octets: bytes, time: float | None) -> None:
        """Keep octets until the connection is recognized."""
        if not self.has_begun:
            # Nothing can be said of it but by a whole preamble, which is that of a later session.
            self._held.clear()
            if not _is_preamble(octets) or self.client not in {"", end}:
                return
            self.client = end
        self._held.append((end, octets, time))
        self._held_size += len(octets)

    def _is_recognized(self) -> bool:
        """Tell whether this is a connection of net.tcp; it is ignored if it is known not to be."""
        beginning = b"".join(held for sender, held, _ in self._held if sender == self.client)
        if len(beginning) >= _DECISIVE and _begins_with_version(beginning):
            return True
        may_become_one = len(beginning) < _DECISIVE and b"\x00".startswith(beginning[:1])
        if not may_become_one or self._held_size > _HELD_LIMIT:
            self._ignore()
        return False

    def _lose(self, end: str, stream: _Stream, size: int, time: float | None) -> Iterator[Captured]:
        if self.number:
            yield OctetsLost(self.number, self._side(end), size, time)
        else:
            self.has_begun = False
        for octets in stream.skip(size):
            yield from self._give(end, octets, time)

    def _flush(self, end: str, stream: _Stream, time: float | None) -> Iterator[Captured]:
        while size := stream.find_lost_at_end():
            yield from self._lose(end, stream, size, time)

    def _close(self, end: str, how: str, time: float | None) -> Iterator[Captured]:
        stream = self._streams[end]
        if stream.is_closed:
            return
        stream.is_closed = True
        yield from self._flush(end, stream, time)
        if self.number:
            yield StreamClosed(self.number, self._side(end), how, time)

    def _side(self, end: str) -> Side:
        return Side.CLIENT if end == self.client else Side.SERVER

    def _ignore(self) -> None:
        self.is_ignored = True
        self._held.clear()
        for stream in self._streams.values():
            stream.forget()


def _is_preamble(octets: bytes) -> bool:
    """Tell whether octets begin a session, its Via included."""
    return begins_session(octets) and len(octets) > _DECISIVE + 1


def _begins_with_version(octets: bytes) -> bool:
    """Tell whether a Version record and the type of a Mode record stand first, in any version."""
    return octets[:1] == b"\x00" and octets[3:4] == b"\x01"


def follow_connections(segments: Iterable[Segment | SourceDamaged]) -> Iterator[Captured]:
    """Put the connections of a capture together."""
    flows: dict[frozenset[str], _Flow] = {}
    others: Counter[str] = Counter()
    numbers = count(1)
    for segment in segments:
        if isinstance(segment, SourceDamaged):
            yield segment
            continue
        key = frozenset((segment.source, segment.target))
        flow = flows.get(key)
        if flow is not None and _is_new(flow, segment):
            yield from _leave(flows.pop(key), others)
            flow = None
        if flow is None:
            if len(flows) >= _MOST_FLOWS:
                yield from _leave(flows.pop(next(iter(flows))), others)
            flow = flows[key] = _Flow(segment, numbers)
        yield from flow.receive(segment)
    for flow in flows.values():
        yield from _leave(flow, others)
    if others:
        yield ConnectionsIgnored(
            count=others.total(), servers=tuple(others.most_common(_MOST_NAMED))
        )


def _is_new(flow: _Flow, segment: Segment) -> bool:
    """Tell whether a segment opens another connection between the same ports."""
    is_first = bool(segment.flags & TH_SYN) and segment.acknowledged is None
    return is_first and segment.sequence != flow.initial


def _leave(flow: _Flow, others: Counter[str]) -> Iterator[Captured]:
    yield from flow.finish()
    if not flow.number:
        others[flow.server if len(others) < _MOST_FLOWS else "elsewhere"] += 1
