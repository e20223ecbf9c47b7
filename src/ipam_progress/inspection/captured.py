"""What a source holds, whichever form it has: who sent which octets on which connection, and when.

Sources give these besides `events.ConnectionFound` and what is wrong with themselves; `inspect`
puts each connection's before a `Conversation` and gives everything that is to be shown, in its
order.
"""

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, TypeAlias

from ipam_progress.inspection.conversation import Conversation
from ipam_progress.inspection.events import (
    ConnectionFound,
    ConnectionsIgnored,
    Item,
    Side,
    SourceDamaged,
)
from ipam_progress.security.accounts import AccountLookup

__all__ = [
    "Captured",
    "OctetsCaptured",
    "OctetsLost",
    "StreamClosed",
    "inspect",
    "plausible_time",
]

_MOST_OPEN: Final = 4096
"""Connections that are followed at one time. Who has more open at once has the oldest cut short,
as a capture of many days may lack the ends of thousands."""

_LAST_MOMENT: Final = 253_402_300_800.0
"""The year 10,000, which no calendar of Python's has."""


@dataclass(frozen=True, slots=True)
class OctetsCaptured:
    """Octets that a side sent on a connection."""

    connection: int
    side: Side
    octets: bytes
    time: float | None = None


@dataclass(frozen=True, slots=True)
class OctetsLost:
    """How many octets of a side are missing in the capture."""

    connection: int
    side: Side
    size: int
    time: float | None = None


@dataclass(frozen=True, slots=True)
class StreamClosed:
    """A side sends no more; `how` says why: ``FIN``, ``RST``."""

    connection: int
    side: Side
    how: str
    time: float | None = None


Captured: TypeAlias = (
    ConnectionFound
    | OctetsCaptured
    | OctetsLost
    | StreamClosed
    | ConnectionsIgnored
    | SourceDamaged
)
"""What a source gives."""


def plausible_time(time: object) -> float | None:
    """Give a time if it is one that a calendar has; a damaged capture has any."""
    if isinstance(time, bool) or not isinstance(time, int | float):
        return None
    if not math.isfinite(time) or not 0 <= time < _LAST_MOMENT:
        return None
    return float(time)


def inspect(source: Iterable[Captured], accounts: AccountLookup | None = None) -> Iterator[Item]:
    """Read what a source holds.

    Args:
        source: What was captured; a connection is told before what was sent on it.
        accounts: The accounts whose NTLM sessions are to be opened; None if there are none.
    """
    conversations: dict[int, Conversation] = {}
    closed: set[tuple[int, Side]] = set()
    for captured in source:
        if isinstance(captured, ConnectionFound):
            if len(conversations) >= _MOST_OPEN:
                yield from conversations.pop(next(iter(conversations))).finish()
            yield captured
            conversations[captured.connection] = Conversation(captured.connection, accounts)
            closed -= {(captured.connection, side) for side in Side}
            continue
        if isinstance(captured, ConnectionsIgnored | SourceDamaged):
            yield captured
            continue
        number, side = captured.connection, captured.side
        conversation = conversations.get(number)
        if conversation is None:  # cut short
            continue
        if isinstance(captured, OctetsCaptured):
            yield from conversation.receive(side, captured.octets, captured.time)
        elif isinstance(captured, OctetsLost):
            yield from conversation.lose(side, captured.size, captured.time)
        else:
            yield from conversation.close(side, captured.how, captured.time)
            closed.add((number, side))
            if (number, side.other) in closed:
                closed -= {(number, side), (number, side.other)}
                yield from conversations.pop(number).finish()
    for conversation in conversations.values():
        yield from conversation.finish()
