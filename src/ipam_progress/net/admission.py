"""Who may come in: counts connections in all, by address, and in their preamble.

Knows no protocol and no socket; a connection is any object that can be told to go.
"""

from collections import Counter
from typing import Protocol

__all__ = ["Admission", "Guest"]


class Guest(Protocol):
    """A connection, as seen from the door."""

    def evict(self, reason: str) -> None:
        """Close now, saying in the log that it was for this reason."""


class Admission:
    """The counters behind `Limits.connections` and its siblings.

    Attributes:
        connections: How many may be there at once.

    Args:
        connections: How many may be there at once.
        by_address: How many of them from one address.
        in_preamble: How many of them without an open session.
    """

    def __init__(self, *, connections: int, by_address: int, in_preamble: int) -> None:
        self.connections = connections
        self._by_address = by_address
        self._in_preamble = in_preamble
        self._addresses: Counter[str] = Counter()
        self._waiting: dict[Guest, None] = {}  # in the order of their arrival
        self._total = 0

    @property
    def full(self) -> bool:
        """Whether no further connection should be accepted."""
        return self._total >= self.connections

    @property
    def total(self) -> int:
        """How many connections there are."""
        return self._total

    def enter(self, guest: Guest, address: str) -> str | None:
        """Count a new connection in; call `leave` when it has gone, whatever the answer.

        Returns:
            None if it may stay, else why it may not.
        """
        self._total += 1
        self._addresses[address] += 1
        if self._addresses[address] > self._by_address:
            return f"{address} already has {self._by_address} connections"
        self.await_session(guest)
        return None

    def await_session(self, guest: Guest) -> None:
        """Count a connection as being in its preamble; the oldest such may have to go for it."""
        self._waiting[guest] = None
        if len(self._waiting) > self._in_preamble:
            oldest = next(iter(self._waiting))
            del self._waiting[oldest]
            oldest.evict(f"more than {self._in_preamble} connections are in their preamble")

    def session_opened(self, guest: Guest) -> None:
        """Count a connection out of the preamble."""
        self._waiting.pop(guest, None)

    def leave(self, guest: Guest, address: str) -> None:
        """Count a connection out."""
        self._waiting.pop(guest, None)
        self._total -= 1
        self._addresses[address] -= 1
        if not self._addresses[address]:
            del self._addresses[address]
